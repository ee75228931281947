package io.pgtrickle.cli.view;

import io.pgtrickle.cli.console.Console;
import io.pgtrickle.cli.console.Database;
import java.io.IOException;
import java.sql.SQLException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `pgtrickle view alter`.
@Command(
        name = "alter",
        description =
                "Gives a view another query: built beside the old one, and exchanged in one transaction.")
final class ViewAlterCommand implements Callable<Integer> {

    private final Console console;

    @Parameters(index = "0", paramLabel = "NAME", description = "The view.")
    private String name = "";

    @Mixin private QueryOptions query = new QueryOptions();

    ViewAlterCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws SQLException, IOException {
        String text = query.read();
        try (Database database = Database.open(console.address())) {
            database.execute("CALL pgtrickle.alter_view(name => ?, query => ?)", name, text);
        }
        console.say("view " + name + " has its new query");
        return ExitCode.OK;
    }
}
