package io.pgtrickle.oracle;

import io.pgtrickle.oracle.Draft.Term;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Expressions of a wanted type over the columns in scope. What they compute with is exact; only comparisons, which don't see
/// the difference, use values of which PostgreSQL leaves the image open.
final class RandomExpressions {

    private final Choices random;
    private final List<Term> scope;
    private final Optional<RandomSubqueries> subqueries;

    /// Without subqueries.
    RandomExpressions(Choices random, List<Term> scope) {
        this(random, scope, Optional.empty());
    }

    RandomExpressions(Choices random, List<Term> scope, Optional<RandomSubqueries> subqueries) {
        this.random = random;
        this.scope = List.copyOf(scope);
        this.subqueries = subqueries;
    }

    /// Any column or expression, for a select list.
    Term any() {
        if (!scope.isEmpty() && random.nextInt(10) < 6) {
            return pick(scope);
        }
        ValueKind kind =
                random.nextInt(4) > 0 && !scope.isEmpty()
                        ? pick(scope).kind()
                        : pick(List.of(ValueKind.values()));
        return new Term(of(kind, 2), kind, Leeway.NONE);
    }

    /// A condition.
    String predicate(int depth) {
        if (subqueries.isPresent() && random.oneIn(4)) {
            Optional<String> subquery = subqueries.get().predicate(scope);
            if (subquery.isPresent()) {
                return subquery.get();
            }
        }
        if (random.oneIn(20)) {
            return containers().predicate();
        }
        int dice = random.nextInt(depth > 0 ? 16 : 11);
        return switch (dice) {
            case 0, 1, 2, 3 -> comparison(depth - 1);
            case 4 -> operand().sql() + pick(List.of(" IS NULL", " IS NOT NULL"));
            case 5 -> {
                Term term = operand();
                yield term.sql()
                        + " IS "
                        + pick(List.of("", "NOT "))
                        + "DISTINCT FROM "
                        + of(term.kind(), 1);
            }
            case 6 -> in();
            case 7 -> {
                ValueKind kind = operand().kind();
                yield operand(kind)
                        + pick(List.of(" BETWEEN ", " NOT BETWEEN ", " BETWEEN SYMMETRIC "))
                        + of(kind, 0)
                        + " AND "
                        + of(kind, 0);
            }
            case 8 -> like();
            case 9 -> random.nextInt(3) == 0 ? rows() : mixedComparison();
            case 10 -> "(" + of(ValueKind.BOOL, 0) + ")";
            case 11, 12 -> "(" + predicate(depth - 1) + " AND " + predicate(depth - 1) + ")";
            case 13 ->
                    within(
                            Construct.SUBQUERY_UNDER_OR,
                            () -> "(" + predicate(depth - 1) + " OR " + predicate(depth - 1) + ")");
            case 14 -> "(NOT " + predicate(depth - 1) + ")";
            default ->
                    "(("
                            + predicate(depth - 1)
                            + ")"
                            + pick(
                                    List.of(
                                            " IS TRUE",
                                            " IS NOT TRUE",
                                            " IS UNKNOWN",
                                            " IS NOT FALSE",
                                            " IS NOT UNKNOWN"))
                            + ")";
        };
    }

    private String comparison(int depth) {
        Term term = operand();
        return term.sql() + operator() + of(term.kind(), Math.max(depth, 0));
    }

    private String mixedComparison() {
        ValueKind kind = operand().kind();
        if (ValueKind.NUMBERS.contains(kind)) {
            return operand(kind) + operator() + of(pick(List.copyOf(ValueKind.NUMBERS)), 1);
        }
        if (ValueKind.TEXTS.contains(kind) || kind == ValueKind.CHAR) {
            return operand(kind)
                    + pick(List.of(" = ", " <> "))
                    + of(pick(List.copyOf(ValueKind.TEXTS)), 1);
        }
        return operand(kind)
                + operator()
                + of(kind == ValueKind.DATE ? ValueKind.TIMESTAMP : kind, 1);
    }

    private String in() {
        Term term = operand();
        String list =
                IntStream.rangeClosed(0, random.nextInt(4))
                        .mapToObj(_ ->
                                random.nextInt(6) == 0 ? of(term.kind(), 1) : constant(term.kind()))
                        .collect(Collectors.joining(", "));
        return term.sql() + pick(List.of(" IN (", " NOT IN (")) + list + ")";
    }

    private String constant(ValueKind kind) {
        return random.nextBoolean() ? kind.nullable(random, 8) : kind.typed(random);
    }

    /// A comparison of rows or with a list of values.
    private String rows() {
        Term a = operand();
        Term b = operand();
        if (random.nextInt(3) == 0) {
            return a.sql()
                    + pick(List.of(" = ANY (ARRAY[", " <> ALL (ARRAY["))
                    + of(a.kind(), 1)
                    + ", "
                    + a.kind().typed(random)
                    + "])";
        }
        return "("
                + a.sql()
                + ", "
                + b.sql()
                + ")"
                + pick(List.of(" = ", " <> "))
                + "("
                + of(a.kind(), 1)
                + ", "
                + of(b.kind(), 1)
                + ")";
    }

