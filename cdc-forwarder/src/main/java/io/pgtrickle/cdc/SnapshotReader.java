package io.pgtrickle.cdc;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.XidSnapshot;
import io.pgtrickle.model.type.SqlType;
import io.pgtrickle.postgres.Quoting;
import io.pgtrickle.postgres.ServerAddress;
import io.pgtrickle.postgres.Sessions;
import io.pgtrickle.postgres.SqlErrors;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/// Reads tables as of one moment, in a REPEATABLE READ transaction. The tables are locked in ACCESS SHARE mode before the
/// snapshot is taken, since TRUNCATE and rewrites ignore snapshots (CDC.md, F53); which transactions it sees is known by
/// their ids, exactly (fact 3). `Sessions` has `row_security` off: where a policy would hide rows that the stream brings,
/// reading fails. For one thread.
public final class SnapshotReader implements AutoCloseable {

    private static final String APPLICATION_NAME = "pgtrickle snapshot";

    /// How often names are looked up again because a table was renamed before it was locked.
    private static final int ATTEMPTS = 5;

    /// Rows are handed over by so many.
    private static final int BATCH_ROWS = 1_000;

    private static final String NAMES =
            """
            SELECT c.oid::bigint, n.nspname, c.relname, c.relkind::text
              FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE c.oid = ANY (?)\
            """;

    /// As the planner extrapolates: rows a page when last analysed, times the pages of now.
    private static final String ESTIMATE =
            """
            SELECT coalesce(sum(CASE WHEN c.relpages > 0 AND c.reltuples >= 0
                                     THEN c.reltuples / c.relpages
                                          * (pg_relation_size(c.oid) / current_setting('block_size')::bigint)
                                     ELSE greatest(c.reltuples, 0) END), 0)::bigint
              FROM pg_class c
             WHERE c.oid = ?::oid OR c.oid IN (SELECT relid FROM pg_partition_tree(?::oid::regclass) WHERE isleaf)\
            """;

    private static final String COLUMNS =
            """
            SELECT attnum, attname FROM pg_attribute
             WHERE attrelid = ?::oid AND attnum > 0 AND NOT attisdropped\
            """;

    private record TableName(String qualified, boolean partitioned) {

        /// ONLY keeps children by inheritance out, which are relations of their own in the stream; a partitioned table
        /// has no rows but its partitions'.
        String only() {
            return partitioned ? qualified : "ONLY " + qualified;
        }
    }

    private final Connection connection;
    private final Map<Long, TableName> names;
    private final XidSnapshot visibility;

    private SnapshotReader(
            Connection connection, Map<Long, TableName> names, XidSnapshot visibility) {
        this.connection = connection;
        this.names = names;
        this.visibility = visibility;
    }

    /// Locks the tables and takes a snapshot.
    ///
    /// @param relationOids the tables that will be read
    /// @throws PgtrickleException NAME_UNKNOWN for a table that is gone, PRIVILEGE_MISSING
    public static SnapshotReader open(ServerAddress address, List<Long> relationOids) {
        return open(address, relationOids, Optional.empty());
    }

    /// Reads in another reader's snapshot, so that several read at once.
    ///
    /// @param snapshot from `export`, whose reader must still be open
    public static SnapshotReader join(
            ServerAddress address, List<Long> relationOids, String snapshot) {
        return open(address, relationOids, Optional.of(snapshot));
    }

