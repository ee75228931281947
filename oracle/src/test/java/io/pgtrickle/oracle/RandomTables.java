package io.pgtrickle.oracle;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;

/// Generated tables: every type, every replica identity, quoted names. A column name always has the same type, so that USING and
/// NATURAL find partners.
final class RandomTables {

    private static final List<Column> POOL = pool(List.of(ValueKind.values()));

    /// Of few types, so that rows meet more often.
    private static final List<Column> NARROW =
            pool(
                    List.of(
                            ValueKind.INT4,
                            ValueKind.INT8,
                            ValueKind.TEXT,
                            ValueKind.NUMERIC,
                            ValueKind.BOOL,
                            ValueKind.DATE));

    /// How the stream tells old rows.
    enum Identity {
        PRIMARY_KEY,
        INDEX,
        FULL,
        FULL_WITH_KEY
    }

    /// @param name in quotes where it needs them
    record Column(String name, ValueKind kind) {}

    /// @param key columns that are NOT NULL and unique together; none for FULL
    record Table(String name, Identity identity, List<Column> key, List<Column> others) {

        List<Column> columns() {
            List<Column> columns = new ArrayList<>(others);
            columns.addAll(columns.size() / 2, key);
            return columns;
        }

        String ddl() {
            String columns =
                    columns().stream()
                            .map(column ->
                                    column.name
                                            + " "
                                            + column.kind.sqlType()
                                            + (key.contains(column) ? " NOT NULL" : ""))
                            .collect(Collectors.joining(", "));
            String keys = key.stream().map(Column::name).collect(Collectors.joining(", "));
            String full = "; ALTER TABLE " + name + " REPLICA IDENTITY FULL";
            String table = "CREATE TABLE " + name + " (" + columns;
            return switch (identity) {
                case PRIMARY_KEY -> table + ", PRIMARY KEY (" + keys + "))";
                case FULL_WITH_KEY -> table + ", PRIMARY KEY (" + keys + "))" + full;
                case FULL -> table + ")" + full;
                case INDEX -> {
                    String index = "\"" + name.replace("\"", "") + " identity\"";
                    yield table
                            + "); CREATE UNIQUE INDEX "
                            + index
                            + " ON "
                            + name
                            + " ("
                            + keys
                            + "); ALTER TABLE "
                            + name
                            + " REPLICA IDENTITY USING INDEX "
                            + index;
                }
            };
        }
    }

    private final Random random;
    private final List<Column> pool;
    private final List<Table> tables;

    RandomTables(Random random) {
        this.random = random;
        this.pool = random.nextInt(3) > 0 ? NARROW : POOL;
        this.tables =
                List.of(
                        table("t1", Identity.PRIMARY_KEY),
                        table("\"T 2\"", Identity.values()[random.nextInt(4)]),
                        table("t3", Identity.FULL),
                        table("\"select\"", Identity.INDEX));
    }

    private static List<Column> pool(List<ValueKind> kinds) {
        List<Column> pool = new ArrayList<>();
        for (ValueKind kind : kinds) {
            String name = kind.name().toLowerCase(java.util.Locale.ROOT);
            pool.add(new Column("c_" + name, kind));
            pool.add(new Column("\"" + name + " of\"", kind));
        }
        return List.copyOf(pool);
    }

    List<Table> tables() {
        return tables;
    }

    String ddl() {
        return tables.stream().map(Table::ddl).collect(Collectors.joining(";\n"));
    }

    void create(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(
                    "CREATE TYPE mood AS ENUM ('sad', 'Ok', 'happy');"
                            + " CREATE DOMAIN positive AS integer CHECK (VALUE > 0);"
                            + " CREATE DOMAIN label AS text");
            statement.execute(ddl());
            for (Table table : tables) {
                for (Column column : table.columns()) {
                    if (column.kind == ValueKind.TEXT || column.kind == ValueKind.BYTEA) {
                        statement.execute(
                                "ALTER TABLE "
                                        + table.name
                                        + " ALTER "
                                        + column.name
                                        + " SET STORAGE EXTERNAL");
                    }
                }
            }
        }
    }

    private Table table(String name, Identity identity) {
        List<Column> shuffled = new ArrayList<>(pool);
        Collections.shuffle(shuffled, random);
        List<Column> others = new ArrayList<>(shuffled.subList(0, 4 + random.nextInt(6)));
        others.add(new Column("n", ValueKind.INT4));
        List<Column> key =
                switch (identity) {
                    case FULL -> List.of();
                    case PRIMARY_KEY, INDEX, FULL_WITH_KEY -> key();
                };
        return new Table(name, identity, key, others);
    }

    private List<Column> key() {
        return switch (random.nextInt(5)) {
            case 0 -> List.of(new Column("id", ValueKind.INT8));
            case 1 -> List.of(new Column("code", ValueKind.TEXT));
            case 2 -> List.of(new Column("id", ValueKind.INT8), new Column("code", ValueKind.TEXT));
            case 3 ->
                    List.of(
                            new Column("\"No\"", ValueKind.NUMERIC),
                            new Column("day", ValueKind.DATE));
            default ->
                    List.of(new Column("id", ValueKind.INT8), new Column("line", ValueKind.INT2));
        };
    }
}