    private String like() {
        return of(
                        pick(
                                List.of(
                                        ValueKind.TEXT,
                                        ValueKind.BYTE_TEXT,
                                        ValueKind.VARCHAR,
                                        ValueKind.CHAR)),
                        0)
                + pick(List.of(" LIKE ", " NOT LIKE "))
                + pick(List.of("'a%'", "'%b'", "'_'", "'a\\_%'", "'%a%'", "''", "'%'", "'a '"));
    }

    private String operator() {
        return pick(List.of(" = ", " = ", " < ", " >= ", " <> ", " > ", " <= "));
    }

    /// A column whose value may be compared; a constant where there is none.
    private Term operand() {
        List<Term> columns = scope.stream().filter(term -> term.leeway() != Leeway.DIGITS).toList();
        if (columns.isEmpty()) {
            return new Term(ValueKind.INT4.typed(random), ValueKind.INT4, Leeway.NONE);
        }
        return pick(columns);
    }

    private String operand(ValueKind kind) {
        List<Term> columns =
                scope.stream()
                        .filter(term -> term.kind() == kind && term.leeway() != Leeway.DIGITS)
                        .toList();
        return columns.isEmpty() ? of(kind, 0) : pick(columns).sql();
    }

    /// An exact expression of a type.
    String of(ValueKind kind, int depth) {
        if (depth > 0 && subqueries.isPresent() && random.oneIn(10)) {
            Optional<String> subquery = subqueries.get().scalar(kind, scope);
            if (subquery.isPresent()) {
                return subquery.get();
            }
        }
        if (depth > 0 && kind != ValueKind.ARRAY && random.oneIn(12)) {
            return containers().part(kind);
        }
        if (depth <= 0 || random.nextInt(3) == 0) {
            return leaf(kind);
        }
        return random.nextInt(5) < 3 ? calculation(kind, depth - 1) : choice(kind, depth - 1);
    }

    private String leaf(ValueKind kind) {
        List<Term> columns =
                scope.stream()
                        .filter(term -> term.kind() == kind && term.leeway() == Leeway.NONE)
                        .toList();
        return columns.isEmpty() || random.nextInt(8) == 0
                ? kind.typed(random)
                : pick(columns).sql();
    }

    private String choice(ValueKind kind, int depth) {
        Supplier<String> value = () -> of(kind, depth);
        return switch (random.nextInt(7)) {
            case 0 ->
                    within(
                            Construct.SUBQUERY_IN_CASE,
                            () ->
                                    "CASE WHEN "
                                            + predicate(depth)
                                            + " THEN "
                                            + value.get()
                                            + " ELSE "
                                            + value.get()
                                            + " END");
            case 1 -> "CASE WHEN " + predicate(depth) + " THEN " + value.get() + " END";
            case 2 -> {
                ValueKind tested = operand().kind();
                yield "CASE "
                        + of(tested, depth)
                        + " WHEN "
                        + constant(tested)
                        + " THEN "
                        + value.get()
                        + " WHEN "
                        + of(tested, 0)
                        + " THEN "
                        + value.get()
                        + " ELSE "
                        + value.get()
                        + " END";
            }
            case 3 -> "coalesce(" + value.get() + ", " + value.get() + ", " + constant(kind) + ")";
            case 4 -> "nullif(" + value.get() + ", " + value.get() + ")";
            case 5 -> "greatest(" + value.get() + ", " + value.get() + ")";
            default -> "least(" + value.get() + ", " + value.get() + ", " + constant(kind) + ")";
        };
    }

    private String calculation(ValueKind kind, int depth) {
        return switch (kind) {
            case INT2, INT4, INT8, MONEY, NUMERIC, REAL, DOUBLE -> number(kind, depth);
            case TEXT, VARCHAR, BYTE_TEXT, LABEL -> text(kind, depth);
            case CHAR -> cast(of(ValueKind.TEXT, depth), kind);
            case BOOL -> "(" + predicate(depth) + ")";
            case DATE ->
                    pick(
                            List.of(
                                    "("
                                            + of(ValueKind.DATE, depth)
                                            + " + "
                                            + leaf(ValueKind.INT2)
                                            + ")",
                                    "(" + of(ValueKind.DATE, depth) + " - 31)",
                                    cast(of(ValueKind.TIMESTAMP, depth), kind)));
            case TIME -> cast(of(ValueKind.TIMESTAMP, depth), kind);
            case TIMESTAMP ->
                    pick(
                            List.of(
                                    "("
                                            + of(kind, depth)
                                            + " + "
                                            + of(ValueKind.INTERVAL, depth)
                                            + ")",
                                    "("
                                            + of(ValueKind.DATE, depth)
                                            + " - "
                                            + leaf(ValueKind.INTERVAL)
                                            + ")",
                                    "("
                                            + of(ValueKind.DATE, depth)
                                            + " + "
                                            + leaf(ValueKind.TIME)
                                            + ")",
                                    cast(of(ValueKind.DATE, depth), kind),
                                    of(kind, depth) + "::timestamp(1)",
                                    "date_trunc('month', " + of(kind, depth) + ")"));
            case INTERVAL ->
                    pick(
                            List.of(
                                    "(" + of(kind, depth) + " + " + of(kind, depth) + ")",
                                    "(- " + of(kind, depth) + ")",
                                    "(" + of(kind, depth) + " + " + leaf(kind) + ")"));
            case MOOD, UUID, BYTEA, JSONB, ARRAY, POSITIVE, TIMESTAMPTZ -> choice(kind, depth);
        };
    }

