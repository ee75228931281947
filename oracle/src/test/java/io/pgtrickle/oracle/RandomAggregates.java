package io.pgtrickle.oracle;

import io.pgtrickle.oracle.Draft.Term;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Aggregate calls over the columns in scope.
final class RandomAggregates {

    private static final Set<ValueKind> WITHOUT_MINIMUM =
            EnumSet.of(ValueKind.BOOL, ValueKind.UUID, ValueKind.JSONB);

    private final Draft draft;
    private final Choices random;

    RandomAggregates(Draft draft) {
        this.draft = draft;
        this.random = draft.choices();
    }

    Term aggregate(List<Term> scope, RandomQueries queries) {
        RandomExpressions expressions = new RandomExpressions(random, scope);
        String filter = "";
        if (random.oneIn(5)) {
            draft.use(Construct.AGGREGATE_FILTER);
            filter =
                    " FILTER (WHERE "
                            + draft.within(
                                    Construct.SUBQUERY_IN_AGGREGATE,
                                    () ->
                                            (random.oneIn(2)
                                                            ? queries.expressions(scope)
                                                            : expressions)
                                                    .predicate(1))
                            + ")";
        }
        return switch (random.nextInt(14)) {
            case 0, 1 -> new Term("count(*)" + filter, ValueKind.INT8, Leeway.NONE);
            case 9 ->
                    ordered(scope, filter)
                            .orElseGet(() -> new Term("count(*)", ValueKind.INT8, Leeway.NONE));
            case 10 -> statistics(expressions, filter);
            case 11 -> truth(expressions, filter);
            case 12 ->
                    orderedSet(scope, filter)
                            .orElseGet(() -> new Term("count(*)", ValueKind.INT8, Leeway.NONE));
            case 13 -> {
                Optional<String> scalar =
                        draft.within(
                                Construct.SUBQUERY_IN_AGGREGATE,
                                () ->
                                        new RandomSubqueries(draft, queries)
                                                .scalar(ValueKind.INT4, scope));
                String argument = scalar.orElseGet(() -> expressions.of(ValueKind.INT4, 1));
                yield new Term("sum(" + argument + ")" + filter, ValueKind.INT8, Leeway.NONE);
            }
            default -> common(expressions, filter);
        };
    }

    private Term common(RandomExpressions expressions, String filter) {
        boolean distinct = random.oneIn(5);
        if (distinct) {
            draft.use(Construct.AGGREGATE_DISTINCT);
        }
        List<Term> keys =
                expressions.keys().stream()
                        .filter(term -> !WITHOUT_MINIMUM.contains(term.kind()))
                        .toList();
        ValueKind kind =
                keys.isEmpty() || random.oneIn(3)
                        ? random.pick(List.copyOf(ValueKind.NUMBERS))
                        : keys.getFirst().kind();
        String argument = (distinct ? "DISTINCT " : "") + expressions.of(kind, random.nextInt(2));
        boolean summable = ValueKind.NUMBERS.contains(kind) || kind == ValueKind.INTERVAL;
        return switch (random.nextInt(summable ? 7 : 3)) {
            case 0 -> new Term("count(" + argument + ")" + filter, ValueKind.INT8, Leeway.NONE);
            case 1, 2 -> {
                String name = random.nextBoolean() ? "min(" : "max(";
                yield RandomBlocks.shown(
                        new Term(name + argument + ")" + filter, extreme(kind), Leeway.NONE));
            }
            case 3, 4, 5 -> sum(kind, argument + ")" + filter, distinct);
            default -> average(kind, argument + ")" + filter, distinct);
        };
    }

    /// The type of a minimum.
    private static ValueKind extreme(ValueKind kind) {
        return switch (kind) {
            case VARCHAR, LABEL -> ValueKind.TEXT;
            case POSITIVE -> ValueKind.INT4;
            case MONEY -> ValueKind.NUMERIC;
            default -> kind;
        };
    }

    private static Term sum(ValueKind kind, String rest, boolean distinct) {
        String sql = "sum(" + rest;
        return switch (kind) {
            case INT2, INT4 -> new Term(sql, ValueKind.INT8, Leeway.NONE);
            case INT8 -> new Term(sql, ValueKind.NUMERIC, Leeway.NONE);
            case REAL, DOUBLE -> new Term(sql, kind, Leeway.DIGITS);
            case INTERVAL -> new Term(sql, kind, distinct ? Leeway.IMAGE : Leeway.NONE);
            default -> new Term(sql, ValueKind.NUMERIC, distinct ? Leeway.IMAGE : Leeway.NONE);
        };
    }

    private static Term average(ValueKind kind, String rest, boolean distinct) {
        String sql = "avg(" + rest;
        return switch (kind) {
            case REAL, DOUBLE -> new Term(sql, ValueKind.DOUBLE, Leeway.DIGITS);
            case INTERVAL -> new Term(sql, kind, Leeway.DIGITS);
            default -> new Term(sql, ValueKind.NUMERIC, distinct ? Leeway.DIGITS : Leeway.NONE);
        };
    }

