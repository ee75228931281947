package io.pgtrickle.planner;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;

/// The errors for what PostgreSQL would do but pgtrickle can't keep exact yet. Each names the construct as the user wrote it.
final class Refusals {

    private Refusals() {}

    /// @param construct in the plural, e.g. `window functions`
    static PgtrickleException query(String construct, String hint) {
        return refusal(ErrorCode.UNSUPPORTED_QUERY, construct + " aren't supported yet", hint);
    }

    /// @param clause in the singular, e.g. `LIMIT`
    static PgtrickleException clause(String clause, String hint) {
        return refusal(ErrorCode.UNSUPPORTED_QUERY, clause + " isn't supported yet", hint);
    }

    static PgtrickleException source(String message, String hint) {
        return refusal(ErrorCode.UNSUPPORTED_SOURCE, message, hint);
    }

    static PgtrickleException function(String message, String hint) {
        return refusal(ErrorCode.UNSUPPORTED_FUNCTION, message, hint);
    }

    static PgtrickleException type(String message, String hint) {
        return refusal(ErrorCode.UNSUPPORTED_TYPE, message, hint);
    }

    static PgtrickleException collation(String message, String hint) {
        return refusal(ErrorCode.UNSUPPORTED_COLLATION, message, hint);
    }

    /// As PostgreSQL refuses it when the query runs.
    static PgtrickleException negative(String clause, String sqlState) {
        return PgtrickleException.of(ErrorCode.QUERY_REJECTED, clause + " must not be negative")
                .withSqlState(sqlState);
    }

    static PgtrickleException internal(String message) {
        return PgtrickleException.of(ErrorCode.INTERNAL, message);
    }

    private static PgtrickleException refusal(ErrorCode code, String message, String hint) {
        return PgtrickleException.of(code, message).withHint(hint);
    }
}
