package io.pgtrickle.cli.slot;

import io.pgtrickle.cdc.Slots;
import io.pgtrickle.cli.console.Console;
import io.pgtrickle.cli.console.Database;
import io.pgtrickle.model.Lsn;
import java.sql.SQLException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Parameters;

/// `pgtrickle slot advance`.
@Command(
        name = "advance",
        description =
                "Moves a slot on to a position; what it skips is never delivered. A sidecar's views are then populated anew.")
final class SlotAdvanceCommand implements Callable<Integer> {

    private final Console console;

    @Parameters(index = "0", paramLabel = "NAME", description = "The slot.")
    private String name = "";

    @Parameters(index = "1", paramLabel = "LSN", description = "The position, such as 16/B374D848.")
    private Lsn position = Lsn.ZERO;

    SlotAdvanceCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws SQLException {
        try (Database database = Database.open(console.address())) {
            Lsn reached = new Slots(database.connection()).advance(name, position);
            console.say("slot " + name + " is at " + reached);
        }
        return ExitCode.OK;
    }
}
