package io.pgtrickle.cli.doctor;

import io.pgtrickle.cli.console.Database;
import io.pgtrickle.cli.console.Table;
import io.pgtrickle.cli.console.TextTable;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The state of what `pgtrickle install` makes. What isn't there yet isn't wrong.
final class InstallationChecks {

    /// The oldest transaction that a slot holds back vacuum for, in transactions; beyond it tables bloat.
    private static final long XMIN_AGE_MAX = 50_000_000;

    private final Database database;
    private final String slot;
    private final String publication;

    InstallationChecks(Database database, String slot, String publication) {
        this.database = database;
        this.slot = slot;
        this.publication = publication;
    }

    List<Finding> run() throws SQLException {
        List<Finding> findings = new ArrayList<>();
        boolean installed =
                database.text("SELECT to_regnamespace('pgtrickle')").equals("pgtrickle");
        findings.add(
                installed
                        ? Finding.ok("schema", "schema \"pgtrickle\" is there")
                        : Finding.advice(
                                "schema",
                                "not installed yet",
                                "pgtrickle install # pgtrickle run does it, too"));
        findings.add(publication(installed));
        findings.add(slot(installed));
        if (installed) {
            findings.add(sidecar());
        }
        return findings;
    }

    private Finding publication(boolean expected) throws SQLException {
        Table found =
                database.query(
                        "SELECT p.pubinsert AND p.pubupdate AND p.pubdelete AND p.pubtruncate AS complete, p.pubviaroot,"
                                + " (SELECT count(*) FROM pg_publication_tables AS t WHERE t.pubname = p.pubname) AS tables"
                                + " FROM pg_publication AS p WHERE p.pubname = ?",
                        publication);
        String name = "publication \"" + publication + "\"";
        if (found.rows().isEmpty()) {
            return missing("publication", name, expected);
        }
        List<@Nullable Object> row = found.rows().getFirst();
        if (!Objects.equals(row.get(0), true)) {
            return Finding.wrong(
                    "publication",
                    name + " leaves out some kinds of changes",
                    "ALTER PUBLICATION "
                            + quoted(publication)
                            + " SET (publish = 'insert, update, delete, truncate');");
        }
        if (Objects.equals(row.get(1), true)) {
            return Finding.wrong(
                    "publication",
                    name + " publishes partitions as their root",
                    "ALTER PUBLICATION "
                            + quoted(publication)
                            + " SET (publish_via_partition_root = false);");
        }
        return Finding.ok("publication", name + ", " + row.get(2) + " tables");
    }

    private Finding slot(boolean expected) throws SQLException {
        Table found =
                database.query(
                        "SELECT plugin, database = current_database() AS here, active, wal_status,"
                                + " pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::bigint AS retained,"
                                + " age(catalog_xmin)::bigint AS age FROM pg_replication_slots WHERE slot_name = ?",
                        slot);
        String name = "slot \"" + slot + "\"";
        if (found.rows().isEmpty()) {
            return missing("slot", name, expected);
        }
        List<@Nullable Object> row = found.rows().getFirst();
        if (!Objects.equals(row.get(0), "pgoutput") || !Objects.equals(row.get(1), true)) {
            return Finding.wrong(
                    "slot",
                    name + " belongs to something else (plug-in " + row.get(0) + ")",
                    "Choose another name with --slot.");
        }
        if (Objects.equals(row.get(3), "lost")) {
            return Finding.wrong(
                    "slot",
                    name + " is lost: its log was removed",
                    "pgtrickle slot drop " + slot + " # then run again");
        }
        long retained = row.get(4) instanceof Long bytes ? bytes : 0;
        long age = row.get(5) instanceof Long transactions ? transactions : 0;
        String text =
                name
                        + ", "
                        + (Objects.equals(row.get(2), true) ? "active" : "not read by anyone")
                        + ", "
                        + TextTable.size(retained)
                        + " of log kept";
        return age > XMIN_AGE_MAX
                ? Finding.advice(
                        "slot",
                        text + ", holds back vacuum by " + age + " transactions",
                        "Start the sidecar, or pgtrickle slot drop " + slot)
                : Finding.ok("slot", text);
    }

    private Finding sidecar() throws SQLException {
        return database.text("SELECT state FROM pgtrickle.sidecar_status()").equals("streaming")
                ? Finding.ok("sidecar", "alive")
                : Finding.advice(
                        "sidecar", "no sidecar serves this database", "pgtrickle run --url …");
    }

    private static Finding missing(String check, String name, boolean expected) {
        return expected
                ? Finding.wrong(check, name + " is missing", "pgtrickle install")
                : Finding.ok(check, name + " is not there yet");
    }

    private static String quoted(String name) {
        return io.pgtrickle.postgres.Quoting.identifier(name);
    }
}
