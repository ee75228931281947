package io.pgtrickle.cli.slot;

import io.pgtrickle.cdc.Blocker;
import io.pgtrickle.cdc.Slots;
import io.pgtrickle.cli.console.Console;
import io.pgtrickle.cli.console.Database;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Parameters;

/// `pgtrickle slot create`.
@Command(
        name = "create",
        description = "Creates a logical slot with the plug-in pgoutput; waits for every transaction that has written.")
final class SlotCreateCommand implements Callable<Integer> {

    /// How long the creation may wait for other transactions.
    private static final Duration LIMIT = Duration.ofMinutes(5);

    private final Console console;

    @Parameters(paramLabel = "NAME", description = "The slot: small letters, digits and underscores.")
    private String name = "";

    SlotCreateCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws SQLException {
        try (Database database = Database.open(console.address())) {
            new Slots(database.connection())
                    .create(console.address(), name, LIMIT, blockers -> console.say("waiting for "
                            + blockers.stream().map(Blocker::description).collect(Collectors.joining(", "))));
        }
        console.say("slot " + name + " is created: the server keeps its log from now on");
        return ExitCode.OK;
    }
}
