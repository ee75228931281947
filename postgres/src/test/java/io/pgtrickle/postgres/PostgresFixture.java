package io.pgtrickle.postgres;

import io.pgtrickle.model.Row;
import io.pgtrickle.model.ZSet;
import io.pgtrickle.testsupport.Database;
import io.pgtrickle.testsupport.EmbeddedServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/// A database with the schema and the position table that the sink needs, and a session in it.
final class PostgresFixture implements AutoCloseable {

    static final String GROUP = "default";

    private final Database database;
    private final Connection connection;

    PostgresFixture(int major) {
        database = EmbeddedServer.shared(major).createDatabase();
        connection = open();
        execute("CREATE SCHEMA pgtrickle");
        execute(
                "CREATE TABLE pgtrickle.progress (group_name text PRIMARY KEY, lsn pg_lsn NOT NULL,"
                        + " written_at timestamptz, epoch bigint NOT NULL)");
        execute("INSERT INTO pgtrickle.progress VALUES ('default', '0/0', NULL, 1)");
    }

    ServerAddress address() {
        return ServerAddress.parse(database.uri());
    }

    Connection open() {
        return Sessions.open(address(), "test");
    }

    Connection connection() {
        return connection;
    }

    void execute(String sql) {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    /// The first column of each row, as text.
    List<String> texts(String sql) {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> texts = new ArrayList<>();
            while (rows.next()) {
                texts.add(String.valueOf(rows.getString(1)));
            }
            return texts;
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    String text(String sql) {
        return texts(sql).getFirst();
    }

    int oid(String relation) {
        return Integer.parseUnsignedInt(
                text("SELECT " + Quoting.literal(relation) + "::regclass::oid"));
    }

    /// A result table for view 1 with the columns of a table that is there.
    ///
    /// @param key names of columns
    ResultTable like(String relation, String schema, String name, String... key) {
        return like(1, relation, new TableInfo.TableName(0, schema, name, ""), key);
    }

    ResultTable like(long viewId, String relation, TableInfo.TableName name, String... key) {
        Catalog catalog = new Catalog(connection);
        List<ResultColumn> columns =
                catalog.table(oid(relation)).columns().stream()
                        .map(column ->
                                new ResultColumn(
                                        column.name(),
                                        column.typeOid(),
                                        column.typeModifier(),
                                        column.collationOid(),
                                        catalog.type(column.typeOid(), column.collationOid()),
                                        column.notNull()))
                        .toList();
        List<String> names = columns.stream().map(ResultColumn::name).toList();
        List<Integer> places = java.util.Arrays.stream(key).map(names::indexOf).toList();
        return new ResultTable(viewId, name.schema(), name.name(), columns, places);
    }

    /// Makes an empty result table with its key.
    void create(ResultTable table) {
        new ResultTables(connection).create(table);
        new Sink(connection).copy(table, visitor -> {});
    }

    ZSet rows(ResultTable table) {
        ZSet rows = new ZSet();
        new ResultTables(connection).forEachRow(table, rows::add);
        return rows;
    }

    static ZSet inserting(Row... rows) {
        ZSet delta = new ZSet();
        for (Row row : rows) {
            delta.add(row, 1);
        }
        return delta;
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
