package io.pgtrickle.postgres;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.ErrorKind;
import io.pgtrickle.model.Lsn;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.ZSet;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// Writes deltas into result tables, exactly once: a step's deltas and the group's position are one transaction.
///
/// The statements of a step travel together: one round trip for BEGIN, position and deltas, one for COMMIT. Each statement has one
/// parameter, an array of rows, and must touch exactly as many rows as the array has.
///
/// Owns the connection's transactions and planner settings; for one thread.
public final class Sink {

    /// Rows and bytes of one round trip: what the server and we hold in memory for it.
    private static final int MAX_ROWS = 10_000;

    private static final int MAX_BYTES = 8 << 20;

    /// Each row of a delta is looked up by its key, never by a scan of the table, whatever the statistics say: they are missing or
    /// old just when a view is new.
    private static final String PLANNER_SETTINGS =
            "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off";

    /// How long a step waits for others' locks on its tables: all of the group's views wait with it. Then a table that is still
    /// locked is left out.
    private static final String LOCK_SETTING = "SET lock_timeout = '5s'";

    /// Once that is over: which table it is.
    private static final String BLAME_LOCK_SETTING = "SET LOCAL lock_timeout = '100ms'";

    private static final String LOCK_NOT_AVAILABLE = "55P03";

    /// Where a group stands, and who may move it.
    ///
    /// @param epoch raised by each sidecar that takes over
    public record GroupPosition(String group, Lsn lsn, long epoch) {}

    /// Hands rows with positive weights to a visitor; no row twice.
    @FunctionalInterface
    public interface RowSource {
        void forEach(ZSet.Visitor visitor);
    }

    /// A transaction that was rolled back because one table refused its delta; without that table it may succeed.
    public static final class TableFailure extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final transient ResultTable table;
        private final PgtrickleException error;

        TableFailure(ResultTable table, PgtrickleException error) {
            super(error.messageText(), error);
            this.table = table;
            this.error = error;
        }

        public ResultTable table() {
            return table;
        }

