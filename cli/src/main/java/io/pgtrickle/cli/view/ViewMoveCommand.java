package io.pgtrickle.cli.view;

import io.pgtrickle.cli.console.Console;
import io.pgtrickle.cli.console.Database;
import java.sql.SQLException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Parameters;

/// `pgtrickle view move`.
@Command(
        name = "move",
        description = "Puts a view into another group, with whose views it moves then.")
final class ViewMoveCommand implements Callable<Integer> {

    private final Console console;

    @Parameters(index = "0", paramLabel = "NAME", description = "The view.")
    private String name = "";

    @Parameters(
            index = "1",
            paramLabel = "GROUP",
            description = "The group; it is made where there is none.")
    private String viewGroup = "";

    ViewMoveCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws SQLException {
        try (Database database = Database.open(console.address())) {
            database.execute("CALL pgtrickle.move_view(?, ?)", name, viewGroup);
        }
        console.say("view " + name + " moves with group " + viewGroup);
        return ExitCode.OK;
    }
}
