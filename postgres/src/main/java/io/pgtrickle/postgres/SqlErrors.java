package io.pgtrickle.postgres;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import java.io.IOException;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/// Turns what JDBC throws into this project's exception, at the boundary. Errors are classed by SQLSTATE, never by their
/// text, which is in the server's language.
public final class SqlErrors {

    private SqlErrors() {}

    /// @param what was being done, e.g. `can't read table "t"`; empty where the server's message says it all
    public static PgtrickleException of(SQLException error, String what) {
        ErrorCode code = codeOf(error);
        String message = what.isEmpty() ? messageOf(error) : what + ": " + messageOf(error);
        PgtrickleException result = PgtrickleException.of(code, message, error);
        String state = error.getSQLState();
        if (state != null && state.length() == 5 && !state.equals(code.sqlState())) {
            result = result.withSqlState(state);
        }
        String hint = hintOf(error);
        return hint.isEmpty() ? result : result.withHint(hint);
    }

    /// Whether the connection is of no use any more, or the server said that it will soon be.
    static boolean connectionIsGone(SQLException error) {
        String state = stateOf(error);
        return state.startsWith("08")
                || state.startsWith("57P")
                || error.getCause() instanceof IOException;
    }

    private static ErrorCode codeOf(SQLException error) {
        String state = stateOf(error);
        if (connectionIsGone(error)) {
            return ErrorCode.CONNECTION_LOST;
        }
        return switch (state) {
            case "55006", "55P03", "25006" -> ErrorCode.CONNECTION_LOST;
            case "42501" -> ErrorCode.PRIVILEGE_MISSING;
            case "42P01", "3F000", "42704", "42883" -> ErrorCode.NAME_UNKNOWN;
            case "42P07", "42710", "42P06" -> ErrorCode.NAME_TAKEN;
            case "57014" -> ErrorCode.CANCELLED;
            default -> codeOfClass(state.isEmpty() ? "" : state.substring(0, 2));
        };
    }

    private static ErrorCode codeOfClass(String sqlStateClass) {
        return switch (sqlStateClass) {
            // 40: serialization and deadlocks; 53: disk, memory or connections are exhausted; 58:
            // the server's files
            case "40", "53", "58" -> ErrorCode.CONNECTION_LOST;
            case "22", "23" -> ErrorCode.ROW_ERROR;
            case "42", "0A" -> ErrorCode.QUERY_REJECTED;
            case "28", "3D" -> ErrorCode.PRIVILEGE_MISSING;
            default -> ErrorCode.INTERNAL;
        };
    }

    private static String stateOf(SQLException error) {
        String state = error.getSQLState();
        return state == null ? "" : state;
    }

    private static String messageOf(SQLException error) {
        ServerErrorMessage server = serverMessage(error);
        String message = server == null ? error.getMessage() : server.getMessage();
        String detail = server == null ? null : server.getDetail();
        String text = message == null ? "unknown error" : message;
        return detail == null ? text : text + " (" + detail + ")";
    }

    private static String hintOf(SQLException error) {
        ServerErrorMessage server = serverMessage(error);
        String hint = server == null ? null : server.getHint();
        return hint == null ? "" : hint;
    }

    static @Nullable ServerErrorMessage serverMessage(SQLException error) {
        return error instanceof PSQLException psql ? psql.getServerErrorMessage() : null;
    }
}
