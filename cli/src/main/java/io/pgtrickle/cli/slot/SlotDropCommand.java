package io.pgtrickle.cli.slot;

import io.pgtrickle.cdc.Slots;
import io.pgtrickle.cli.console.Console;
import io.pgtrickle.cli.console.Database;
import java.sql.SQLException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Parameters;

/// `pgtrickle slot drop`.
@Command(name = "drop", description = "Drops a slot that nobody reads.")
final class SlotDropCommand implements Callable<Integer> {

    private final Console console;

    @Parameters(paramLabel = "NAME", description = "The slot.")
    private String name = "";

    SlotDropCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws SQLException {
        try (Database database = Database.open(console.address())) {
            new Slots(database.connection()).drop(name);
        }
        console.say("slot " + name + " is dropped");
        return ExitCode.OK;
    }
}
