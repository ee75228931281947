package io.pgtrickle.model;

import java.util.Locale;

/// The stable reasons that users meet in an error's detail as `PGT-NNN`; `docs/errors.md` explains each.
public enum ErrorCode {
    // statements that can't be served
    UNSUPPORTED_QUERY(101, "0A000", ErrorKind.STATEMENT),
    UNSUPPORTED_SOURCE(102, "0A000", ErrorKind.STATEMENT),
    UNSUPPORTED_FUNCTION(103, "0A000", ErrorKind.STATEMENT),
    UNSUPPORTED_TYPE(104, "0A000", ErrorKind.STATEMENT),
    UNSUPPORTED_COLLATION(105, "0A000", ErrorKind.STATEMENT),
    VOLATILE_FUNCTION(106, "0A000", ErrorKind.STATEMENT),
    NO_REPLICA_IDENTITY(110, "55000", ErrorKind.STATEMENT),
    ROW_SECURITY(111, "0A000", ErrorKind.STATEMENT),
    PRIVILEGE_MISSING(120, "42501", ErrorKind.STATEMENT),
    NAME_TAKEN(130, "42P07", ErrorKind.STATEMENT),
    NAME_UNKNOWN(131, "42P01", ErrorKind.STATEMENT),
    QUERY_REJECTED(140, "42601", ErrorKind.STATEMENT),
    BAD_ARGUMENT(141, "22023", ErrorKind.STATEMENT),
    ROW_ERROR(150, "22000", ErrorKind.STATEMENT),
    TABLE_LOCKED(151, "55P03", ErrorKind.STATEMENT),
    CANCELLED(160, "57014", ErrorKind.STATEMENT),
    // the installation
    SETTING_WRONG(201, "55000", ErrorKind.STATEMENT),
    NOT_INSTALLED(202, "55000", ErrorKind.STATEMENT),
    SIDECAR_ABSENT(203, "55000", ErrorKind.STATEMENT),
    SERVER_UNSUPPORTED(204, "0A000", ErrorKind.STATEMENT),
    SLOT_IN_USE(205, "55006", ErrorKind.WORLD),
    SLOT_LOST(206, "55000", ErrorKind.WORLD),
    STATE_FOREIGN(207, "55000", ErrorKind.STATEMENT),
    // the world
    CONNECTION_LOST(301, "08006", ErrorKind.WORLD),
    STATE_IO(302, "58030", ErrorKind.WORLD),
    FENCED(303, "55000", ErrorKind.WORLD),
    // invariants
    STREAM_MALFORMED(401, "08P01", ErrorKind.INVARIANT),
    STATE_CORRUPT(402, "XX001", ErrorKind.INVARIANT),
    STATE_INCONSISTENT(403, "XX000", ErrorKind.INVARIANT),
    RESULT_EDITED(404, "XX000", ErrorKind.INVARIANT),
    SOURCE_CHANGED(405, "55000", ErrorKind.INVARIANT),
    INTERNAL(499, "XX000", ErrorKind.INVARIANT);

    private final int number;
    private final String sqlState;
    private final ErrorKind kind;

    ErrorCode(int number, String sqlState, ErrorKind kind) {
        this.number = number;
        this.sqlState = sqlState;
        this.kind = kind;
    }

    /// `PGT-NNN`.
    public String label() {
        return String.format(Locale.ROOT, "PGT-%03d", number);
    }

    /// The SQLSTATE that is raised where the error doesn't bring its own.
    public String sqlState() {
        return sqlState;
    }

    public ErrorKind kind() {
        return kind;
    }
}
