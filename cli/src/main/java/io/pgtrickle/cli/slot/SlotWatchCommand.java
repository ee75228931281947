package io.pgtrickle.cli.slot;

import io.pgtrickle.cdc.Slot;
import io.pgtrickle.cdc.Slots;
import io.pgtrickle.cli.console.Console;
import io.pgtrickle.cli.console.Database;
import io.pgtrickle.cli.console.LiveTable;
import io.pgtrickle.cli.console.WatchOptions;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `pgtrickle slot watch`.
@Command(name = "watch", description = "Shows replication slots again each second.")
final class SlotWatchCommand implements Callable<Integer> {

    private final Console console;

    @Parameters(
            arity = "0..*",
            paramLabel = "NAME",
            description = "The slots; all where none is named.")
    private List<String> names = List.of();

    @Mixin private WatchOptions watching = new WatchOptions();

    SlotWatchCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws SQLException {
        LiveTable live = new LiveTable(console);
        try (Database database = Database.open(console.address())) {
            Slots slots = new Slots(database.connection());
            watching.repeat(() -> {
                List<Slot> shown =
                        slots.list().stream()
                                .filter(slot -> names.isEmpty() || names.contains(slot.name()))
                                .toList();
                console.refresh(
                        live,
                        database.text("SELECT 'replication slots at ' || pg_current_wal_lsn()"),
                        SlotListCommand.table(console, shown));
            });
        }
        return ExitCode.OK;
    }
}