        /// RESULT_EDITED where somebody changed the table by hand, TABLE_LOCKED where somebody holds it for long; otherwise what the
        /// server said.
        public PgtrickleException error() {
            return error;
        }
    }

    private final Connection connection;
    private final Map<ResultTable, DeltaStatements> statements = new HashMap<>();

    /// @param connection of `Sessions.open`, autocommitting
    public Sink(Connection connection) {
        this.connection = connection;
        try (Statement statement = connection.createStatement()) {
            statement.execute(PLANNER_SETTINGS);
            statement.execute(LOCK_SETTING);
        } catch (SQLException e) {
            throw SqlErrors.of(e, "can't prepare a session for writing");
        }
    }

    /// Brings the deltas in and moves the group, in one transaction.
    ///
    /// When it returns, all of it has committed. When it throws, nothing has, with one exception: after CONNECTION_LOST the
    /// commit may or may not have happened, and the group's position tells, read over another connection.
    ///
    /// @throws PgtrickleException FENCED where the group isn't at the expected position and epoch any more
    /// @throws TableFailure where one of the tables was at fault
    public void apply(GroupPosition expected, Lsn newLsn, Map<ResultTable, ZSet> deltas) {
        List<TableDelta> changes =
                deltas.entrySet().stream()
                        .filter(entry -> !entry.getValue().isEmpty())
                        .sorted(Comparator.comparingLong(entry -> entry.getKey().viewId()))
                        .map(entry -> netted(entry.getKey(), entry.getValue()))
                        .toList();
        try {
            try {
                commit(expected, newLsn, changes);
            } catch (SQLException e) {
                if (SqlErrors.of(e, "").kind() == ErrorKind.WORLD && !isLockTimeout(e)) {
                    throw e;
                }
                checkPosition(expected);
                statements.clear();
                blame(changes);
                // no table is to blame: a row type had been made anew, or a lock has gone
                commit(expected, newLsn, changes);
            }
        } catch (SQLException e) {
            throw SqlErrors.of(e, "can't write results");
        }
    }

    /// A delta that doesn't fit memory: hands it over in parts, all that retract before all that insert.
    @FunctionalInterface
    public interface Parts {
        void forEach(Consumer<ZSet> part);
    }

    /// The same as `apply` for deltas that don't fit memory.
    public void applyParts(GroupPosition expected, Lsn newLsn, Map<ResultTable, Parts> deltas) {
        try {
            inTransaction(
                    true,
                    () -> {
                        Round round = new Round(connection);
                        round.addPosition(expected, newLsn);
                        round.execute();
                        for (Map.Entry<ResultTable, Parts> delta : deltas.entrySet()) {
                            writeParts(delta.getKey(), delta.getValue());
                        }
                    });
        } catch (SQLException e) {
            throw SqlErrors.of(e, "can't write results");
        } catch (PartFailure e) {
            statements.clear();
            throw failure(e.table, e.error);
        }
    }

    /// Out of the loop over the parts.
    private static final class PartFailure extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final transient ResultTable table;
        private final SQLException error;

        PartFailure(ResultTable table, SQLException error) {
            super(error);
            this.table = table;
            this.error = error;
        }
    }

    private void writeParts(ResultTable table, Parts parts) {
        parts.forEach(part -> {
            try {
                write(new Round(connection), List.of(netted(table, part)));
            } catch (SQLException e) {
                throw new PartFailure(table, e);
            }
        });
    }

    private static TableDelta netted(ResultTable table, ZSet delta) {
        try {
            return TableDelta.of(table, delta);
        } catch (PgtrickleException e) {
            throw new TableFailure(table, e);
        }
    }

    private void commit(GroupPosition expected, Lsn newLsn, List<TableDelta> changes)
            throws SQLException {
        inTransaction(
                true,
                () -> {
                    Round round = new Round(connection);
                    round.addPosition(expected, newLsn);
                    write(round, changes);
                });
    }

    /// Fills a table that `ResultTables.create` has made, and adds its primary key.
    ///
    /// @return the number of rows
    public long copy(ResultTable table, RowSource rows) {
        long count = new TableFiller(connection, table).fill(rows);
        new ResultTables(connection).addKey(table);
        return count;
    }

    /// Fills a table that is empty, as `ResultTables.adopt` has left it.
    public void fill(ResultTable table, RowSource rows) {
        new TableFiller(connection, table).fill(rows);
    }

    private void write(Round first, List<TableDelta> changes) throws SQLException {
        Deque<DeltaChunks> work = new ArrayDeque<>();
        for (TableDelta delta : changes) {
            DeltaStatements sql = statementsOf(delta.table());
            for (DeltaStatements.Verb verb : DeltaStatements.Verb.values()) {
                work.add(new DeltaChunks(delta, sql, verb));
            }
        }
        Round round = first;
        while (true) {
            while (!work.isEmpty() && round.rows() < MAX_ROWS && round.bytes() < MAX_BYTES) {
                DeltaChunks chunks = work.element();
                if (chunks.hasNext()) {
                    DeltaChunks.Chunk chunk =
                            chunks.next(MAX_ROWS - round.rows(), MAX_BYTES - round.bytes());
                    round.add(chunk, statementsOf(chunk.table()));
                } else {
                    work.remove();
                }
            }
            round.execute();
            if (work.isEmpty()) {
                return;
            }
            round = new Round(connection);
        }
    }

    private DeltaStatements statementsOf(ResultTable table) throws SQLException {
        DeltaStatements known = statements.get(table);
        if (known == null) {
            known = newStatements(table);
            statements.put(table, known);
        }
        return known;
    }

    private DeltaStatements newStatements(ResultTable table) throws SQLException {
        try {
            return DeltaStatements.of(connection, table);
        } catch (PgtrickleException e) {
            if (e.code() != ErrorCode.NAME_UNKNOWN) {
                throw e;
            }
            throw new TableFailure(
                    table,
                    PgtrickleException.of(
                            ErrorCode.RESULT_EDITED,
                            "table "
                                    + table.qualifiedName()
                                    + " was edited by hand: "
                                    + e.messageText(),
                            e));
        }
    }

    /// Who was fenced out mustn't blame a table for what its successor wrote.
    private void checkPosition(GroupPosition expected) throws SQLException {
        inTransaction(
                false,
                () -> {
                    Round round = new Round(connection);
                    round.addPosition(expected, expected.lsn());
                    round.execute();
                });
    }

    /// Finds the table whose delta fails by trying each alone, and rolling it back.
    private void blame(List<TableDelta> changes) {
        for (TableDelta delta : changes) {
            try {
                inTransaction(false, () -> tryAlone(delta));
            } catch (SQLException e) {
                throw failure(delta.table(), e);
            }
        }
    }

    /// @throws PgtrickleException where the table isn't to blame
    private TableFailure failure(ResultTable table, SQLException e) {
        if (isLockTimeout(e)) {
            return new TableFailure(table, locked(table, e));
        }
        PgtrickleException error = WriteErrors.of(connection, table, e);
        if (error.kind() == ErrorKind.WORLD) {
            throw error;
        }
        return new TableFailure(table, error);
    }

    private void tryAlone(TableDelta delta) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(BLAME_LOCK_SETTING);
        }
        write(new Round(connection), List.of(delta));
    }

    private static boolean isLockTimeout(SQLException error) {
        return LOCK_NOT_AVAILABLE.equals(error.getSQLState());
    }

    private static PgtrickleException locked(ResultTable table, SQLException error) {
        return PgtrickleException.of(
                ErrorCode.TABLE_LOCKED,
                "table " + table.qualifiedName() + " is locked by another transaction",
                error);
    }

    @FunctionalInterface
    private interface Body {
        void run() throws SQLException;
    }

    private void inTransaction(boolean commit, Body body) throws SQLException {
        boolean done = false;
        connection.setAutoCommit(false);
        try {
            body.run();
            if (commit) {
                connection.commit();
                done = true;
            }
        } finally {
            if (!connection.isClosed()) {
                if (!done) {
                    connection.rollback();
                }
                connection.setAutoCommit(true);
            }
        }
    }
}
