package io.pgtrickle.oracle;

import io.pgtrickle.oracle.Draft.Relation;
import io.pgtrickle.oracle.Draft.Term;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Set-returning functions, of few rows each.
final class RandomFunctions {

    private final Draft draft;
    private final Choices random;

    RandomFunctions(Draft draft) {
        this.draft = draft;
        this.random = draft.choices();
    }

    /// A function in FROM that may use the columns given.
    Relation inFrom(String alias, List<Term> seen) {
        Map<String, Term> columns = new LinkedHashMap<>();
        if (random.oneIn(6)) {
            draft.use(Construct.ROWS_FROM);
            columns.put("f0", new Term("f0", ValueKind.INT4, Leeway.NONE));
            columns.put("f1", new Term("f1", ValueKind.INT4, Leeway.NONE));
            return named(
                    "ROWS FROM (generate_series(1, " + small(seen) + "), generate_series(0, 1))",
                    alias,
                    columns);
        }
        Call call = call(seen);
        columns.put("f0", new Term("f0", call.kind, Leeway.NONE));
        if (random.oneIn(4)) {
            draft.use(Construct.WITH_ORDINALITY);
            columns.put("f1", new Term("f1", ValueKind.INT8, Leeway.NONE));
            return named(call.sql + " WITH ORDINALITY", alias, columns);
        }
        return named(call.sql, alias, columns);
    }

    private record Call(String sql, ValueKind kind) {}

    private static Relation named(String sql, String alias, Map<String, Term> columns) {
        return new Relation(
                sql + " AS " + alias + "(" + String.join(", ", columns.keySet()) + ")",
                new Relation("", columns).under(alias));
    }

    private Call call(List<Term> seen) {
        return switch (random.nextInt(5)) {
            case 1 -> {
                draft.use(Construct.UNNEST);
                String a = of(ValueKind.INT4, seen);
                String b = of(ValueKind.INT4, seen);
                yield new Call("unnest(ARRAY[" + a + ", " + b + "])", ValueKind.INT4);
            }
            case 2 -> {
                draft.use(Construct.TEXT_SET_RETURNING);
                String text = of(ValueKind.TEXT, seen);
                yield new Call(
                        random.pick(List.of("regexp_split_to_table(", "string_to_table("))
                                + text
                                + ", "
                                + random.pick(List.of("'a'", "'b'", "''"))
                                + ")",
                        ValueKind.TEXT);
            }
            case 3 -> {
                draft.use(Construct.JSONB_SET_RETURNING);
                String json = of(ValueKind.JSONB, seen);
                yield new Call(
                        "jsonb_array_elements_text(CASE jsonb_typeof("
                                + json
                                + ") WHEN 'array' THEN "
                                + json
                                + " END)",
                        ValueKind.TEXT);
            }
            default -> {
                draft.use(Construct.GENERATE_SERIES);
                yield new Call("generate_series(1, " + small(seen) + ")", ValueKind.INT4);
            }
        };
    }

    /// In a select list.
    Term inList(List<Term> seen) {
        draft.use(Construct.SET_RETURNING_IN_SELECT_LIST);
        Call call = call(seen);
        return new Term(call.sql, call.kind, Leeway.NONE);
    }

    /// 0 to 3, or NULL.
    private String small(List<Term> seen) {
        return "abs(" + of(ValueKind.INT4, seen) + " % 4)";
    }

    private String of(ValueKind kind, List<Term> seen) {
        List<Term> fitting =
                seen.stream()
                        .filter(term -> term.kind() == kind && term.leeway() == Leeway.NONE)
                        .toList();
        return fitting.isEmpty() ? kind.typed(random) : random.pick(fitting).sql();
    }
}
