package io.pgtrickle.cli.verify;

import io.pgtrickle.cli.console.Console;
import io.pgtrickle.cli.console.Database;
import io.pgtrickle.cli.console.Table;
import io.pgtrickle.cli.console.TextTable;
import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `pgtrickle view verify`.
@Command(
        name = "verify",
        description =
                "Compares views with their queries at one commit position, while everything goes on.",
        footer =
                "Exit status 1 if a view differs. The queries run with the rights of the role that connects.")
public final class ViewVerifyCommand implements Callable<Integer> {

    private static final int ROWS_SHOWN = 20;

    private final Console console;

    @Parameters(arity = "0..*", paramLabel = "NAME", description = "The views.")
    private List<String> names = List.of();

    @Option(names = "--all", description = "Every view that runs.")
    private boolean all;

    public ViewVerifyCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws SQLException {
        if (all == !names.isEmpty()) {
            throw PgtrickleException.of(
                    ErrorCode.BAD_ARGUMENT, "one of NAME and --all must be given");
        }
        List<Verification.Outcome> outcomes = new ArrayList<>();
        try (Database database = Database.open(console.address())) {
            List<Verification.Subject> subjects = new Subjects(database).find(names);
            Snapshots.Pair snapshots = Snapshots.request(database);
            try (Database views = Snapshots.open(console.address(), snapshots.ofViews());
                    Database queries = Snapshots.open(console.address(), snapshots.ofSources())) {
                Verification verification =
                        new Verification(views.connection(), queries.connection());
                for (Verification.Subject subject : subjects) {
                    Verification.Outcome outcome = verification.compare(subject, ROWS_SHOWN);
                    show(outcome);
                    outcomes.add(outcome);
                }
            }
        }
        if (console.json()) {
            console.print(table(outcomes));
        } else if (outcomes.isEmpty()) {
            console.say("nothing to verify: no view is running; see pgtrickle view list");
        }
        return outcomes.stream().allMatch(Verification.Outcome::exact)
                ? ExitCode.OK
                : ExitCode.SOFTWARE;
    }

    private void show(Verification.Outcome outcome) {
        if (outcome.exact()) {
            console.say("exact: " + outcome.view() + ", " + outcome.viewRows() + " rows");
            return;
        }
        console.say(
                "DIFFERENT: "
                        + outcome.view()
                        + " has "
                        + outcome.viewRows()
                        + " rows, its query "
                        + outcome.queryRows());
        outcome.differences().forEach(row -> console.say("  " + TextTable.safe(row)));
    }

    private static Table table(List<Verification.Outcome> outcomes) {
        List<List<@Nullable Object>> rows = new ArrayList<>();
        outcomes.forEach(o ->
                rows.add(
                        Table.row(
                                o.view(),
                                o.exact(),
                                o.viewRows(),
                                o.queryRows(),
                                List.copyOf(o.differences()))));
        return new Table(
                List.of("view_name", "exact", "view_rows", "query_rows", "differences"), rows);
    }
}
