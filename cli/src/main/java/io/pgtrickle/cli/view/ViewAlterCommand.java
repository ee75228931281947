package io.pgtrickle.cli.view;

import io.pgtrickle.cli.console.Console;
import io.pgtrickle.cli.console.Database;
import java.io.IOException;
import java.sql.SQLException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;

/// `pgtrickle view alter`.
@Command(
        name = "alter",
        description =
                "Gives a view another query: built beside the old one, and exchanged in one transaction.")
final class ViewAlterCommand implements Callable<Integer> {

    private final Console console;

    @Mixin private NamedQuery view = new NamedQuery();

    ViewAlterCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws SQLException, IOException {
        String name = view.name();
        String query = view.read();
        try (Database database = Database.open(console.address())) {
            database.execute("CALL pgtrickle.alter_view(name => ?, query => ?)", name, query);
        }
        console.say("view " + name + " has its new query");
        return ExitCode.OK;
    }
}
