package io.pgtrickle.cli;

import io.pgtrickle.cli.console.Console;
import io.pgtrickle.cli.console.Logging;
import io.pgtrickle.postgres.Environment;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// The `pgtrickle` command. Exit codes: 0 done, 1 failed, 2 wrong usage.
public final class Main {

    private Main() {}

    public static void main(String[] arguments) {
        Logging.prepare();
        Logging.level(false, false);
        Console console =
                new Console(
                        new PrintWriter(System.out, true, StandardCharsets.UTF_8),
                        new PrintWriter(System.err, true, StandardCharsets.UTF_8),
                        Environment.ofProcess(),
                        Optional.ofNullable(System.console())
                                .map(java.io.Console::isTerminal)
                                .orElse(false));
        System.exit(CommandTree.of(console).execute(arguments));
    }
}
