package io.pgtrickle.commander;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Groups beside the default one: each moves by itself, fails by itself, and goes on where it was after a restart.
final class GroupsIT {

    private static final String QUERY =
            "SELECT a, count(*) AS n, sum(100 / b) AS s FROM t GROUP BY a";
    private static final String POSITIONS =
            "SELECT string_agg(group_name, ', ' ORDER BY group_name) FROM pgtrickle.progress";
    private static final String JOINED =
            "SELECT string_agg(joined_lsn::text, ', ' ORDER BY id) FROM pgtrickle.view";

    @TempDir private Path state;

    private RunningSidecar begin() throws SQLException {
        RunningSidecar it = RunningSidecar.on(17, state.resolve("own"));
        it.execute(
                "CREATE TABLE t (id int PRIMARY KEY, a int, b int)",
                "INSERT INTO t SELECT i, i % 7, 1 + i % 5 FROM generate_series(1, 200) i");
        it.create("v", QUERY);
        create(it, "g", "aside");
        return it;
    }

    private static void create(RunningSidecar it, String view, String group) throws SQLException {
        it.execute(
                "CALL pgtrickle.create_view('"
                        + view
                        + "', '"
                        + QUERY
                        + "', view_group => '"
                        + group
                        + "')");
    }

    @Test
    void aGroupLivesAsLongAsItHasViews() throws SQLException {
        try (RunningSidecar it = begin()) {
            create(it, "h", "aside");
            assertThat(
                            it.value(
                                    "SELECT string_agg(view_name || ' ' || view_group, ', ' ORDER BY view_name::text)"
                                            + " FROM pgtrickle.list_views()"))
                    .isEqualTo("g aside, h aside, v default");
            it.execute("UPDATE t SET b = 3 WHERE id < 50");
            it.assertFresh("v", QUERY);
            it.assertFresh("g", QUERY);
            it.assertFresh("h", QUERY);
            it.execute("CALL pgtrickle.drop_view('g')", "CALL pgtrickle.drop_view('h')");
            it.await(POSITIONS, "default"::equals);
            create(it, "g", "aside");
            it.execute("DELETE FROM t WHERE id < 20");
            it.assertFresh("g", QUERY);
            assertThat(it.value(POSITIONS)).isEqualTo("aside, default");
            assertThatThrownBy(() -> create(it, "w", " ")).hasMessageContaining("of a group");
        }
    }

    @Test
    void aSlowGroupDelaysNobody() throws SQLException {
        try (RunningSidecar it = begin()) {
            it.execute("INSERT INTO t VALUES (1000, 1, 1)");
            it.assertFresh("g", QUERY);
            try (Connection holder = it.database().connect()) {
                holder.setAutoCommit(false);
                RunningSidecar.execute(holder, "LOCK TABLE g IN ACCESS EXCLUSIVE MODE");
                long begin = System.nanoTime();
                long slowest = 0;
                for (int id = 1_001; id <= 1_020; id++) {
                    long before = System.nanoTime();
                    it.execute(
                            "INSERT INTO t VALUES (" + id + ", 1, 1)",
                            "CALL pgtrickle.wait_for_lsn(view_name => 'v')");
                    slowest = Math.max(slowest, System.nanoTime() - before);
                }
                it.create("w", QUERY);
                long all = System.nanoTime() - begin;
                System.out.println(
                        "groups: 20 transactions and a new view beside a blocked group took "
                                + all / 1_000_000
                                + " ms, the slowest "
                                + slowest / 1_000_000
                                + " ms");
                assertThat(it.value("SELECT count(DISTINCT lsn) FROM pgtrickle.progress"))
                        .isEqualTo("2");
                holder.rollback();
            }
            it.assertFresh("g", QUERY);
            it.assertFresh("w", QUERY);
            assertThat(it.sidecar().status().phase()).isEqualTo(SidecarStatus.Phase.STREAMING);
        }
    }

