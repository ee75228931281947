package io.pgtrickle.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/// The `pgtrickle` command. Exit codes are Picocli's: 0 done, 1 failed, 2 wrong usage.
@Command(
        name = "pgtrickle",
        description = "Keeps the results of SQL queries fresh inside PostgreSQL.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class)
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Main()).execute(arguments));
    }

    /// The version of the build, from the jar's manifest; "development" where classes run without a jar.
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            @Nullable String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"pgtrickle " + (version == null ? "development" : version)};
        }
    }
}
