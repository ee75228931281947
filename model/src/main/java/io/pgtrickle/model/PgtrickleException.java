package io.pgtrickle.model;

import org.jspecify.annotations.Nullable;

/// The one exception of this project. Messages are in PostgreSQL's style: lower case, no full stop, names in double
/// quotes with their kind; the hint says what to do.
public final class PgtrickleException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final ErrorCode code;
    private final String sqlState;
    private final String hint;

    private PgtrickleException(
            ErrorCode code,
            String sqlState,
            String message,
            String hint,
            @Nullable Throwable cause) {
        super(message, cause);
        this.code = code;
        this.sqlState = sqlState;
        this.hint = hint;
    }

    public static PgtrickleException of(ErrorCode code, String message) {
        return new PgtrickleException(code, code.sqlState(), message, "", null);
    }

    public static PgtrickleException of(ErrorCode code, String message, Throwable cause) {
        return new PgtrickleException(code, code.sqlState(), message, "", cause);
    }

    /// The same error with what the user should do about it.
    public PgtrickleException withHint(String newHint) {
        return new PgtrickleException(code, sqlState, messageText(), newHint, this);
    }

    /// The same error under PostgreSQL's own SQLSTATE, e.g. 22012 for a division by zero.
    public PgtrickleException withSqlState(String newSqlState) {
        return new PgtrickleException(code, newSqlState, messageText(), hint, this);
    }

    public ErrorCode code() {
        return code;
    }

    public ErrorKind kind() {
        return code.kind();
    }

    public String sqlState() {
        return sqlState;
    }

    /// Empty where there is nothing to advise.
    public String hint() {
        return hint;
    }

    public String messageText() {
        String message = getMessage();
        return message == null ? "" : message;
    }
}
