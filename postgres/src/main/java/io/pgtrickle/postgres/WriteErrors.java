package io.pgtrickle.postgres;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import org.postgresql.util.ServerErrorMessage;

/// What it means that a result table refused a delta.
final class WriteErrors {

    private static final String INDEX_ROW_TOO_LARGE = "54000";
    private static final String UNIQUE_VIOLATION = "23505";

    private WriteErrors() {}

    /// RESULT_EDITED where the table isn't any more what we made: dropped, altered, or with rows that we didn't write. A user's
    /// constraint or trigger speaks for itself.
    static PgtrickleException of(Connection connection, ResultTable table, SQLException error) {
        String state = error.getSQLState() == null ? "" : error.getSQLState();
        PgtrickleException plain =
                SqlErrors.of(error, "can't write to table " + table.qualifiedName());
        boolean edited =
                switch (state) {
                    // undefined table, column, type; datatype mismatch; wrong kind of object
                    case "42P01", "42703", "42704", "42804", "42809" -> true;
                    case UNIQUE_VIOLATION -> isPrimaryKey(connection, table, error);
                    default -> false;
                };
        if (state.equals(INDEX_ROW_TOO_LARGE) && !table.hasHiddenKey()) {
            return plain.withHint(
                    "the view's key has a value of more than 2,700 bytes; make the key shorter, e.g. left(…, 500)");
        }
        return edited
                ? PgtrickleException.of(
                        ErrorCode.RESULT_EDITED,
                        "table "
                                + table.qualifiedName()
                                + " was edited by hand: "
                                + plain.messageText(),
                        error)
                : plain;
    }

    private static boolean isPrimaryKey(
            Connection connection, ResultTable table, SQLException error) {
        ServerErrorMessage server = SqlErrors.serverMessage(error);
        String constraint = server == null ? null : server.getConstraint();
        if (constraint == null) {
            return false;
        }
        Optional<Boolean> primary =
                Rows.first(
                        connection,
                        "SELECT contype = 'p' FROM pg_catalog.pg_constraint"
                                + " WHERE conrelid = pg_catalog.to_regclass(?) AND conname = ?",
                        row -> row.getBoolean(1),
                        table.qualifiedName(),
                        constraint);
        return primary.orElse(false);
    }
}
