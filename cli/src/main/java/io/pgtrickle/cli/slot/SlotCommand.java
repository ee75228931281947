package io.pgtrickle.cli.slot;

import io.pgtrickle.cli.console.Console;
import io.pgtrickle.model.Lsn;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/// `pgtrickle slot`.
@Command(
        name = "slot",
        description = "Lists, creates, drops, advances, watches and peeks into replication slots.")
public final class SlotCommand {

    private SlotCommand() {}

    /// With its subcommands.
    public static CommandLine of(Console console) {
        return new CommandLine(new SlotCommand())
                .addSubcommand(new SlotListCommand(console))
                .addSubcommand(new SlotCreateCommand(console))
                .addSubcommand(new SlotDropCommand(console))
                .addSubcommand(new SlotAdvanceCommand(console))
                .addSubcommand(new SlotPeekCommand(console))
                .addSubcommand(new SlotWatchCommand(console))
                .registerConverter(Lsn.class, Lsn::parse);
    }
}
