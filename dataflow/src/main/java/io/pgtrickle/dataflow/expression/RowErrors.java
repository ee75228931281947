package io.pgtrickle.dataflow.expression;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;

/// Errors of a row's values, in PostgreSQL's own words and with its SQLSTATE.
public final class RowErrors {

    private RowErrors() {}

    public static PgtrickleException of(String sqlState, String message) {
        return PgtrickleException.of(ErrorCode.ROW_ERROR, message).withSqlState(sqlState);
    }

    /// @param type as PostgreSQL spells it, e.g. `integer`
    public static PgtrickleException outOfRange(String type) {
        return of("22003", type + " out of range");
    }

    public static PgtrickleException divisionByZero() {
        return of("22012", "division by zero");
    }

    public static PgtrickleException floatOverflow() {
        return of("22003", "value out of range: overflow");
    }

    public static PgtrickleException floatUnderflow() {
        return of("22003", "value out of range: underflow");
    }

    public static PgtrickleException timestampOutOfRange() {
        return of("22008", "timestamp out of range");
    }
}
