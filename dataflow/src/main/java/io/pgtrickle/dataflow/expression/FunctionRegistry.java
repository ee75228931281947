package io.pgtrickle.dataflow.expression;

import io.pgtrickle.model.type.Collation;
import io.pgtrickle.model.type.SqlType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/// Where the families of functions are put together.
final class FunctionRegistry {

    /// `"C"` and `"POSIX"`, whose case mapping knows ASCII letters only.
    private static final int C = 950;

    private static final int POSIX = 951;

    /// What a function needs of its call's collation.
    enum Requirement {
        NONE,
        /// Equal means the same bytes.
        DETERMINISTIC,
        /// The order is that of the bytes.
        BYTE_ORDER,
        /// Upper and lower case are those of ASCII.
        ASCII_CASE;

        boolean metBy(Collation collation) {
            return switch (this) {
                case NONE -> true;
                case DETERMINISTIC -> collation.deterministic();
                case BYTE_ORDER -> collation.byteOrder();
                case ASCII_CASE -> collation.oid() == C || collation.oid() == POSIX;
            };
        }
    }

    /// Makes the function for a call's argument types.
    @FunctionalInterface
    interface Binder {
        NativeFunction bind(List<SqlType> arguments);
    }

    /// @param accepts the argument types for which the function is known here
    record Definition(Requirement requirement, Predicate<List<SqlType>> accepts, Binder binder) {}

    private final Map<Integer, Definition> definitions = new HashMap<>();

    void unary(int oid, NativeFunction.Unary function) {
        define(oid, Requirement.NONE, _ -> function);
    }

    void binary(int oid, NativeFunction.Binary function) {
        define(oid, Requirement.NONE, _ -> function);
    }

    void ternary(int oid, NativeFunction.Ternary function) {
        define(oid, Requirement.NONE, _ -> function);
    }

    void define(int oid, Requirement requirement, Binder binder) {
        define(oid, requirement, _ -> true, binder);
    }

    void define(int oid, Requirement requirement, Predicate<List<SqlType>> accepts, Binder binder) {
        if (definitions.putIfAbsent(oid, new Definition(requirement, accepts, binder)) != null) {
            throw new IllegalStateException("function " + oid + " is defined twice");
        }
    }

    Map<Integer, Definition> definitions() {
        return Map.copyOf(definitions);
    }
}