    private static SnapshotReader open(
            ServerAddress address, List<Long> relationOids, Optional<String> snapshot) {
        Connection connection = Sessions.open(address, APPLICATION_NAME);
        try {
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            connection.setReadOnly(true);
            for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
                Optional<SnapshotReader> reader = tryOpen(connection, relationOids, snapshot);
                if (reader.isPresent()) {
                    return reader.get();
                }
            }
            throw PgtrickleException.of(
                    ErrorCode.SOURCE_CHANGED,
                    "tables " + relationOids + " are being renamed all the time");
        } catch (SQLException e) {
            closeQuietly(connection);
            throw SqlErrors.of(e, "can't take a snapshot of tables " + relationOids);
        } catch (PgtrickleException e) {
            closeQuietly(connection);
            throw e;
        }
    }

    /// Names are needed for the locks, which come before the snapshot in which the names could be looked up.
    private static Optional<SnapshotReader> tryOpen(
            Connection connection, List<Long> relationOids, Optional<String> snapshot)
            throws SQLException {
        connection.setAutoCommit(true);
        Map<Long, TableName> names = names(connection, relationOids);
        connection.setAutoCommit(false);
        if (snapshot.isPresent()) {
            try (Statement statement = connection.createStatement()) {
                statement.execute("SET TRANSACTION SNAPSHOT " + Quoting.literal(snapshot.get()));
            }
        }
        lock(connection, names);
        XidSnapshot visibility = currentSnapshot(connection);
        if (names(connection, relationOids).equals(names)) {
            return Optional.of(new SnapshotReader(connection, names, visibility));
        }
        connection.rollback();
        return Optional.empty();
    }

    private static Map<Long, TableName> names(Connection connection, List<Long> relationOids)
            throws SQLException {
        Map<Long, TableName> names = new LinkedHashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(NAMES)) {
            statement.setArray(1, connection.createArrayOf("oid", relationOids.toArray()));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    names.put(
                            rows.getLong(1),
                            new TableName(
                                    Quoting.qualified(rows.getString(2), rows.getString(3)),
                                    rows.getString(4).equals("p")));
                }
            }
        }
        for (Long oid : relationOids) {
            if (!names.containsKey(oid)) {
                throw PgtrickleException.of(
                        ErrorCode.NAME_UNKNOWN, "the table with oid " + oid + " does not exist");
            }
        }
        return names;
    }

    private static void lock(Connection connection, Map<Long, TableName> names)
            throws SQLException {
        if (names.isEmpty()) {
            return;
        }
        String tables =
                names.values().stream().map(TableName::only).collect(Collectors.joining(", "));
        try (Statement statement = connection.createStatement()) {
            statement.execute("LOCK TABLE " + tables + " IN ACCESS SHARE MODE");
        } catch (SQLException e) {
            PgtrickleException error = SqlErrors.of(e, "can't read " + tables);
            throw error.code() == ErrorCode.PRIVILEGE_MISSING
                    ? error.withHint(
                            "GRANT SELECT on these tables, and USAGE on their schemas, to the role that pgtrickle"
                                    + " logs in as")
                    : error;
        }
    }

    private static XidSnapshot currentSnapshot(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT pg_current_snapshot()::text")) {
            rows.next();
            return XidSnapshot.parse(rows.getString(1));
        }
    }

    /// Which transactions the rows contain; the stream's others come on top of them.
    public XidSnapshot visibility() {
        return visibility;
    }

    /// The session in the snapshot's transaction, for what else must be read as of this moment. The reader's owner uses it
    /// with care: it must not end the transaction.
    public Connection connection() {
        return connection;
    }

    /// A name by which other sessions can read in this snapshot while this reader is open.
    public String export() {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT pg_export_snapshot()")) {
            rows.next();
            return rows.getString(1);
        } catch (SQLException e) {
            throw SqlErrors.of(e, "can't export a snapshot");
        }
    }

    /// About how many rows a table has, for progress.
    public long estimatedRows(long relationOid) {
        try (PreparedStatement statement = connection.prepareStatement(ESTIMATE)) {
            statement.setLong(1, relationOid);
            statement.setLong(2, relationOid);
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return rows.getLong(1);
            }
        } catch (SQLException e) {
            throw SqlErrors.of(e, "can't estimate table " + relationOid);
        }
    }

    /// Reads a table by binary COPY: of a parent by inheritance its own rows only, of a partitioned table its partitions'.
    ///
    /// @param table one of those that were locked
    /// @return how many rows there were
    /// @throws PgtrickleException SOURCE_CHANGED where a column is gone
    public long copy(SnapshotTable table, Consumer<List<Row>> batches) {
        TableName name =
                Optional.ofNullable(names.get(table.relationOid()))
                        .orElseThrow(() ->
                                PgtrickleException.of(
                                        ErrorCode.INTERNAL,
                                        "table "
                                                + table.relationOid()
                                                + " isn't locked by this snapshot"));
        try {
            return copy(copyStatement(table, name), table, batches);
        } catch (SQLException e) {
            throw SqlErrors.of(e, "can't read table " + name.qualified());
        }
    }

    private long copy(String sql, SnapshotTable table, Consumer<List<Row>> batches)
            throws SQLException {
        List<SqlType> types =
                table.columns().stream().map(SnapshotTable.SnapshotColumn::type).toList();
        BinaryCopyParser parser = new BinaryCopyParser(types);
        List<Row> batch = new ArrayList<>(BATCH_ROWS);
        long count = 0;
        CopyOut copy = connection.unwrap(PGConnection.class).getCopyAPI().copyOut(sql);
        try {
            for (byte[] piece = copy.readFromCopy(); piece != null; piece = copy.readFromCopy()) {
                parser.accept(piece, batch::add);
                if (batch.size() >= BATCH_ROWS) {
                    count += batch.size();
                    batches.accept(batch);
                    batch = new ArrayList<>(BATCH_ROWS);
                }
            }
        } finally {
            if (copy.isActive()) {
                copy.cancelCopy();
            }
        }
        parser.end();
        if (!batch.isEmpty()) {
            batches.accept(batch);
        }
        return count + batch.size();
    }

    private String copyStatement(SnapshotTable table, TableName name) throws SQLException {
        Map<Integer, String> columns = columnNames(table.relationOid());
        String list =
                table.columns().stream()
                        .map(column ->
                                Optional.ofNullable(columns.get(column.attributeNumber()))
                                        .map(Quoting::identifier)
                                        .orElseThrow(() ->
                                                PgtrickleException.of(
                                                        ErrorCode.SOURCE_CHANGED,
                                                        "column "
                                                                + column.attributeNumber()
                                                                + " of table "
                                                                + name.qualified()
                                                                + " is gone")))
                        .collect(Collectors.joining(", "));
        return "COPY (SELECT " + list + " FROM " + name.only() + ") TO STDOUT (FORMAT binary)";
    }

    private Map<Integer, String> columnNames(long relationOid) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(COLUMNS)) {
            statement.setLong(1, relationOid);
            try (ResultSet rows = statement.executeQuery()) {
                Map<Integer, String> columns = new LinkedHashMap<>();
                while (rows.next()) {
                    columns.put(rows.getInt(1), rows.getString(2));
                }
                return columns;
            }
        }
    }

    /// Ends the transaction and the session.
    @Override
    public void close() {
        closeQuietly(connection);
    }

    private static void closeQuietly(Connection connection) {
        try {
            connection.close();
        } catch (SQLException _) {
            // it is closed then, one way or another; nothing was written
        }
    }
}
