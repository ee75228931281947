package io.pgtrickle.cli.doctor;

import io.pgtrickle.cli.configuration.Setting;
import io.pgtrickle.cli.console.Console;
import io.pgtrickle.cli.console.Database;
import io.pgtrickle.cli.console.Table;
import io.pgtrickle.cli.console.TextTable;
import io.pgtrickle.postgres.ServerAddress;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;

/// `pgtrickle doctor`.
@Command(
        name = "doctor",
        description = "Checks a database and role for every requirement, and says what mends it.",
        footer = "Exit status 1 if something is wrong; advice alone is no error.")
public final class DoctorCommand implements Callable<Integer> {

    /// A group of checks; what it can't ask is wrong as a whole.
    @FunctionalInterface
    private interface Group {
        List<Finding> run() throws SQLException;
    }

    private final Console console;

    @Option(
            names = "--slot",
            paramLabel = "NAME",
            description = "The replication slot. Default: pgtrickle.")
    private String slot = Setting.SLOT.defaultText();

    @Option(
            names = "--publication",
            paramLabel = "NAME",
            description = "The publication. Default: pgtrickle.")
    private String publication = Setting.PUBLICATION.defaultText();

    public DoctorCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws SQLException {
        ServerAddress address = console.address();
        List<Finding> findings = new ArrayList<>();
        try (Database database = Database.open(address)) {
            findings.addAll(guarded("server", () -> ServerChecks.run(database)));
            findings.addAll(guarded("role", () -> RoleChecks.run(database, address)));
            findings.addAll(
                    guarded(
                            "installation",
                            () -> new InstallationChecks(database, slot, publication).run()));
        }
        print(findings);
        return findings.stream().anyMatch(f -> f.verdict() == Finding.Verdict.WRONG)
                ? ExitCode.SOFTWARE
                : ExitCode.OK;
    }

    private static List<Finding> guarded(String name, Group group) {
        try {
            return group.run();
        } catch (SQLException e) {
            return List.of(Finding.wrong(name, "could not be checked: " + e.getMessage(), ""));
        }
    }

    private void print(List<Finding> findings) {
        if (console.json()) {
            List<List<@Nullable Object>> rows = new ArrayList<>();
            findings.forEach(
                    f -> rows.add(Table.row(f.check(), f.verdict().label(), f.text(), f.remedy())));
            console.print(new Table(List.of("check", "verdict", "found", "remedy"), rows));
            return;
        }
        for (Finding finding : findings) {
            console.say(
                    String.format(
                            Locale.ROOT,
                            "%-7s %s: %s",
                            finding.verdict().name(),
                            finding.check(),
                            TextTable.safe(finding.text())));
            if (!finding.remedy().isEmpty() && finding.verdict() != Finding.Verdict.OK) {
                console.say("          " + TextTable.safe(finding.remedy()));
            }
        }
    }
}
