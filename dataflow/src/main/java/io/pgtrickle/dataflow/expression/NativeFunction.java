package io.pgtrickle.dataflow.expression;

import org.jspecify.annotations.Nullable;

/// A strict function of PostgreSQL in Java: it never sees NULL. A few give it, e.g. the day of an infinite date.
sealed interface NativeFunction {

    @FunctionalInterface
    non-sealed interface Unary extends NativeFunction {
        @Nullable Object apply(Object a);
    }

    @FunctionalInterface
    non-sealed interface Binary extends NativeFunction {
        @Nullable Object apply(Object a, Object b);
    }

    @FunctionalInterface
    non-sealed interface Ternary extends NativeFunction {
        @Nullable Object apply(Object a, Object b, Object c);
    }

    default int arity() {
        return switch (this) {
            case Unary _ -> 1;
            case Binary _ -> 2;
            case Ternary _ -> 3;
        };
    }
}
