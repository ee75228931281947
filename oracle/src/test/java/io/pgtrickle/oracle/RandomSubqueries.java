package io.pgtrickle.oracle;

import io.pgtrickle.oracle.Draft.Relation;
import io.pgtrickle.oracle.Draft.Term;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// Subqueries in expressions: of every kind, correlated or not, with groups, limits and set operations inside.
final class RandomSubqueries {

    private static final int MAX_DEPTH = 2;

    private static final List<String> COMPARISONS =
            List.of(" = ", " = ", " < ", " >= ", " <> ", " > ");

    /// A column of the subquery's FROM and one of the same type outside.
    private record Pair(Term outer, Term inner) {}

    private final Draft draft;
    private final Choices random;
    private final RandomQueries queries;

    RandomSubqueries(Draft draft, RandomQueries queries) {
        this.draft = draft;
        this.random = draft.choices();
        this.queries = queries;
    }

    void use(Construct construct) {
        draft.use(construct);
    }

    String within(Construct place, Supplier<String> text) {
        return draft.within(place, text);
    }

    private boolean mayNest() {
        return draft.subqueryDepth() < MAX_DEPTH && draft.mayGrow();
    }

    /// Empty where the query is large enough already.
    Optional<String> predicate(List<Term> scope) {
        if (!mayNest()) {
            return Optional.empty();
        }
        return Optional.of(draft.subquery(() -> condition(scope)));
    }

    private String condition(List<Term> scope) {
        Relation from = queries.from().relation(0);
        List<Pair> pairs = pairs(scope, from);
        int kind = pairs.isEmpty() ? random.nextInt(2) : random.nextInt(9);
        return switch (kind) {
            case 0 -> exists(scope, from, pairs, Construct.EXISTS, "EXISTS (");
            case 1 -> exists(scope, from, pairs, Construct.NOT_EXISTS, "NOT EXISTS (");
            case 2 -> {
                Pair pair = random.pick(pairs);
                draft.use(Construct.IN);
                yield pair.outer().sql() + " IN (" + column(pair, scope, from, pairs) + ")";
            }
            case 3, 4 -> {
                Pair pair = random.pick(pairs);
                draft.use(Construct.NOT_IN);
                yield pair.outer().sql() + " NOT IN (" + column(pair, scope, from, pairs) + ")";
            }
            case 5 -> {
                Pair pair = random.pick(pairs);
                draft.use(Construct.ANY);
                yield pair.outer().sql()
                        + random.pick(COMPARISONS)
                        + random.pick(List.of("ANY (", "SOME ("))
                        + column(pair, scope, from, pairs)
                        + ")";
            }
            case 6 -> {
                Pair pair = random.pick(pairs);
                draft.use(Construct.ALL);
                yield pair.outer().sql()
                        + random.pick(COMPARISONS)
                        + "ALL ("
                        + column(pair, scope, from, pairs)
                        + ")";
            }
            case 7 -> row(scope, from, pairs);
            default -> {
                Pair pair = random.pick(pairs);
                yield pair.outer().sql()
                        + random.pick(COMPARISONS)
                        + one(pair.inner(), scope, from, pairs);
            }
        };
    }

    private String exists(
            List<Term> scope, Relation from, List<Pair> pairs, Construct construct, String word) {
        draft.use(construct);
        if (!pairs.isEmpty() && random.oneIn(4)) {
            Pair pair = random.pick(pairs);
            return word + column(pair, scope, from, pairs) + ")";
        }
        String list = random.pick(List.of("1", "*", "", "NULL"));
        return word
                + "SELECT "
                + list
                + " FROM "
                + from.sql()
                + where(scope, from, pairs, true)
                + ")";
    }

    /// A query of one column.
    private String column(Pair pair, List<Term> scope, Relation from, List<Pair> pairs) {
        String inner = pair.inner().sql();
        String start = inner + " FROM " + from.sql() + where(scope, from, pairs, random.oneIn(2));
        return switch (random.nextInt(8)) {
            case 5 -> {
                draft.use(Construct.SUBQUERY_DISTINCT);
                yield "SELECT DISTINCT " + start;
            }
            case 6 -> {
                draft.use(Construct.SUBQUERY_GROUPED);
                yield "SELECT "
                        + start
                        + " GROUP BY "
                        + inner
                        + (random.nextBoolean()
                                ? " HAVING count(*) > " + (1 + random.nextInt(2))
                                : "");
            }
            case 7 -> {
                if (pair.inner().isSortable() && random.nextBoolean()) {
                    draft.use(Construct.SUBQUERY_LIMIT);
                    yield "SELECT "
                            + start
                            + " ORDER BY 1"
                            + random.pick(List.of("", " DESC"))
                            + " LIMIT "
                            + (1 + random.nextInt(3));
                }
                draft.use(Construct.SUBQUERY_SET_OPERATION);
                yield "SELECT "
                        + start
                        + random.pick(List.of(" UNION ALL ", " EXCEPT ", " INTERSECT ", " UNION "))
                        + queries.columns(List.of(pair.inner().kind()), List.of()).sql();
            }
            default -> "SELECT " + start;
        };
    }

