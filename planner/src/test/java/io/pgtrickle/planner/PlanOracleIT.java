package io.pgtrickle.planner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgtrickle.dataflow.Circuit;
import io.pgtrickle.dataflow.SourceChange;
import io.pgtrickle.dataflow.plan.Source;
import io.pgtrickle.dataflow.plan.ViewPlan;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.ZSet;
import io.pgtrickle.model.remote.RemoteFunctions;
import io.pgtrickle.model.type.SqlType;
import io.pgtrickle.postgres.Quoting;
import io.pgtrickle.state.MemoryStateStore;
import io.pgtrickle.testsupport.Database;
import java.io.IOException;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The golden queries over real rows: what the plan gives is what PostgreSQL gives, as bags, bit for bit. What is claimed of NULLs
/// and unique keys holds for these rows at least. Where a row makes the plan fail, PostgreSQL fails with the same SQLSTATE.
final class PlanOracleIT {

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void plansGiveWhatPostgresGives(int major) throws IOException, SQLException {
        Database database = TestSchema.create(major);
        try (Connection connection = TestSchema.connect(database)) {
            TestSchema.execute(
                    connection, Files.readString(TestSchema.DIRECTORY.resolve("data.sql")));
            TestSchema.execute(connection, "SET search_path = pg_catalog");
            for (String query : PlanSpec.queries(TestSchema.DIRECTORY.resolve("plans.spec"))) {
                Planner planner = new Planner(connection);
                ViewPlan plan = planner.plan(planner.analyze(query, "shop, public"));
                ZSet actual;
                try {
                    actual = evaluate(connection, plan);
                } catch (PgtrickleException e) {
                    assertThatThrownBy(() -> expected(connection, query, plan))
                            .as(query)
                            .isInstanceOfSatisfying(
                                    SQLException.class,
                                    error ->
                                            assertThat(error.getSQLState())
                                                    .isEqualTo(e.sqlState()));
                    continue;
                }
                assertThat(actual).as(query).isEqualTo(expected(connection, query, plan));
                assertClaims(query, plan, actual);
            }
        }
    }

    private static ZSet evaluate(Connection connection, ViewPlan plan) throws SQLException {
        return evaluate(connection, plan, RemoteFunctions.NONE);
    }

    static ZSet evaluate(Connection connection, ViewPlan plan, RemoteFunctions functions)
            throws SQLException {
        Map<Source, List<SourceChange>> changes = new LinkedHashMap<>();
        for (List<Source> scans : plan.sources().values()) {
            for (Source source : scans) {
                List<String> columns =
                        source.columns().stream()
                                .map(column -> Quoting.identifier(column.name()))
                                .toList();
                List<SqlType> types =
                        source.columns().stream().map(Source.SourceColumn::type).toList();
                List<SourceChange> inserts = new ArrayList<>();
                String from = "ONLY " + Quoting.qualified(source.schema(), source.name());
                rows(connection, columns, types, from)
                        .forEach(row -> inserts.add(new SourceChange.Insert(row)));
                changes.put(source, inserts);
            }
        }
        try (MemoryStateStore store = new MemoryStateStore()) {
            Circuit circuit = Circuit.of(plan.plan(), store.space("view"), functions);
            ZSet result = circuit.initialize();
            result.addAll(circuit.step(changes));
            return result;
        }
    }

    static ZSet expected(Connection connection, String query, ViewPlan plan) throws SQLException {
        TestSchema.execute(connection, "SET search_path = shop, public");
        TestSchema.execute(connection, "CREATE TEMP VIEW oracle AS " + query);
        TestSchema.execute(connection, "SET search_path = pg_catalog");
        List<String> columns =
                plan.columns().stream().map(column -> Quoting.identifier(column.name())).toList();
        ZSet expected = new ZSet();
        try {
            rows(connection, columns, plan.plan().types(), "pg_temp.oracle")
                    .forEach(row -> expected.add(row, 1));
        } finally {
            TestSchema.execute(connection, "DROP VIEW pg_temp.oracle");
        }
        return expected;
    }

    /// Reads the values as PostgreSQL sends them.
    private static List<Row> rows(
            Connection connection, List<String> columns, List<SqlType> types, String from)
            throws SQLException {
        List<String> images = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
            images.add(send(connection, types.get(i)) + "(" + columns.get(i) + ")");
        }
        List<Row> rows = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet result =
                        statement.executeQuery(
                                "SELECT " + String.join(", ", images) + " FROM " + from)) {
            while (result.next()) {
                @Nullable Object[] cells = new @Nullable Object[columns.size()];
                for (int i = 0; i < cells.length; i++) {
                    byte[] image = result.getBytes(i + 1);
                    cells[i] = image == null ? null : types.get(i).decode(image, 0, image.length);
                }
                rows.add(Row.of(cells));
            }
        }
        return rows;
    }

    private static String send(Connection connection, SqlType type) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery(
                                "SELECT typsend::text FROM pg_type WHERE oid = "
                                        + Integer.toUnsignedString(type.oid()))) {
            row.next();
            return row.getString(1);
        }
    }

    private static void assertClaims(String query, ViewPlan plan, ZSet result) {
        Set<String> keys = new HashSet<>();
        result.forEach((row, weight) -> {
            for (int i = 0; i < row.width(); i++) {
                if (plan.columns().get(i).notNull()) {
                    assertThat(row.get(i)).as("column %s of %s", i, query).isNotNull();
                }
            }
            if (!plan.uniqueKey().isEmpty()) {
                String key =
                        plan.uniqueKey().stream()
                                .map(column -> row.get(column) + "")
                                .collect(Collectors.joining("\0"));
                assertThat(weight).as("weight of a row with a key in %s", query).isOne();
                assertThat(keys.add(key)).as("key %s of %s", key, query).isTrue();
            }
        });
    }
}
