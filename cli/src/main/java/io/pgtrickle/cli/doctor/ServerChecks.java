package io.pgtrickle.cli.doctor;

import io.pgtrickle.cli.console.Database;
import io.pgtrickle.cli.console.TextTable;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// What the server and its settings must be like.
final class ServerChecks {

    private static final int OLDEST_MAJOR = 14;
    private static final int NEWEST_MAJOR = 18;

    /// The first minor of each major version in which DDL no longer makes logical decoding lose changes.
    private static final Map<Integer, Integer> SAFE_MINORS =
            Map.of(14, 18, 15, 13, 16, 9, 17, 5, 18, 0);

    /// A sidecar must be able to miss a beat.
    private static final Duration SENDER_TIMEOUT_MIN = Duration.ofSeconds(10);

    /// A shorter dead connection isn't noticed before this.
    private static final Duration SENDER_TIMEOUT_MAX = Duration.ofMinutes(5);

    /// A slot that may hold less than this is lost during a short stop of the sidecar.
    private static final long SLOT_KEEP_MIN_BYTES = 1L << 30;

    private ServerChecks() {}

    static List<Finding> run(Database database) throws SQLException {
        List<Finding> findings = new ArrayList<>();
        findings.add(version(Integer.parseInt(setting(database, "server_version_num"))));
        boolean recovering = database.text("SELECT pg_is_in_recovery()").equals("t");
        findings.add(
                Finding.of(
                        !recovering,
                        "recovery",
                        recovering ? "a standby" : "a primary",
                        "Connect to the primary."));
        findings.add(walLevel(setting(database, "wal_level")));
        findings.add(slots(database));
        findings.add(senders(database));
        String encoding = setting(database, "server_encoding");
        findings.add(
                Finding.of(
                        encoding.equals("UTF8"),
                        "encoding",
                        encoding,
                        "Use a database that was made with ENCODING 'UTF8'."));
        findings.add(senderTimeout(milliseconds(database, "wal_sender_timeout")));
        findings.add(slotKeep(Long.parseLong(raw(database, "max_slot_wal_keep_size"))));
        idleTimeout(database).forEach(findings::add);
        findings.add(preparedTransactions(database));
        return findings;
    }

    private static Finding version(int number) {
        int major = number / 10_000;
        int minor = number % 10_000;
        String text = major + "." + minor;
        if (major < OLDEST_MAJOR || major > NEWEST_MAJOR) {
            return Finding.wrong("server version", text, "Use PostgreSQL 14 to 18.");
        }
        int safe = SAFE_MINORS.getOrDefault(major, 0);
        return minor >= safe
                ? Finding.ok("server version", text)
                : Finding.advice(
                        "server version",
                        text + ": concurrent DDL can make logical decoding lose changes",
                        "Upgrade to " + major + "." + safe + " or later.");
    }

    private static Finding walLevel(String level) {
        return Finding.of(
                level.equals("logical"),
                "wal_level",
                level,
                "ALTER SYSTEM SET wal_level = 'logical'; -- then restart PostgreSQL");
    }

    private static Finding slots(Database database) throws SQLException {
        int limit = Integer.parseInt(setting(database, "max_replication_slots"));
        int used = Integer.parseInt(database.text("SELECT count(*) FROM pg_replication_slots"));
        boolean ours =
                !database.text(
                                "SELECT 1 FROM pg_replication_slots WHERE plugin = 'pgoutput'"
                                        + " AND database = current_database()")
                        .isEmpty();
        return Finding.of(
                used < limit || ours,
                "max_replication_slots",
                limit + ", " + (limit - used) + " free",
                "ALTER SYSTEM SET max_replication_slots = "
                        + (limit + 5)
                        + "; -- then restart PostgreSQL");
    }

    private static Finding senders(Database database) throws SQLException {
        int limit = Integer.parseInt(setting(database, "max_wal_senders"));
        int used = Integer.parseInt(database.text("SELECT count(*) FROM pg_stat_replication"));
        return Finding.of(
                used < limit,
                "max_wal_senders",
                limit + ", " + Math.max(0, limit - used) + " free",
                "ALTER SYSTEM SET max_wal_senders = "
                        + (limit + 5)
                        + "; -- then restart PostgreSQL");
    }

    private static Finding senderTimeout(Duration timeout) {
        String text = timeout.isZero() ? "off" : timeout.toSeconds() + " s";
        if (timeout.isZero() || timeout.compareTo(SENDER_TIMEOUT_MAX) > 0) {
            return Finding.advice(
                    "wal_sender_timeout",
                    text + ": a slot whose reader died stays in use for as long",
                    "ALTER SYSTEM SET wal_sender_timeout = '60s'; SELECT pg_reload_conf();");
        }
        return timeout.compareTo(SENDER_TIMEOUT_MIN) >= 0
                ? Finding.ok("wal_sender_timeout", text)
                : Finding.advice(
                        "wal_sender_timeout",
                        text + ": a short pause breaks the stream",
                        "ALTER SYSTEM SET wal_sender_timeout = '60s'; SELECT pg_reload_conf();");
    }

    /// The setting is in MB; -1 is no limit.
    private static Finding slotKeep(long megabytes) {
        if (megabytes < 0) {
            return Finding.advice(
                    "max_slot_wal_keep_size",
                    "no limit: a sidecar that is down for long fills the disk with log",
                    "ALTER SYSTEM SET max_slot_wal_keep_size = '50GB'; SELECT pg_reload_conf(); -- less than the free disk");
        }
        long bytes = megabytes << 20;
        return bytes >= SLOT_KEEP_MIN_BYTES
                ? Finding.ok("max_slot_wal_keep_size", TextTable.size(bytes))
                : Finding.advice(
                        "max_slot_wal_keep_size",
                        TextTable.size(bytes)
                                + ": the slot is lost when the sidecar is down for a while",
                        "ALTER SYSTEM SET max_slot_wal_keep_size = '50GB'; SELECT pg_reload_conf(); -- less than the free disk");
    }

    /// Since 18.
    private static List<Finding> idleTimeout(Database database) throws SQLException {
        String seconds = raw(database, "idle_replication_slot_timeout");
        if (seconds.isEmpty()) {
            return List.of();
        }
        return List.of(
                seconds.equals("0")
                        ? Finding.ok("idle_replication_slot_timeout", "off")
                        : Finding.advice(
                                "idle_replication_slot_timeout",
                                setting(database, "idle_replication_slot_timeout")
                                        + ": the slot is lost when the sidecar is down for longer",
                                "ALTER SYSTEM SET idle_replication_slot_timeout = 0; SELECT pg_reload_conf();"));
    }

    private static Finding preparedTransactions(Database database) throws SQLException {
        String oldest =
                database.text("SELECT gid FROM pg_prepared_xacts ORDER BY prepared LIMIT 1");
        return oldest.isEmpty()
                ? Finding.ok("prepared transactions", "none")
                : Finding.advice(
                        "prepared transactions",
                        "\"" + oldest + "\" is open: a slot can't be made before it ends",
                        "ROLLBACK PREPARED "
                                + io.pgtrickle.postgres.Quoting.literal(oldest)
                                + "; -- or COMMIT PREPARED");
    }

    private static String setting(Database database, String name) throws SQLException {
        return database.text("SELECT current_setting(?, true)", name);
    }

    /// In the setting's own unit.
    private static String raw(Database database, String name) throws SQLException {
        return database.text("SELECT setting FROM pg_settings WHERE name = ?", name);
    }

    private static Duration milliseconds(Database database, String name) throws SQLException {
        return Duration.ofMillis(Long.parseLong(raw(database, name)));
    }
}