    private String row(List<Term> scope, Relation from, List<Pair> pairs) {
        Pair a = random.pick(pairs);
        Pair b = random.pick(pairs);
        String outer = "(" + a.outer().sql() + ", " + b.outer().sql() + ")";
        String inner = a.inner().sql() + ", " + b.inner().sql() + " FROM " + from.sql();
        if (random.nextInt(3) > 0 || !a.inner().isSortable() || !b.inner().isSortable()) {
            draft.use(Construct.ROW_IN);
            return outer
                    + random.pick(List.of(" IN (", " NOT IN ("))
                    + "SELECT "
                    + inner
                    + where(scope, from, pairs, random.oneIn(2))
                    + ")";
        }
        draft.use(Construct.ROW_COMPARISON);
        return outer
                + random.pick(List.of(" = ", " < ", " >= ", " <> "))
                + "(SELECT "
                + inner
                + where(scope, from, pairs, true)
                + " ORDER BY 1, 2 LIMIT 1)";
    }

    /// All values of a column of integers, as an array; empty where the query is large enough already.
    Optional<String> array(List<Term> scope) {
        if (!mayNest()) {
            return Optional.empty();
        }
        Relation from = queries.from().relation(0);
        List<Pair> pairs = pairs(scope, from);
        return from.terms().stream()
                .filter(term -> term.kind() == ValueKind.INT4)
                .findFirst()
                .map(column ->
                        draft.subquery(() -> {
                            draft.use(Construct.ARRAY_SUBQUERY);
                            return "ARRAY(SELECT "
                                    + column.sql()
                                    + " FROM "
                                    + from.sql()
                                    + where(scope, from, pairs, true)
                                    + " ORDER BY 1)";
                        }));
    }

    /// A value of that type; empty where there is none to be had.
    Optional<String> scalar(ValueKind kind, List<Term> scope) {
        if (!mayNest()) {
            return Optional.empty();
        }
        Relation from = queries.from().relation(0);
        List<Pair> pairs = pairs(scope, from);
        if (kind == ValueKind.INT8 && random.nextBoolean()) {
            return Optional.of(
                    draft.subquery(() -> {
                        draft.use(Construct.SCALAR_SUBQUERY);
                        return "(SELECT count(*) FROM "
                                + from.sql()
                                + where(scope, from, pairs, true)
                                + ")";
                    }));
        }
        List<Term> inner =
                from.terms().stream()
                        .filter(term -> term.kind() == kind && term.isSortable())
                        .toList();
        if (inner.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(draft.subquery(() -> one(random.pick(inner), scope, from, pairs)));
    }

    /// A scalar subquery of a column's type. Now and then one that may find a second row.
    private String one(Term inner, List<Term> scope, Relation from, List<Pair> pairs) {
        String rest = " FROM " + from.sql() + where(scope, from, pairs, true);
        String column = inner.sql();
        if (inner.isSortable()
                && inner.kind() != ValueKind.BOOL
                && inner.kind() != ValueKind.UUID
                && inner.kind() != ValueKind.BYTEA
                && random.nextInt(3) > 0) {
            draft.use(Construct.SCALAR_SUBQUERY);
            String extreme = random.pick(List.of("min(", "max("));
            if (inner.kind() == ValueKind.INT4 && random.nextBoolean()) {
                return "(SELECT sum(" + column + ")::int" + rest + ")";
            }
            return switch (inner.kind()) {
                case VARCHAR -> "(SELECT " + extreme + column + ")::varchar(12)" + rest + ")";
                case POSITIVE -> "(SELECT " + extreme + column + ")::positive" + rest + ")";
                default -> "(SELECT " + extreme + column + ")" + rest + ")";
            };
        }
        if (inner.isSortable()) {
            draft.use(Construct.SCALAR_LIMIT_1);
            return "(SELECT "
                    + column
                    + rest
                    + " ORDER BY 1"
                    + random.pick(List.of("", " DESC", " NULLS FIRST"))
                    + " LIMIT 1"
                    + random.pick(List.of("", "", " OFFSET 1"))
                    + ")";
        }
        draft.use(Construct.SCALAR_SUBQUERY);
        return "(SELECT " + column + rest + ")";
    }

    private String where(List<Term> scope, Relation from, List<Pair> pairs, boolean correlated) {
        List<String> conditions = new ArrayList<>();
        if (correlated && !pairs.isEmpty()) {
            draft.use(
                    draft.subqueryDepth() > 1 ? Construct.CORRELATED_TWICE : Construct.CORRELATED);
            Pair pair = random.pick(pairs);
            String operator = random.oneIn(4) ? random.pick(COMPARISONS) : " = ";
            conditions.add(pair.inner().sql() + operator + pair.outer().sql());
        }
        if (random.oneIn(3)) {
            List<Term> inner = new ArrayList<>(from.terms());
            if (correlated && random.oneIn(2)) {
                inner.addAll(scope.stream().filter(Term::isColumn).toList());
            }
            conditions.add(queries.expressions(inner).predicate(1));
        }
        return conditions.isEmpty() ? "" : " WHERE " + String.join(" AND ", conditions);
    }

    private static List<Pair> pairs(List<Term> scope, Relation from) {
        List<Pair> pairs = new ArrayList<>();
        for (Term outer : scope) {
            for (Term inner : from.terms()) {
                if (outer.kind() == inner.kind()
                        && outer.isColumn()
                        && outer.leeway() != Leeway.DIGITS
                        && inner.leeway() != Leeway.DIGITS
                        && outer.kind() != ValueKind.JSONB) {
                    pairs.add(new Pair(outer, inner));
                }
            }
        }
        return pairs;
    }
}
