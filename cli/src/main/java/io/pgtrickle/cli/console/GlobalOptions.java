package io.pgtrickle.cli.console;

import java.util.Optional;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/// The options that every command takes, before or after its name. Written by Picocli.
public final class GlobalOptions {

    @Option(
            names = "--url",
            paramLabel = "URI",
            scope = ScopeType.INHERIT,
            description =
                    "The database, as postgresql://user@host:port/database. Else PGTRICKLE_URL, else libpq's PG* variables"
                            + " and .pgpass.")
    Optional<String> url = Optional.empty();

    @Option(
            names = "--output",
            paramLabel = "FORMAT",
            scope = ScopeType.INHERIT,
            defaultValue = "table",
            description = "How results are printed: table or json. Default: ${DEFAULT-VALUE}.")
    Format output = Format.TABLE;

    @Option(
            names = "--verbose",
            scope = ScopeType.INHERIT,
            description = "Say more; print stack traces of errors.")
    boolean verbose;
}
