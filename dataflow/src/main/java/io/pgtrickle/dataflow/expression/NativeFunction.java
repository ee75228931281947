package io.pgtrickle.dataflow.expression;

/// A strict function of PostgreSQL in Java: it never sees NULL and never gives it.
sealed interface NativeFunction {

    @FunctionalInterface
    non-sealed interface Unary extends NativeFunction {
        Object apply(Object a);
    }

    @FunctionalInterface
    non-sealed interface Binary extends NativeFunction {
        Object apply(Object a, Object b);
    }

    @FunctionalInterface
    non-sealed interface Ternary extends NativeFunction {
        Object apply(Object a, Object b, Object c);
    }

    default int arity() {
        return switch (this) {
            case Unary _ -> 1;
            case Binary _ -> 2;
            case Ternary _ -> 3;
        };
    }
}
