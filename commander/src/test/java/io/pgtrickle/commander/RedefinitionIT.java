package io.pgtrickle.commander;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Functions and views that are redefined under a view that uses them: it is made again by difference, or stops and says why.
final class RedefinitionIT {

    private static final String MULTIPLE = "SELECT id, times(a) AS b FROM t";
    private static final String CALLING = "SELECT id, outermost(a) AS b FROM t";
    private static final String THROUGH = "SELECT id, a FROM part WHERE id < 30";

    @TempDir private Path state;

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void aRedefinitionIsNoticed(int major) throws SQLException {
        try (RunningSidecar it = RunningSidecar.on(major, state)) {
            it.execute(
                    "CREATE TABLE t (id int PRIMARY KEY, a int)",
                    "INSERT INTO t SELECT i, i % 7 FROM generate_series(1, 40) i",
                    times("2 * x"),
                    "CREATE VIEW part AS SELECT id, a FROM t WHERE a > 3",
                    "CREATE FUNCTION outermost(x int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN Times(x) + 1; END'");
            it.create("m", MULTIPLE);
            it.create("c", CALLING);
            it.create("s", THROUGH);
            it.execute(times("3 * x"));
            it.await("SELECT b FROM m WHERE id = 1", "3"::equals);
            it.assertFresh("m", MULTIPLE);
            it.await("SELECT b FROM c WHERE id = 1", "4"::equals);
            it.assertFresh("c", CALLING);
            it.execute("CREATE OR REPLACE VIEW part AS SELECT id, a FROM t WHERE a > 1");
            it.await("SELECT min(a) FROM s", "2"::equals);
            it.assertFresh("s", THROUGH);
            it.stop();
            it.execute(
                    times("5 * x"),
                    "CREATE OR REPLACE VIEW part AS SELECT id, a FROM t WHERE a < 2",
                    "UPDATE t SET a = a + 1 WHERE id % 5 = 0");
            it.startAgain();
            it.await("SELECT b FROM m WHERE id = 1", "5"::equals);
            it.await("SELECT min(a) FROM s", "0"::equals);
            it.await("SELECT b FROM c WHERE id = 1", "6"::equals);
            it.assertFresh("m", MULTIPLE);
            it.assertFresh("s", THROUGH);
            it.assertFresh("c", CALLING);
            it.execute(
                    "CREATE OR REPLACE FUNCTION times(x int) RETURNS int VOLATILE LANGUAGE plpgsql AS 'BEGIN RETURN x; END'");
            it.awaitStatus("m", "needs_attention");
            assertThat(it.status("m")).contains("VOLATILE");
            it.assertFresh("s", THROUGH);
        }
    }

    private static String times(String result) {
        return "CREATE OR REPLACE FUNCTION times(x int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN "
                + result
                + "; END'";
    }
}
