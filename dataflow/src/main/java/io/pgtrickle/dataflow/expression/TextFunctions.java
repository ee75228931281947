package io.pgtrickle.dataflow.expression;

final class TextFunctions {
    private TextFunctions() {}

    static void register(FunctionRegistry registry) {
        registry.binary(1258, (a, b) -> (String) a + b);
    }
}