    private Term statistics(RandomExpressions expressions, String filter) {
        draft.use(Construct.STATISTICAL_AGGREGATE);
        String name =
                random.pick(
                        List.of(
                                "variance(",
                                "stddev(",
                                "var_pop(",
                                "stddev_pop(",
                                "corr(",
                                "regr_slope(",
                                "covar_pop("));
        if (name.startsWith("c") || name.startsWith("r")) {
            return new Term(
                    name
                            + expressions.of(ValueKind.INT4, 0)
                            + "::float8, "
                            + expressions.of(ValueKind.INT4, 0)
                            + "::float8)"
                            + filter,
                    ValueKind.DOUBLE,
                    Leeway.DIGITS);
        }
        return new Term(
                name + expressions.of(ValueKind.INT4, 0) + ")" + filter,
                ValueKind.NUMERIC,
                Leeway.NONE);
    }

    private Term truth(RandomExpressions expressions, String filter) {
        draft.use(Construct.BOOLEAN_AGGREGATE);
        if (random.oneIn(3)) {
            String name = random.pick(List.of("bit_and(", "bit_or(", "bit_xor("));
            return new Term(
                    name + expressions.of(ValueKind.INT4, 0) + ")" + filter,
                    ValueKind.INT4,
                    Leeway.NONE);
        }
        String name = random.pick(List.of("bool_and(", "bool_or(", "every("));
        return new Term(
                name + expressions.predicate(0) + ")" + filter, ValueKind.BOOL, Leeway.NONE);
    }

    private Optional<Term> ordered(List<Term> scope, String filter) {
        List<Term> order = new ArrayList<>(new RandomExpressions(random, scope).sortable());
        if (order.isEmpty()) {
            return Optional.empty();
        }
        draft.use(Construct.AGGREGATE_ORDER_BY);
        Term value = order.getFirst();
        String direction = random.pick(List.of("", " DESC", " NULLS FIRST"));
        Term second = order.get(random.nextInt(order.size()));
        // by another column first: the value itself decides the rest
        String by = second.sql() + direction + ", " + value.sql();
        boolean distinct = random.oneIn(4);
        if (distinct) {
            draft.use(Construct.AGGREGATE_DISTINCT);
            by = value.sql() + direction;
        }
        String argument = (distinct ? "DISTINCT " : "") + value.sql();
        boolean whole = value.kind() == ValueKind.INT4;
        return switch (random.nextInt(4)) {
            case 0, 1 ->
                    Optional.of(
                            new Term(
                                    (whole ? "" : "cardinality(")
                                            + "array_agg("
                                            + argument
                                            + " ORDER BY "
                                            + by
                                            + ")"
                                            + filter
                                            + (whole ? "" : ")"),
                                    whole ? ValueKind.ARRAY : ValueKind.INT4,
                                    Leeway.NONE));
            case 2 ->
                    Optional.of(
                            new Term(
                                    "jsonb_agg(" + argument + " ORDER BY " + by + ")" + filter,
                                    ValueKind.JSONB,
                                    Leeway.NONE));
            default ->
                    ValueKind.TEXTS.contains(value.kind())
                            ? Optional.of(
                                    new Term(
                                            "string_agg("
                                                    + argument
                                                    + ", ', ' ORDER BY "
                                                    + by
                                                    + ")"
                                                    + filter,
                                            ValueKind.TEXT,
                                            Leeway.NONE))
                            : Optional.of(
                                    new Term(
                                            "array_length(array_agg("
                                                    + argument
                                                    + " ORDER BY "
                                                    + by
                                                    + ")"
                                                    + filter
                                                    + ", 1)",
                                            ValueKind.INT4,
                                            Leeway.NONE));
        };
    }

    private Optional<Term> orderedSet(List<Term> scope, String filter) {
        List<Term> order = new RandomExpressions(random, scope).sortable();
        if (order.isEmpty()) {
            return Optional.empty();
        }
        Term value = order.getFirst();
        String within = ") WITHIN GROUP (ORDER BY " + value.sql();
        if (random.oneIn(3)) {
            draft.use(Construct.HYPOTHETICAL_SET_AGGREGATE);
            String name =
                    random.pick(List.of("rank(", "dense_rank(", "percent_rank(", "cume_dist("));
            return Optional.of(
                    new Term(
                            name + value.kind().typed(random) + within + ")" + filter,
                            name.contains("_dist") || name.startsWith("perc")
                                    ? ValueKind.DOUBLE
                                    : ValueKind.INT8,
                            Leeway.NONE));
        }
        draft.use(Construct.ORDERED_SET_AGGREGATE);
        if (value.kind() == ValueKind.INT4 && random.oneIn(3)) {
            return Optional.of(
                    new Term(
                            "percentile_cont(0.5" + within + ")" + filter,
                            ValueKind.DOUBLE,
                            Leeway.NONE));
        }
        ValueKind kind = extreme(value.kind());
        String cast = kind == value.kind() ? "" : "::" + kind.castType();
        String name = random.pick(List.of("mode(", "percentile_disc(0.5", "percentile_disc(0.25"));
        return Optional.of(
                new Term("(" + name + within + ")" + filter + ")" + cast, kind, Leeway.NONE));
    }
}
