package io.pgtrickle.dataflow.expression;

final class DateTimeFunctions {
    private DateTimeFunctions() {}

    static void register(FunctionRegistry registry) {}
}
