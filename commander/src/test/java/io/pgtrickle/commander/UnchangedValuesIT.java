package io.pgtrickle.commander;

import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Large values that an update leaves as they were, which the stream doesn't repeat (TRAPS C3).
final class UnchangedValuesIT {

    @TempDir private Path state;

    @ParameterizedTest(name = "REPLICA IDENTITY {0}")
    @ValueSource(strings = {"DEFAULT", "FULL"})
    void surviveUpdatesOfOtherColumnsAndOfTheKey(String identity) throws SQLException {
        try (RunningSidecar it = RunningSidecar.on(18, state)) {
            it.execute(
                    "CREATE TABLE t (id int PRIMARY KEY, a int, large text)",
                    "ALTER TABLE t ALTER large SET STORAGE EXTERNAL",
                    "ALTER TABLE t REPLICA IDENTITY " + identity,
                    "INSERT INTO t SELECT i, i, repeat(i::text, 4000) FROM generate_series(1, 3) i");
            String query = "SELECT id, a, large FROM t";
            it.create("v", query);
            it.execute("UPDATE t SET a = a + 1 WHERE id = 1");
            it.assertFresh("v", query);
            it.execute("UPDATE t SET id = id + 100 WHERE id = 2");
            it.assertFresh("v", query);
            it.execute("UPDATE t SET id = 4 WHERE id = 1");
            it.assertFresh("v", query);
        }
    }

    @Test
    void surviveAnUpdateThatMovesTheKeyTwiceInOneTransaction() throws SQLException {
        try (RunningSidecar it = RunningSidecar.on(14, state)) {
            it.execute(
                    "CREATE TABLE t (id int PRIMARY KEY, large text)",
                    "ALTER TABLE t ALTER large SET STORAGE EXTERNAL",
                    "INSERT INTO t SELECT i, repeat(i::text, 4000) FROM generate_series(1, 3) i");
            String query = "SELECT id, length(large) AS n FROM t";
            it.create("v", query);
            it.execute(
                    "BEGIN; UPDATE t SET id = 10 WHERE id = 1; UPDATE t SET id = 1 WHERE id = 2;"
                            + " UPDATE t SET id = 2 WHERE id = 10; COMMIT");
            it.assertFresh("v", query);
        }
    }
}
