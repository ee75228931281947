package io.pgtrickle.cli;

import io.pgtrickle.cli.bench.BenchCommand;
import io.pgtrickle.cli.console.Complaint;
import io.pgtrickle.cli.console.Console;
import io.pgtrickle.cli.demo.DemoCommand;
import io.pgtrickle.cli.doctor.DoctorCommand;
import io.pgtrickle.cli.run.InstallCommand;
import io.pgtrickle.cli.run.RunCommand;
import io.pgtrickle.cli.run.StatusCommand;
import io.pgtrickle.cli.run.UninstallCommand;
import io.pgtrickle.cli.slot.SlotCommand;
import io.pgtrickle.cli.view.ViewCommand;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/// All commands, and what they have in common: help, output, complaints.
final class CommandTree {

    private CommandTree() {}

    @Command(
            name = "pgtrickle",
            description = "Keeps the results of SQL queries fresh inside PostgreSQL.",
            versionProvider = Version.class)
    private static final class Root {}

    static CommandLine of(Console console) {
        CommandLine root =
                new CommandLine(new Root())
                        .addSubcommand(new DemoCommand(console))
                        .addSubcommand(new RunCommand(console))
                        .addSubcommand(new InstallCommand(console))
                        .addSubcommand(new UninstallCommand(console))
                        .addSubcommand(new DoctorCommand(console))
                        .addSubcommand(ViewCommand.of(console))
                        .addSubcommand(SlotCommand.of(console))
                        .addSubcommand(new StatusCommand(console))
                        .addSubcommand(new BenchCommand(console))
                        .addSubcommand(new GenerateCompletion());
        root.getCommandSpec().addMixin("global", CommandSpec.forAnnotatedObject(console.options()));
        root.getCommandSpec()
                .addOption(
                        OptionSpec.builder("-V", "--version")
                                .versionHelp(true)
                                .description("Print the version.")
                                .build());
        addHelp(root);
        return root.setOut(console.out())
                .setErr(console.err())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpAutoWidth(true)
                .setParameterExceptionHandler((error, _) -> misused(console, error))
                .setExecutionExceptionHandler((error, _, _) -> failed(console, error));
    }

    private static void addHelp(CommandLine command) {
        if (!command.getCommandSpec().optionsMap().containsKey("--help")) {
            command.getCommandSpec()
                    .addOption(
                            OptionSpec.builder("-h", "--help")
                                    .usageHelp(true)
                                    .description("Show this help.")
                                    .build());
        }
        command.getSubcommands().values().forEach(CommandTree::addHelp);
    }

    private static int misused(Console console, ParameterException error) {
        String command = error.getCommandLine().getCommandSpec().qualifiedName();
        String message = String.valueOf(error.getMessage());
        new Complaint(message, "", "See \"" + command + " --help\".", ExitCode.USAGE)
                .print(console.err());
        return ExitCode.USAGE;
    }

    private static int failed(Console console, Exception error) {
        Complaint complaint = Complaint.of(error);
        complaint.print(console.err());
        if (console.verbose()) {
            error.printStackTrace(console.err());
            console.err().flush();
        }
        return complaint.exitCode();
    }

    /// The version of the build, from the jar's manifest; "development" where classes run without a jar.
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            @Nullable String version = CommandTree.class.getPackage().getImplementationVersion();
            return new String[] {"pgtrickle " + (version == null ? "development" : version)};
        }
    }
}
