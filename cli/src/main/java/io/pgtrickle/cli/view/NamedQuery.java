package io.pgtrickle.cli.view;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// A view's name and its query, which is given as an argument, in a file or on standard input.
final class NamedQuery {

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

    String name() {
        return name;
    }

    /// @throws PgtrickleException BAD_ARGUMENT where it is given twice or not at all
    String read() throws IOException {
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
