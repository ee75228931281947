package io.pgtrickle.cli.slot;

import io.pgtrickle.cdc.Slots;
import io.pgtrickle.cli.configuration.Setting;
import io.pgtrickle.cli.console.Console;
import io.pgtrickle.cli.console.Database;
import io.pgtrickle.cli.console.Json;
import io.pgtrickle.cli.console.TextTable;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `pgtrickle slot peek`.
@Command(
        name = "peek",
        description = "Shows what a slot would send next, decoded, without consuming it.")
final class SlotPeekCommand implements Callable<Integer> {

    private final Console console;

    @Parameters(paramLabel = "NAME", description = "The slot; nobody may be reading it.")
    private String name = "";

    @Option(
            names = "--publication",
            paramLabel = "NAME",
            description = "The publication. Default: pgtrickle.")
    private String publication = Setting.PUBLICATION.defaultText();

    @Option(names = "--limit", paramLabel = "N", description = "Messages at most. Default: 100.")
    private int limit = 100;

    SlotPeekCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws SQLException {
        try (Database database = Database.open(console.address())) {
            List<String> lines = new Slots(database.connection()).peek(name, publication, limit);
            if (console.json()) {
                console.out().println(Json.write(lines));
            } else {
                lines.forEach(line -> console.out().println(TextTable.safe(line)));
            }
            console.out().flush();
        }
        return ExitCode.OK;
    }
}
