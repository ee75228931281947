package io.pgtrickle.cli.view;

import io.pgtrickle.cli.console.Console;
import io.pgtrickle.cli.console.Database;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `pgtrickle view drop`.
@Command(name = "drop", description = "Drops views with their tables.")
final class ViewDropCommand implements Callable<Integer> {

    private final Console console;

    @Parameters(arity = "1..*", paramLabel = "NAME", description = "The views.")
    private List<String> names = List.of();

    @Option(names = "--if-exists", description = "Do nothing for a view that isn't there.")
    private boolean ifExists;

    @Option(names = "--cascade", description = "Drop what depends on the table, too.")
    private boolean cascade;

    ViewDropCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws SQLException {
        try (Database database = Database.open(console.address())) {
            for (String name : names) {
                database.execute(
                        "CALL pgtrickle.drop_view(name => ?, if_exists => ?, cascade => ?)",
                        name,
                        ifExists,
                        cascade);
                console.say("view " + name + " is dropped");
            }
        }
        return ExitCode.OK;
    }
}
