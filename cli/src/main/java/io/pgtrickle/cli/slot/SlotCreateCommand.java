package io.pgtrickle.cli.slot;

import io.pgtrickle.cdc.Slots;
import io.pgtrickle.cli.console.Console;
import io.pgtrickle.cli.console.Database;
import java.sql.SQLException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Parameters;

/// `pgtrickle slot create`.
@Command(
        name = "create",
        description = "Creates a logical slot with the plug-in pgoutput; waits for every transaction that has written.")
final class SlotCreateCommand implements Callable<Integer> {

    private final Console console;

    @Parameters(paramLabel = "NAME", description = "The slot: small letters, digits and underscores.")
    private String name = "";

    SlotCreateCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws SQLException {
        try (Database database = Database.open(console.address())) {
            new Slots(database.connection()).create(name);
        }
        console.say("slot " + name + " is created: the server keeps its log from now on");
        return ExitCode.OK;
    }
}
