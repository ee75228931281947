package io.pgtrickle.planner;

import io.pgtrickle.model.type.Collation;
import io.pgtrickle.model.type.SqlType;
import java.util.List;

/// Which functions can be evaluated here exactly as PostgreSQL does.
@FunctionalInterface
interface FunctionSupport {

    boolean supports(int functionOid, Collation collation, List<SqlType> argumentTypes);
}
