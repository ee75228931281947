package io.pgtrickle.cli.slot;

import io.pgtrickle.cdc.Blocker;
import io.pgtrickle.cdc.Slots;
import io.pgtrickle.cli.console.Console;
import io.pgtrickle.cli.console.Database;
import io.pgtrickle.cli.console.Durations;
import io.pgtrickle.cli.console.TextTable;
import io.pgtrickle.model.Lsn;
import io.pgtrickle.postgres.ServerAddress;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `pgtrickle slot create`.
@Command(
        name = "create",
        description =
                "Creates a logical slot with the plug-in pgoutput; waits for every transaction that has written.")
final class SlotCreateCommand implements Callable<Integer> {

    private final Console console;

    @Parameters(
            paramLabel = "NAME",
            description = "The slot: small letters, digits and underscores.")
    private String name = "";

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            converter = Durations.class,
            description = "How long to wait for open transactions. Default: 60s.")
    private Duration timeout = Duration.ofSeconds(60);

    SlotCreateCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws SQLException {
        ServerAddress address = console.address();
        try (Database database = Database.open(address)) {
            Lsn start = new Slots(database.connection()).create(address, name, timeout, this::tell);
            console.say(
                    "slot "
                            + name
                            + " is created at "
                            + start
                            + ": the server keeps its log from there on");
        }
        return ExitCode.OK;
    }

    private void tell(List<Blocker> blockers) {
        blockers.forEach(blocker ->
                console.err().println("waiting for " + TextTable.safe(blocker.description())));
        console.err().flush();
    }
}
