package io.pgtrickle.cli.console;

import io.pgtrickle.postgres.Environment;
import io.pgtrickle.postgres.ServerAddress;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What every command works with: where it prints, the process's environment, and the options that all commands share.
public final class Console {

    private static final String URL_VARIABLE = "PGTRICKLE_URL";

    private final PrintWriter out;
    private final PrintWriter err;
    private final Environment environment;
    private final boolean interactive;
    private final GlobalOptions options = new GlobalOptions();

    /// @param interactive whether a person at a terminal reads `out`
    public Console(PrintWriter out, PrintWriter err, Environment environment, boolean interactive) {
        this.out = out;
        this.err = err;
        this.environment = environment;
        this.interactive = interactive;
    }

    public PrintWriter out() {
        return out;
    }

    public PrintWriter err() {
        return err;
    }

    public Environment environment() {
        return environment;
    }

    public boolean interactive() {
        return interactive;
    }

    /// For Picocli.
    public GlobalOptions options() {
        return options;
    }

    public boolean verbose() {
        return options.verbose;
    }

    public boolean json() {
        return options.output == Format.JSON;
    }

    /// What `--url` says, where it was given.
    public Optional<String> urlOption() {
        return options.url;
    }

    /// The database that `--url`, the environment or libpq's defaults name.
    public ServerAddress address() {
        String url =
                options.url.orElseGet(() -> environment.variables().getOrDefault(URL_VARIABLE, ""));
        return ServerAddress.parse(url, environment);
    }

    /// A line for people; programs that asked for JSON aren't told.
    public void say(String line) {
        if (!json()) {
            out.println(line);
            out.flush();
        }
    }

    public void print(Table table) {
        if (json()) {
            out.println(Json.write(Json.rows(table)));
        } else {
            TextTable.lines(table).forEach(out::println);
        }
        out.flush();
    }

    /// Shows it in the place of what was shown before; as JSON a line each time.
    public void refresh(LiveTable live, String headline, Table table) {
        if (json()) {
            print(table);
        } else {
            live.show(headline, table);
        }
    }

    /// One object in JSON; a line a column in a table.
    public void printRecord(Table table) {
        if (json()) {
            out.println(Json.write(table.rows().isEmpty() ? null : Json.rows(table).getFirst()));
        } else {
            print(transposed(table));
        }
        out.flush();
    }

    private static Table transposed(Table table) {
        List<List<@Nullable Object>> lines = new ArrayList<>();
        for (List<@Nullable Object> row : table.rows()) {
            for (int i = 0; i < row.size(); i++) {
                String column = table.columns().get(i);
                lines.add(Table.row(column, TextTable.text(column, row.get(i))));
            }
        }
        return new Table(List.of("property", "value"), lines);
    }
}
