package io.pgtrickle.cli.view;

import io.pgtrickle.cli.console.Console;
import io.pgtrickle.cli.verify.ViewVerifyCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/// `pgtrickle view`.
@Command(
        name = "view",
        description =
                "Creates, lists, alters, moves, pauses, rebuilds, explains, verifies and drops views.")
public final class ViewCommand {

    private ViewCommand() {}

    /// With its subcommands.
    public static CommandLine of(Console console) {
        return new CommandLine(new ViewCommand())
                .addSubcommand(new ViewListCommand(console))
                .addSubcommand(new ViewCreateCommand(console))
                .addSubcommand(new ViewAlterCommand(console))
                .addSubcommand(new ViewRenameCommand(console))
                .addSubcommand(new ViewMoveCommand(console))
                .addSubcommand(new ViewPauseCommand(console))
                .addSubcommand(new ViewResumeCommand(console))
                .addSubcommand(new ViewRebuildCommand(console))
                .addSubcommand(new ViewDropCommand(console))
                .addSubcommand(new ViewExplainCommand(console))
                .addSubcommand(new ViewVerifyCommand(console));
    }
}