    @Test
    void aFailingGroupFailsAlone() throws SQLException {
        try (RunningSidecar it = begin()) {
            it.execute(
                    "CALL pgtrickle.alter_view('v', 'SELECT a, count(*) AS n FROM t GROUP BY a')",
                    "INSERT INTO t VALUES (1000, 1, 0)");
            it.awaitStatus("g", "error: division by zero");
            it.execute("INSERT INTO t VALUES (1001, 1, 1)");
            it.assertFresh("v", "SELECT a, count(*) AS n FROM t GROUP BY a");
            it.execute("DELETE FROM t WHERE b = 0");
            it.awaitStatus("g", "running");
            it.assertFresh("g", QUERY);
            for (int round = 0; round < 5; round++) {
                it.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'pgtrickle group'"
                                + " AND datname = current_database()",
                        "UPDATE t SET b = b % 5 + 1 WHERE id % 5 = " + round);
            }
            it.assertFresh("g", QUERY);
            it.execute("ALTER TABLE t RENAME COLUMN b TO c");
            it.awaitStatus("g", "needs_attention");
            it.execute("INSERT INTO t VALUES (1002, 1, 1)");
            it.assertFresh("v", "SELECT a, count(*) AS n FROM t GROUP BY a");
            it.execute("ALTER TABLE t RENAME COLUMN c TO b", "CALL pgtrickle.rebuild_view('g')");
            it.assertFresh("g", QUERY);
            assertThat(it.value("SELECT epoch FROM pgtrickle.sidecar"))
                    .as("the same sidecar all the time")
                    .isEqualTo("1");
        }
    }

    @Test
    void aViewMovesUnderLoad() throws SQLException, InterruptedException {
        try (RunningSidecar it = begin()) {
            AtomicBoolean running = new AtomicBoolean(true);
            AtomicLong transactions = new AtomicLong();
            Thread load =
                    Thread.ofPlatform()
                            .start(() -> {
                                try (Connection session = it.database().connect()) {
                                    for (int i = 0; running.get(); i++) {
                                        RunningSidecar.execute(
                                                session,
                                                "INSERT INTO t VALUES (10000 + "
                                                        + i
                                                        + ", "
                                                        + i % 3
                                                        + ", 1); UPDATE t SET a = (a + 1) % 7, b = b % 5 + 1 WHERE id % 50 = "
                                                        + i % 50
                                                        + "; DELETE FROM t WHERE id = 10000 + "
                                                        + (i - 30));
                                        transactions.incrementAndGet();
                                    }
                                } catch (SQLException e) {
                                    throw new IllegalStateException(e);
                                }
                            });
            try {
                for (String group : new String[] {"default", "b", "aside", "b", "default"}) {
                    it.execute("CALL pgtrickle.move_view('g', '" + group + "')");
                    it.execute("CALL pgtrickle.move_view('g', '" + group + "')");
                    it.assertGroup("g", group);
                }
                it.execute(
                        "CALL pgtrickle.create_view('v', '"
                                + QUERY
                                + "', or_replace => true, view_group => 'c')",
                        "CALL pgtrickle.rename_view('v', 'u')",
                        "CALL pgtrickle.pause_view('u')",
                        "CALL pgtrickle.move_view('u', 'd')",
                        "CALL pgtrickle.resume_view('u')");
            } finally {
                running.set(false);
                load.join();
            }
            it.assertFresh("g", QUERY);
            it.assertFresh("u", QUERY);
            it.assertGroup("u", "d");
            it.await(POSITIONS, "d, default"::equals);
            System.out.println("groups: 8 moves under " + transactions + " transactions, exact");
            assertThat(transactions.get()).isPositive();
        }
    }

    @Test
    void everyGroupGoesOnWhereItWas() throws SQLException {
        try (RunningSidecar it = begin()) {
            create(it, "h", "far");
            it.execute("UPDATE t SET a = a + 1 WHERE id < 100");
            it.assertFresh("g", QUERY);
            it.assertFresh("h", QUERY);
            String joined = it.value(JOINED);
            try (Connection holder = it.database().connect()) {
                holder.setAutoCommit(false);
                RunningSidecar.execute(holder, "LOCK TABLE g IN ACCESS EXCLUSIVE MODE");
                it.execute("UPDATE t SET a = a + 1 WHERE id < 50");
                it.execute("CALL pgtrickle.wait_for_lsn(view_name => 'v')");
                it.execute("CALL pgtrickle.wait_for_lsn(view_name => 'h')");
                it.stop();
                holder.rollback();
            }
            it.execute("DELETE FROM t WHERE id < 20");
            it.startAgain();
            it.assertFresh("v", QUERY);
            it.assertFresh("g", QUERY);
            it.assertFresh("h", QUERY);
            assertThat(it.value(JOINED)).as("nothing was rebuilt").isEqualTo(joined);
            assertThat(it.value("SELECT min(epoch) || ' ' || max(epoch) FROM pgtrickle.progress"))
                    .isEqualTo("2 2");
        }
    }

    @Test
    void aVerificationSeesAllGroupsAtOnePosition() throws SQLException {
        try (RunningSidecar it = begin()) {
            it.execute("UPDATE t SET a = a + 1 WHERE id < 100");
            assertThat(it.value("CALL pgtrickle._request('verify_snapshot', '{}', NULL)"))
                    .contains("view_snapshot");
        }
    }
}
