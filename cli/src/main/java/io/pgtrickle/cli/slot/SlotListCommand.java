package io.pgtrickle.cli.slot;

import io.pgtrickle.cdc.Slot;
import io.pgtrickle.cdc.Slots;
import io.pgtrickle.cli.console.Console;
import io.pgtrickle.cli.console.Database;
import io.pgtrickle.cli.console.Table;
import io.pgtrickle.model.Lsn;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;

/// `pgtrickle slot list`.
@Command(name = "list", description = "Lists the server's replication slots and what they keep.")
final class SlotListCommand implements Callable<Integer> {

    private static final List<String> COLUMNS =
            List.of(
                    "slot_name",
                    "plugin",
                    "database",
                    "active_pid",
                    "held_by",
                    "restart_lsn",
                    "confirmed_lsn",
                    "retained_bytes",
                    "lag_bytes",
                    "wal_status",
                    "safe_bytes",
                    "catalog_xmin_age",
                    "lost");

    private static final List<String> SHOWN =
            List.of(
                    "slot_name",
                    "database",
                    "active_pid",
                    "confirmed_lsn",
                    "retained_bytes",
                    "lag_bytes",
                    "wal_status",
                    "safe_bytes");

    private final Console console;

    SlotListCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws SQLException {
        try (Database database = Database.open(console.address())) {
            console.print(table(console, new Slots(database.connection()).list()));
        }
        return ExitCode.OK;
    }

    /// The slots as a table: of all columns as JSON, otherwise of what fits a terminal.
    static Table table(Console console, List<Slot> slots) {
        List<List<@Nullable Object>> rows = new ArrayList<>();
        slots.forEach(slot -> rows.add(row(slot)));
        Table table = new Table(COLUMNS, rows);
        return console.json() ? table : table.select(SHOWN);
    }

    private static List<@Nullable Object> row(Slot slot) {
        return Table.row(
                slot.name(),
                slot.plugin(),
                slot.database(),
                slot.holder().map(Slot.Holder::pid).orElse(null),
                slot.holder().map(Slot.Holder::user).orElse(null),
                slot.restartLsn().map(Lsn::toString).orElse(null),
                slot.confirmedLsn().map(Lsn::toString).orElse(null),
                slot.retainedBytes(),
                slot.lagBytes(),
                slot.walStatus(),
                slot.safeBytes().orElse(null),
                slot.catalogXminAge(),
                slot.isLost());
    }
}
