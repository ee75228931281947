package io.pgtrickle.commander;

import io.pgtrickle.model.PgtrickleException;

/// Locks on result tables: others may hold them for as long as they like, so each is waited for a moment at a time. Owned by the
/// engine's thread.
final class TableLocks {

    /// All views wait meanwhile; and while an ACCESS EXCLUSIVE lock is waited for, the table's readers.
    private static final int WAIT_MILLIS = 100;

    private static final String LOCK_NOT_AVAILABLE = "55P03";

    private final Sql sql;

    TableLocks(Sql sql) {
        this.sql = sql;
    }

    /// In a transaction: what it can't lock at once it fails of.
    void limit() {
        sql.execute("SET LOCAL lock_timeout = " + WAIT_MILLIS);
    }

    /// Whether nobody stands in the way of such a lock.
    ///
    /// @param table as it is written in SQL
    boolean isFree(String table, String mode) {
        try {
            sql.transaction(() -> {
                limit();
                sql.execute("LOCK TABLE ONLY " + table + " IN " + mode + " MODE");
            });
            return true;
        } catch (PgtrickleException e) {
            if (isUnavailable(e)) {
                return false;
            }
            throw e;
        }
    }

    static boolean isUnavailable(PgtrickleException error) {
        return error.sqlState().equals(LOCK_NOT_AVAILABLE);
    }
}
