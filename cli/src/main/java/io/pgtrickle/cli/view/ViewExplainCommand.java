package io.pgtrickle.cli.view;

import io.pgtrickle.cli.console.Console;
import io.pgtrickle.cli.console.Database;
import io.pgtrickle.cli.console.Table;
import io.pgtrickle.cli.console.TextTable;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Parameters;

/// `pgtrickle view explain`.
@Command(
        name = "explain",
        description =
                "Shows how a view is kept, a line an operator; of a query, how it would be, or why it can't.")
final class ViewExplainCommand implements Callable<Integer> {

    private final Console console;

    @Parameters(paramLabel = "NAME|QUERY", description = "A view, or a query.")
    private String nameOrQuery = "";

    ViewExplainCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws SQLException {
        try (Database database = Database.open(console.address())) {
            Table plan = database.query("SELECT * FROM pgtrickle.explain_view(?)", nameOrQuery);
            if (console.json() || plan.columns().size() > 1) {
                console.print(plan);
            } else {
                for (List<@Nullable Object> row : plan.rows()) {
                    String line = String.valueOf(row.getFirst());
                    String indent = " ".repeat(line.length() - line.stripLeading().length());
                    console.say(indent + TextTable.safe(line.strip()));
                }
            }
        }
        return ExitCode.OK;
    }
}
