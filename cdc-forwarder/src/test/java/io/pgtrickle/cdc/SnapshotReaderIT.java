package io.pgtrickle.cdc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgtrickle.cdc.SnapshotTable.SnapshotColumn;
import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.Numeric;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.type.Collation;
import io.pgtrickle.model.type.Oids;
import io.pgtrickle.model.type.SqlType;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class SnapshotReaderIT {

    private static final String MAJORS = "io.pgtrickle.cdc.Servers#majors";
    private static final SqlType TEXT = new SqlType.Text(Oids.TEXT, false, Collation.C);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @ParameterizedTest
    @MethodSource(MAJORS)
    void readsColumnsByTheirNumbers(int major) throws SQLException {
        try (Source source =
                Source.with(
                        major,
                        directory,
                        "CREATE TABLE \"T\" (gone int, id int PRIMARY KEY, \"na\"\"me\" text, amount numeric)",
                        "ALTER TABLE \"T\" DROP gone",
                        "INSERT INTO \"T\" VALUES (1, 'é', 1.50), (2, NULL, 'NaN')",
                        "ALTER TABLE \"T\" RENAME amount TO total")) {
            long oid = source.oid("\"T\"");
            SnapshotTable table =
                    new SnapshotTable(
                            oid,
                            List.of(
                                    new SnapshotColumn(4, SqlType.NUMERIC),
                                    new SnapshotColumn(2, SqlType.INT4),
                                    new SnapshotColumn(3, TEXT)));
            try (SnapshotReader reader = SnapshotReader.open(source.address(), List.of(oid))) {
                assertThat(read(reader, table))
                        .containsExactly(
                                Row.of(Numeric.of(new BigDecimal("1.50")), 1L, "é"),
                                Row.of(Numeric.Special.NAN, 2L, null));
                SnapshotTable gone =
                        new SnapshotTable(oid, List.of(new SnapshotColumn(1, SqlType.INT4)));
                assertFails(() -> read(reader, gone), ErrorCode.SOURCE_CHANGED);
                assertThat(read(reader, new SnapshotTable(oid, List.of()))).hasSize(2);
            }
        }
    }

    @ParameterizedTest
    @MethodSource(MAJORS)
    void severalReadersShareASnapshot(int major) throws SQLException {
        try (Source source =
                Source.with(
                        major,
                        directory,
                        "CREATE TABLE t (id int PRIMARY KEY)",
                        "INSERT INTO t SELECT generate_series(1, 2500)",
                        "ANALYZE t")) {
            long oid = source.oid("t");
            SnapshotTable table =
                    new SnapshotTable(oid, List.of(new SnapshotColumn(1, SqlType.INT4)));
            try (SnapshotReader first = SnapshotReader.open(source.address(), List.of(oid))) {
                source.execute("DELETE FROM t WHERE id > 10");
                try (SnapshotReader second =
                        SnapshotReader.join(source.address(), List.of(oid), first.export())) {
                    assertThat(second.visibility()).hasToString(first.visibility().toString());
                    assertThat(read(second, table)).hasSize(2_500);
                }
                List<Integer> sizes = new ArrayList<>();
                assertThat(first.copy(table, batch -> sizes.add(batch.size()))).isEqualTo(2_500);
                assertThat(sizes).containsExactly(1_000, 1_000, 500);
                assertThat(first.estimatedRows(oid)).isBetween(2_400L, 2_600L);
                // giving up in the middle leaves the reader usable
                assertThatThrownBy(() ->
                                first.copy(
                                        table,
                                        _ -> {
                                            throw new IllegalStateException("enough");
                                        }))
                        .hasMessage("enough");
            }
        }
    }

    @ParameterizedTest
    @MethodSource(MAJORS)
    void readsAParentWithoutItsChildrenAndAPartitionedTableWithItsPartitions(int major)
            throws SQLException {
        try (Source source =
                Source.with(
                        major,
                        directory,
                        "CREATE TABLE parent (id int PRIMARY KEY)",
                        "CREATE TABLE child (PRIMARY KEY (id)) INHERITS (parent)",
                        "INSERT INTO parent VALUES (1)",
                        "INSERT INTO child VALUES (2)",
                        "CREATE TABLE parts (id int PRIMARY KEY) PARTITION BY LIST (id)",
                        "CREATE TABLE part1 PARTITION OF parts FOR VALUES IN (1)",
                        "CREATE TABLE part2 PARTITION OF parts FOR VALUES IN (2)",
                        "INSERT INTO parts VALUES (1), (2)")) {
            List<Long> oids = List.of(source.oid("parent"), source.oid("parts"));
            try (SnapshotReader reader = SnapshotReader.open(source.address(), oids)) {
                List<SnapshotColumn> id = List.of(new SnapshotColumn(1, SqlType.INT4));
                assertThat(read(reader, new SnapshotTable(oids.getFirst(), id)))
                        .containsExactly(Row.of(1L));
                assertThat(read(reader, new SnapshotTable(oids.getLast(), id)))
                        .containsExactlyInAnyOrder(Row.of(1L), Row.of(2L));
                assertThat(reader.estimatedRows(oids.getLast())).isNotNegative();
            }
        }
    }

    @ParameterizedTest
    @MethodSource(MAJORS)
    void rowSecurityIsAnErrorNotAFilter(int major) throws SQLException {
        String role = "reader_" + System.nanoTime();
        try (Source source =
                Source.with(
                        major,
                        directory,
                        "CREATE TABLE t (id int PRIMARY KEY)",
                        "CREATE TABLE secret (id int PRIMARY KEY)",
                        "INSERT INTO t VALUES (1), (2)",
                        "ALTER TABLE t ENABLE ROW LEVEL SECURITY",
                        "CREATE ROLE " + role + " LOGIN",
                        "GRANT SELECT ON t TO " + role,
                        "CREATE POLICY p ON t USING (id = 1)")) {
            long oid = source.oid("t");
            SnapshotTable table =
                    new SnapshotTable(oid, List.of(new SnapshotColumn(1, SqlType.INT4)));
            try (SnapshotReader reader =
                    SnapshotReader.open(source.address().withLogin(role, ""), List.of(oid))) {
                assertFails(() -> read(reader, table), ErrorCode.PRIVILEGE_MISSING);
            }
            long secret = source.oid("secret");
            assertThatThrownBy(() ->
                            SnapshotReader.open(
                                    source.address().withLogin(role, ""), List.of(secret)))
                    .isInstanceOfSatisfying(
                            PgtrickleException.class,
                            e -> {
                                assertThat(e.code()).isEqualTo(ErrorCode.PRIVILEGE_MISSING);
                                assertThat(e.hint()).contains("GRANT SELECT");
                            });
            source.execute("DROP OWNED BY " + role + "; DROP ROLE " + role);
        }
    }

    @ParameterizedTest
    @MethodSource(MAJORS)
    void aTableThatIsGoneIsUnknown(int major) throws SQLException {
        try (Source source = Source.with(major, directory)) {
            assertFails(
                    () -> SnapshotReader.open(source.address(), List.of(4_000_000_000L)),
                    ErrorCode.NAME_UNKNOWN);
        }
    }

    private static List<Row> read(SnapshotReader reader, SnapshotTable table) {
        List<Row> rows = new ArrayList<>();
        assertThat(reader.copy(table, rows::addAll)).isEqualTo(rows.size());
        return rows;
    }

    private static void assertFails(ThrowingCallable call, ErrorCode code) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        PgtrickleException.class,
                        e -> assertThat(e.code()).as("%s", e).isEqualTo(code));
    }
}
