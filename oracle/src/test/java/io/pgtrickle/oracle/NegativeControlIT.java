package io.pgtrickle.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgtrickle.model.Row;
import io.pgtrickle.model.ZSet;
import io.pgtrickle.model.type.Oids;
import io.pgtrickle.model.type.SqlType;
import io.pgtrickle.oracle.ObservedTables.RowChange;
import io.pgtrickle.testsupport.Database;
import io.pgtrickle.testsupport.EmbeddedServer;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Do changes and comparison find faults that are put in on purpose? A join of our own is run in the place of the product's, right and with each of
/// the classic faults.
final class NegativeControlIT {

    private static final SqlType INTEGER = new SqlType.Integral(Oids.INT4, 4, true);
    private static final int STEPS = 25;

    @ParameterizedTest
    @EnumSource(FaultyJoin.Fault.class)
    void aFaultIsFoundAndNothingElse(FaultyJoin.Fault fault) throws SQLException {
        Database database = EmbeddedServer.shared(ObservedTables.MAJOR).createDatabase();
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "CREATE TABLE l (k int, v int); CREATE TABLE r (k int, w int);"
                            + " ALTER TABLE l REPLICA IDENTITY FULL; ALTER TABLE r REPLICA IDENTITY FULL");
            ObservedTables tables = new ObservedTables(connection, List.of("l", "r"));
            FaultyJoin join = new FaultyJoin(fault);
            BagComparison comparison =
                    new BagComparison(
                            List.of(INTEGER, INTEGER, INTEGER),
                            List.of(Leeway.NONE, Leeway.NONE, Leeway.NONE));
            Random random = new Random(7);
            int found = -1;
            ZSet result = new ZSet();
            for (int step = 0; step < STEPS && found < 0; step++) {
                ZSet left = change(tables, random, "l");
                ZSet right = random.nextInt(3) > 0 ? change(tables, random, "r") : new ZSet();
                result.addAll(join.step(left, right));
                if (!comparison.differences(answer(statement), result).isEmpty()) {
                    found = step;
                }
            }
            if (fault == FaultyJoin.Fault.NONE) {
                assertThat(found).isNegative();
            } else {
                assertThat(found).as("the step at which %s was seen", fault).isNotNegative();
            }
        }
    }

    private static ZSet change(ObservedTables tables, Random random, String table)
            throws SQLException {
        Map<Long, List<RowChange>> changes = new HashMap<>();
        List<String> statements = new ArrayList<>();
        String key = random.nextInt(5) == 0 ? "NULL" : String.valueOf(random.nextInt(4));
        statements.add(
                "INSERT INTO "
                        + table
                        + " VALUES ("
                        + key
                        + ", "
                        + random.nextInt(3)
                        + "), ("
                        + random.nextInt(4)
                        + ", 1)");
        switch (random.nextInt(4)) {
            case 0 -> statements.add("DELETE FROM " + table + " WHERE k = " + random.nextInt(4));
            case 1 ->
                    statements.add(
                            "UPDATE " + table + " SET k = NULL WHERE k = " + random.nextInt(4));
            case 2 ->
                    statements.add(
                            "UPDATE "
                                    + table
                                    + " SET k = "
                                    + random.nextInt(4)
                                    + " WHERE k IS NULL");
            default -> {}
        }
        for (String statement : statements) {
            tables.execute(statement, changes);
        }
        ZSet delta = new ZSet();
        for (List<RowChange> rows : changes.values()) {
            for (RowChange row : rows) {
                row.old().ifPresent(old -> delta.add(row(old), -1));
                row.now().ifPresent(now -> delta.add(row(now), 1));
            }
        }
        return delta;
    }

    private static Row row(ObservedTables.Image image) {
        @Nullable Object[] cells = new @Nullable Object[image.cells().size()];
        for (int i = 0; i < cells.length; i++) {
            cells[i] =
                    image.cells()
                            .get(i)
                            .<Object>map(cell -> (long) ByteBuffer.wrap(cell).getInt())
                            .orElse(null);
        }
        return Row.of(cells);
    }

    private static ZSet answer(Statement statement) throws SQLException {
        ZSet answer = new ZSet();
        try (ResultSet rows =
                statement.executeQuery("SELECT l.k, l.v, r.w FROM l LEFT JOIN r ON l.k = r.k")) {
            while (rows.next()) {
                @Nullable Object[] cells = new @Nullable Object[3];
                for (int i = 0; i < 3; i++) {
                    long value = rows.getLong(i + 1);
                    cells[i] = rows.wasNull() ? null : (Object) value;
                }
                answer.add(Row.of(cells), 1);
            }
        }
        return answer;
    }
}