    private String number(ValueKind kind, int depth) {
        String value = of(kind, depth);
        if (kind == ValueKind.MONEY || random.nextInt(4) == 0) {
            return cast(of(pick(List.copyOf(ValueKind.NUMBERS)), depth), kind);
        }
        boolean whole = kind == ValueKind.INT2 || kind == ValueKind.INT4 || kind == ValueKind.INT8;
        return switch (random.nextInt(whole ? 9 : 7)) {
            case 0 -> "(" + value + " + " + of(kind, depth) + ")";
            case 1 -> "(" + value + " - " + of(kind, depth) + ")";
            case 2 -> "(" + value + " * " + leaf(kind) + ")";
            case 3 ->
                    random.nextInt(6) == 0
                            ? "(" + value + " / " + leaf(kind) + ")"
                            : "(" + value + " / nullif(" + leaf(kind) + ", 0))";
            case 4 -> "(- " + value + ")";
            case 5 -> "abs(" + value + ")";
            case 6 ->
                    kind == ValueKind.NUMERIC
                            ? pick(
                                    List.of(
                                            "round(" + value + ", " + (random.nextInt(5) - 1) + ")",
                                            "trunc(" + value + ", 1)",
                                            "sign(" + value + ")",
                                            "(" + value + " % nullif(" + leaf(kind) + ", 0))",
                                            "extract(year FROM " + leaf(ValueKind.TIMESTAMP) + ")",
                                            "extract(month FROM " + leaf(ValueKind.DATE) + ")"))
                            : "(" + value + " + " + kind.typed(random) + ")";
            case 7 -> "(" + value + " % nullif(" + leaf(kind) + ", 0))";
            default ->
                    kind == ValueKind.INT4
                            ? pick(
                                    List.of(
                                            "length(" + of(ValueKind.TEXT, depth) + ")",
                                            "("
                                                    + of(ValueKind.INT2, depth)
                                                    + " + "
                                                    + of(ValueKind.INT4, 0)
                                                    + ")",
                                            of(ValueKind.BOOL, depth) + "::int",
                                            "strpos(" + leaf(ValueKind.TEXT) + ", 'a')"))
                            : value;
        };
    }

    private String text(ValueKind kind, int depth) {
        if (kind == ValueKind.VARCHAR) {
            return pick(
                    List.of(
                            "left(" + of(ValueKind.TEXT, depth) + ", 3)::varchar(12)",
                            of(kind, depth) + "::varchar(2)::varchar(12)"));
        }
        String value = of(kind, depth);
        return switch (random.nextInt(8)) {
            case 0 -> "(" + value + " || " + of(kind, depth) + ")";
            case 1 -> "substr(" + value + ", 2)";
            case 2 -> "left(" + value + ", " + (random.nextInt(4) - 1) + ")";
            case 3 -> "(" + value + " || " + of(ValueKind.BOOL, depth) + "::text)";
            case 4 -> "lower(" + value + ")";
            case 5 -> "replace(" + value + ", 'a', 'bc')";
            case 6 -> "rtrim(" + value + ")";
            default -> cast(of(ValueKind.INT4, depth), ValueKind.TEXT);
        };
    }

    private static String cast(String value, ValueKind kind) {
        return "(" + value + ")::" + kind.castType();
    }

    private RandomContainers containers() {
        return new RandomContainers(random, this);
    }

    void use(Construct construct) {
        subqueries.ifPresent(present -> present.use(construct));
    }

    private String within(Construct place, Supplier<String> text) {
        return subqueries.isPresent() ? subqueries.get().within(place, text) : text.get();
    }

    private <T> T pick(List<T> values) {
        return random.pick(values);
    }

    /// Columns whose ties are rows that can't be told apart by them, in random order.
    List<Term> sortable() {
        List<Term> sortable = new ArrayList<>(scope.stream().filter(Term::isSortable).toList());
        java.util.Collections.shuffle(sortable, random);
        return sortable;
    }

    List<Term> scope() {
        return scope;
    }

    /// Columns that may be keys of groups and joins, in random order.
    List<Term> keys() {
        List<Term> keys =
                new ArrayList<>(
                        scope.stream()
                                .filter(term -> term.leeway() != Leeway.DIGITS)
                                .filter(term ->
                                        term.kind() != ValueKind.JSONB || random.nextInt(10) == 0)
                                .toList());
        java.util.Collections.shuffle(keys, random);
        return keys;
    }
}
