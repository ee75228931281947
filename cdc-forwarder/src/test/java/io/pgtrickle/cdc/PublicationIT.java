package io.pgtrickle.cdc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class PublicationIT {

    private static final String MAJORS = "io.pgtrickle.cdc.Servers#majors";
    private static final String LATE = "CREATE TABLE unpublished_late (id int PRIMARY KEY, v text)";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @ParameterizedTest
    @MethodSource(MAJORS)
    void isMadeOnceWithoutTables(int major) throws SQLException {
        try (Source source = Source.with(major, directory, LATE)) {
            Publication publication = source.publication();
            long oid = publication.ensure();
            assertThat(publication.ensure()).isEqualTo(oid);
            assertThat(publication.oid()).contains(oid);
            assertThat(publication.tables()).isEmpty();
            String before = publication.fingerprint();
            publication.addTable(source.oid("unpublished_late"));
            publication.addTable(source.oid("unpublished_late"));
            assertThat(publication.tables())
                    .containsExactly(
                            new Publication.PublishedTable(
                                    source.oid("unpublished_late"),
                                    "public",
                                    "unpublished_late",
                                    false));
            assertThat(publication.fingerprint())
                    .isNotEqualTo(before)
                    .isEqualTo(publication.fingerprint());
            source.execute("DROP PUBLICATION " + Source.PUBLICATION);
            assertThat(publication.oid()).isEmpty();
            assertThat(publication.fingerprint()).isEmpty();
            assertThat(publication.ensure()).isNotEqualTo(oid);
        }
    }

    @ParameterizedTest
    @MethodSource(MAJORS)
    void refusesOtherOptions(int major) throws SQLException {
        try (Source source = Source.with(major, directory, LATE)) {
            for (String statement :
                    List.of(
                            "ALTER PUBLICATION pub SET (publish = 'insert')",
                            "ALTER PUBLICATION pub SET (publish = 'insert, update, delete, truncate', publish_via_partition_root)")) {
                source.execute(statement);
                assertFails(() -> source.publication().ensure(), ErrorCode.SETTING_WRONG);
            }
            source.execute("DROP PUBLICATION pub; CREATE PUBLICATION pub FOR ALL TABLES");
            assertFails(() -> source.publication().ensure(), ErrorCode.SETTING_WRONG);
        }
    }

    @ParameterizedTest
    @MethodSource(MAJORS)
    void refusesTablesThatPublishingWouldBreak(int major) throws SQLException {
        try (Source source =
                Source.with(
                        major,
                        directory,
                        "CREATE TABLE unpublished_keyless (id int)",
                        "CREATE TABLE unpublished_nothing (id int PRIMARY KEY)",
                        "ALTER TABLE unpublished_nothing REPLICA IDENTITY NOTHING",
                        "CREATE TABLE unpublished_deferred (id int PRIMARY KEY DEFERRABLE)",
                        "CREATE TABLE unpublished_parts (id int, v int) PARTITION BY LIST (v)",
                        "CREATE TABLE unpublished_part1 PARTITION OF unpublished_parts FOR VALUES IN (1)",
                        "ALTER TABLE unpublished_part1 ADD PRIMARY KEY (id)",
                        "CREATE TABLE unpublished_part2 PARTITION OF unpublished_parts FOR VALUES IN (2)",
                        "CREATE UNLOGGED TABLE unpublished_unlogged (id int PRIMARY KEY)",
                        "CREATE VIEW unpublished_view AS SELECT 1",
                        "CREATE TABLE unpublished_full (id int, g int GENERATED ALWAYS AS (id + 1) STORED)",
                        "ALTER TABLE unpublished_full REPLICA IDENTITY FULL")) {
            for (String table : List.of("keyless", "nothing", "deferred", "parts")) {
                assertFails(() -> add(source, table), ErrorCode.NO_REPLICA_IDENTITY);
            }
            for (String table : List.of("unlogged", "view")) {
                assertFails(() -> add(source, table), ErrorCode.UNSUPPORTED_SOURCE);
            }
            assertFails(
                    () -> source.publication().addTable(4_000_000_000L), ErrorCode.NAME_UNKNOWN);
            assertThat(source.publication().tables()).isEmpty();
            source.execute("UPDATE unpublished_keyless SET id = 1");
            source.execute("ALTER TABLE unpublished_part2 REPLICA IDENTITY FULL");
            add(source, "parts");
            if (major >= 18) {
                assertFails(() -> add(source, "full"), ErrorCode.NO_REPLICA_IDENTITY);
            } else {
                add(source, "full");
                source.execute(
                        "INSERT INTO unpublished_full VALUES (1); UPDATE unpublished_full SET id = 2");
            }
        }
    }

    @ParameterizedTest
    @MethodSource(MAJORS)
    void saysWhatTheOwnerMustRun(int major) throws SQLException {
        String role = "agent_" + System.nanoTime();
        try (Source source = Source.with(major, directory, LATE, "CREATE ROLE " + role);
                Connection agent = source.connect()) {
            Source.execute(agent, "SET SESSION AUTHORIZATION " + role);
            Publication publication = new Publication(agent, "theirs");
            assertThatThrownBy(publication::ensure)
                    .isInstanceOfSatisfying(
                            PgtrickleException.class,
                            e -> {
                                assertThat(e.code()).isEqualTo(ErrorCode.PRIVILEGE_MISSING);
                                assertThat(e.hint())
                                        .contains("CREATE PUBLICATION \"theirs\" WITH (publish = ");
                            });
            source.execute(
                    "CREATE PUBLICATION theirs; ALTER DATABASE "
                            + source.name()
                            + " OWNER TO "
                            + role);
            source.execute("ALTER PUBLICATION theirs OWNER TO " + role);
            assertThatThrownBy(() -> publication.addTable(source.oid("unpublished_late")))
                    .isInstanceOfSatisfying(
                            PgtrickleException.class,
                            e -> {
                                assertThat(e.code()).isEqualTo(ErrorCode.PRIVILEGE_MISSING);
                                assertThat(e.hint())
                                        .contains(
                                                "ALTER PUBLICATION \"theirs\" ADD TABLE ONLY \"public\".\"unpublished_late\"");
                            });
            assertThat(agent.getAutoCommit()).isTrue();
            source.execute(
                    "ALTER DATABASE "
                            + source.name()
                            + " OWNER TO postgres; DROP PUBLICATION theirs; DROP ROLE "
                            + role);
        }
    }

    @Test
    void refusesATableThatSomebodyAddedWithAFilter() throws SQLException {
        try (Source source = Source.with(18, directory, LATE)) {
            source.execute("ALTER PUBLICATION pub ADD TABLE unpublished_late WHERE (id > 5)");
            assertFails(() -> add(source, "late"), ErrorCode.SETTING_WRONG);
        }
    }

    /// What an open transaction wrote before the table was added never comes; so its end is waited for.
    @ParameterizedTest
    @MethodSource(MAJORS)
    void waitsForTheWritersThatAreThere(int major) throws Exception {
        try (Source source =
                        Source.with(major, directory, LATE, "CREATE TABLE t (id int PRIMARY KEY)");
                ChangeStream stream = source.open();
                Connection early = source.connect();
                Connection bystander = source.connect();
                Connection reader = source.connect()) {
            early.setAutoCommit(false);
            bystander.setAutoCommit(false);
            reader.setAutoCommit(false);
            Source.execute(bystander, "INSERT INTO t VALUES (1)");
            Source.execute(reader, "SELECT * FROM unpublished_late");
            Source.execute(early, "INSERT INTO unpublished_late VALUES (1, 'unseen')");
            add(source, "late");
            List<List<Blocker>> told = new ArrayList<>();
            CountDownLatch waiting = new CountDownLatch(1);
            long oid = source.oid("unpublished_late");
            Thread committing =
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    waiting.await();
                                    Source.execute(
                                            early,
                                            "INSERT INTO unpublished_late VALUES (2, 'late')");
                                    early.commit();
                                } catch (SQLException | InterruptedException e) {
                                    throw new IllegalStateException(e);
                                }
                            });
            try (Connection session = source.connect()) {
                new Publication(session, Source.PUBLICATION)
                        .waitForWriters(
                                Set.of(oid),
                                blockers -> {
                                    told.add(blockers);
                                    waiting.countDown();
                                });
            }
            assertThat(told).hasSize(1);
            assertThat(told.getFirst())
                    .singleElement()
                    .satisfies(blocker ->
                            assertThat(blocker.description()).contains("in a transaction since"));
            committing.join();
            // from here on everything comes, and a snapshot taken now has what didn't
            source.execute("INSERT INTO unpublished_late VALUES (3, 'seen')");
            assertThat(source.query("SELECT count(*)::text FROM unpublished_late"))
                    .containsExactly("3");
            List<String> changes = new ArrayList<>();
            Source.await(
                    "the last insert comes",
                    () -> {
                        changes.addAll(Source.nextChanges(stream));
                        return changes.contains("+unpublished_late(3,seen)");
                    });
            assertThat(changes).doesNotContain("+unpublished_late(1,unseen)");
        }
    }

    @ParameterizedTest
    @MethodSource(MAJORS)
    void waitsForAWriterThatIsPreparedMeanwhile(int major) throws Exception {
        try (Source source = Source.with(major, directory, LATE);
                Connection writer = source.connect();
                Connection session = source.connect()) {
            String gid = "w_" + source.name();
            Source.execute(writer, "BEGIN; INSERT INTO unpublished_late VALUES (1, 'a')");
            List<String> told = new ArrayList<>();
            new Publication(session, Source.PUBLICATION)
                    .waitForWriters(
                            Set.of(source.oid("unpublished_late")),
                            blockers -> {
                                told.add(blockers.getFirst().description());
                                try {
                                    if (told.size() == 1) {
                                        Source.execute(writer, "PREPARE TRANSACTION '" + gid + "'");
                                    } else {
                                        source.execute("COMMIT PREPARED '" + gid + "'");
                                    }
                                } catch (SQLException e) {
                                    throw new IllegalStateException(e);
                                }
                            });
            assertThat(told).hasSize(2);
            assertThat(told.getLast()).contains("prepared transaction \"" + gid + "\"");
        }
    }

    private static void add(Source source, String table) throws SQLException {
        source.publication().addTable(source.oid("unpublished_" + table));
    }

    private static void assertFails(ThrowingCallable call, ErrorCode code) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        PgtrickleException.class,
                        e -> assertThat(e.code()).as("%s", e).isEqualTo(code));
    }
}
