package io.pgtrickle.cli.view;

import io.pgtrickle.cli.console.Console;
import io.pgtrickle.cli.console.Database;
import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `pgtrickle view create`.
@Command(name = "create", description = "Creates a table that follows a query's result.")
final class ViewCreateCommand implements Callable<Integer> {

    private final Console console;

    @Parameters(
            index = "0",
            paramLabel = "NAME",
            description = "The table's name, which may have a schema.")
    private String name = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "QUERY",
            description = "The query, in SQL; - reads it from standard input.")
    private String argument = "";

    @Option(
            names = "--file",
            paramLabel = "FILE",
            description = "Reads the query from a file instead.")
    private Optional<Path> file = Optional.empty();

    @Option(names = "--if-not-exists", description = "Do nothing where a view of that name exists.")
    private boolean ifNotExists;

    @Option(
            names = "--no-wait",
            description = "Return once the view is accepted; it is filled in the background.")
    private boolean noWait;

    ViewCreateCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws SQLException, IOException {
        String query = query();
        try (Database database = Database.open(console.address())) {
            database.execute(
                    "CALL pgtrickle.create_view(name => ?, query => ?, block => ?, if_not_exists => ?)",
                    name,
                    query,
                    !noWait,
                    ifNotExists);
        }
        console.say(noWait ? "view " + name + " is accepted" : "view " + name + " is there");
        return ExitCode.OK;
    }

    private String query() throws IOException {
        if (file.isPresent() == !argument.isBlank()) {
            throw PgtrickleException.of(
                    ErrorCode.BAD_ARGUMENT, "one of QUERY and --file must be given");
        }
        if (file.isPresent()) {
            return Files.readString(file.get());
        }
        return argument.equals("-")
                ? new String(System.in.readAllBytes(), StandardCharsets.UTF_8)
                : argument;
    }
}
