package io.pgtrickle.cli.view;

import io.pgtrickle.cli.console.Console;
import io.pgtrickle.cli.console.Database;
import java.sql.SQLException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Parameters;

/// `pgtrickle view rename`.
@Command(name = "rename", description = "Gives a view's table another name, or another schema.")
final class ViewRenameCommand implements Callable<Integer> {

    private final Console console;

    @Parameters(index = "0", paramLabel = "NAME", description = "The view.")
    private String name = "";

    @Parameters(index = "1", paramLabel = "NEW_NAME", description = "What it shall be called.")
    private String newName = "";

    ViewRenameCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws SQLException {
        try (Database database = Database.open(console.address())) {
            database.execute("CALL pgtrickle.rename_view(?, ?)", name, newName);
        }
        console.say("view " + name + " is now " + newName);
        return ExitCode.OK;
    }
}
