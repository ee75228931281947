package io.pgtrickle.planner;

import io.pgtrickle.dataflow.plan.Plan.SetFunction;
import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.postgres.FunctionInfo;

/// Whether a set-returning function can be called for each row anew.
final class SetFunctionSupport {

    private SetFunctionSupport() {}

    static void check(SetFunction call, FunctionInfo function) {
        if (function.volatility() != FunctionInfo.Volatility.IMMUTABLE) {
            throw PgtrickleException.of(
                            ErrorCode.VOLATILE_FUNCTION,
                            "set-returning function \""
                                    + call.name()
                                    + "\" isn't supported: its rows may change at any time")
                    .withHint("Keep its rows in a table.");
        }
    }
}
