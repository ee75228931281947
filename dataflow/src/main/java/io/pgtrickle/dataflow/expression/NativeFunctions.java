package io.pgtrickle.dataflow.expression;

import io.pgtrickle.model.type.Collation;
import io.pgtrickle.model.type.SqlType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/// PostgreSQL's functions that are evaluated here, by oid in `pg_proc`; the oids of built-in functions are the same in every
/// version. A function is in the registry only if its outcome, value or error, is PostgreSQL's to the last digit for every
/// argument on every supported version; all of them are strict and immutable.
///
/// In three corners the versions themselves differ, and there the outcome is an error: `date_trunc` of an infinite timestamp to
/// an unknown unit (up to some version the timestamp), an infinite timestamp minus an interval that can't be negated (up to
/// 16 the timestamp), rounding a numeric to more than 2,000 digits (up to 17 to 2,000). Infinite intervals exist since 17;
/// the values that stand for them are taken for infinite on older versions too.
public final class NativeFunctions {

    private static final Map<Integer, FunctionRegistry.Definition> BY_OID = registry();

    private NativeFunctions() {}

    private static Map<Integer, FunctionRegistry.Definition> registry() {
        FunctionRegistry registry = new FunctionRegistry();
        ComparisonFunctions.register(registry);
        IntegerFunctions.register(registry);
        FloatFunctions.register(registry);
        NumericFunctions.register(registry);
        CastFunctions.register(registry);
        TextFunctions.register(registry);
        DateTimeFunctions.register(registry);
        TimeFunctions.register(registry);
        ByteFunctions.register(registry);
        BitFunctions.register(registry);
        NetworkFunctions.register(registry);
        JsonbFunctions.register(registry);
        ArrayFunctions.register(registry);
        RangeFunctions.register(registry);
        return registry.definitions();
    }

    /// Whether a call of the function can be evaluated here.
    ///
    /// @param collation of the call: some functions are known under some collations only
    public static boolean supports(
            int functionOid, Collation collation, List<SqlType> argumentTypes) {
        return find(functionOid, collation, argumentTypes).isPresent();
    }

    /// The oids that are known here, under some collation at least.
    static SortedSet<Integer> oids() {
        return new TreeSet<>(BY_OID.keySet());
    }

    static Optional<NativeFunction> find(
            int functionOid, Collation collation, List<SqlType> argumentTypes) {
        if (argumentTypes.stream().anyMatch(SqlType.Opaque.class::isInstance)) {
            return Optional.empty();
        }
        return Optional.ofNullable(BY_OID.get(functionOid))
                .filter(definition -> definition.requirement().metBy(collation))
                .filter(definition -> definition.accepts().test(argumentTypes))
                .map(definition -> definition.binder().bind(argumentTypes))
                .filter(function -> function.arity() == argumentTypes.size());
    }
}
