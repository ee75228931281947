package io.pgtrickle.cli.view;

import io.pgtrickle.cli.console.Console;
import io.pgtrickle.cli.console.Database;
import io.pgtrickle.cli.console.Table;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;

/// `pgtrickle view list`.
@Command(
        name = "list",
        description = "Lists the views with their status and lag; as JSON with all that is known.")
final class ViewListCommand implements Callable<Integer> {

    private static final List<String> SHOWN =
            List.of(
                    "view_name",
                    "status",
                    "message",
                    "lag_bytes",
                    "latency",
                    "changes_applied",
                    "state_bytes");

    private final Console console;

    ViewListCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws SQLException {
        try (Database database = Database.open(console.address())) {
            Table views = database.query("SELECT * FROM pgtrickle.list_views()");
            console.print(console.json() ? views : views.select(SHOWN));
        }
        return ExitCode.OK;
    }
}
