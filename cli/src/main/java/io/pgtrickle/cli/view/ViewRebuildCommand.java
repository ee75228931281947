package io.pgtrickle.cli.view;

import io.pgtrickle.cli.console.Console;
import io.pgtrickle.cli.console.Database;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Parameters;

/// `pgtrickle view rebuild`.
@Command(
        name = "rebuild",
        description = "Reads the sources of views again and gives their tables the difference.")
final class ViewRebuildCommand implements Callable<Integer> {

    private final Console console;

    @Parameters(arity = "1..*", paramLabel = "NAME", description = "The views.")
    private List<String> names = List.of();

    ViewRebuildCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws SQLException {
        try (Database database = Database.open(console.address())) {
            for (String name : names) {
                database.execute("CALL pgtrickle.rebuild_view(?)", name);
                console.say("view " + name + " is rebuilt");
            }
        }
        return ExitCode.OK;
    }
}
