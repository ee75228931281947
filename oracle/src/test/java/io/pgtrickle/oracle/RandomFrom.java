package io.pgtrickle.oracle;

import io.pgtrickle.oracle.Draft.CommonTable;
import io.pgtrickle.oracle.Draft.Relation;
import io.pgtrickle.oracle.Draft.Term;
import io.pgtrickle.oracle.RandomTables.Column;
import io.pgtrickle.oracle.RandomTables.Table;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/// What stands in FROM: tables, common tables, derived tables, VALUES, functions; joins of every kind.
final class RandomFrom {

    private final Draft draft;
    private final Choices random;
    private final RandomQueries queries;
    private final RandomFunctions functions;

    RandomFrom(Draft draft, RandomQueries queries) {
        this.draft = draft;
        this.random = draft.choices();
        this.queries = queries;
        this.functions = new RandomFunctions(draft);
    }

    /// A whole FROM clause. Conditions that belong into WHERE are added there.
    Relation clause(int depth, List<Term> outer, List<String> where) {
        Relation from = relation(depth);
        while (draft.mayGrow() && random.oneIn(2)) {
            from = random.oneIn(6) ? lateral(from, outer) : join(from, depth);
        }
        if (draft.mayGrow() && random.oneIn(8)) {
            // last: an ON after it would see only what stands right of the comma
            draft.use(Construct.COMMA_JOIN);
            Relation right = relation(0);
            where.add(on(from, right, false));
            from = new Relation(from.sql() + ", " + right.sql(), merged(from, right));
        }
        return from;
    }

    /// One relation, with an alias.
    Relation relation(int depth) {
        draft.grow();
        String alias = draft.alias();
        if (!draft.commonTables().isEmpty() && random.nextInt(2) == 0) {
            CommonTable common = random.pick(draft.commonTables());
            return named(common.name() + " " + alias, alias, common.columns());
        }
        if (depth > 0 && random.oneIn(4)) {
            draft.use(Construct.DERIVED_TABLE);
            Relation block = queries.expression(depth - 1, List.of());
            return new Relation("(" + block.sql() + ") " + alias, block.under(alias));
        }
        if (random.oneIn(14)) {
            draft.use(Construct.VALUES);
            return queries.values(alias);
        }
        return table(alias, random.pick(draft.tables()));
    }

    private Relation table(String alias, Table table) {
        Map<String, Term> columns = new LinkedHashMap<>();
        if (random.oneIn(8)) {
            List<String> names = new ArrayList<>();
            for (Column column : table.columns()) {
                String name = "y" + names.size();
                names.add(name);
                columns.put(name, new Term(name, column.kind(), Leeway.NONE));
            }
            return named(
                    table.name() + " AS " + alias + "(" + String.join(", ", names) + ")",
                    alias,
                    columns);
        }
        for (Column column : table.columns()) {
            columns.put(column.name(), new Term(column.name(), column.kind(), Leeway.NONE));
        }
        return named(table.name() + " " + alias, alias, columns);
    }

    private static Relation named(String sql, String alias, Map<String, Term> columns) {
        return new Relation(sql, new Relation("", columns).under(alias));
    }

    private Relation join(Relation left, int depth) {
        Relation right = random.oneIn(7) ? self(left) : relation(depth);
        if (random.oneIn(8) && draft.mayGrow()) {
            draft.use(Construct.NESTED_JOIN);
            Relation inner = joined(right, relation(0));
            right = new Relation("(" + inner.sql() + ")", inner.columns());
        }
        return joined(left, right);
    }

    /// The same table once more, where the left side is a plain table.
    private Relation self(Relation left) {
        for (Table table : draft.tables()) {
            if (left.sql().startsWith(table.name() + " a")) {
                draft.use(Construct.SELF_JOIN);
                draft.grow();
                return table(draft.alias(), table);
            }
        }
        return relation(0);
    }

    private Relation joined(Relation left, Relation right) {
        Map<String, Term> both = merged(left, right);
        List<String> shared = shared(left, right);
        if (!shared.isEmpty() && random.oneIn(5)) {
            return byName(left, right, shared, both);
        }
        int dice = random.nextInt(12);
        if (dice == 0) {
            draft.use(Construct.CROSS_JOIN);
            return new Relation(left.sql() + " CROSS JOIN " + right.sql(), both);
        }
        String kind = kind();
        return new Relation(
                left.sql() + kind + right.sql() + " ON " + on(left, right, kind.contains("FULL")),
                both);
    }

    private String kind() {
        return switch (random.nextInt(8)) {
            case 0, 1, 2 ->
                    used(Construct.INNER_JOIN, random.pick(List.of(" JOIN ", " INNER JOIN ")));
            case 3, 4 ->
                    used(
                            Construct.LEFT_JOIN,
                            random.pick(List.of(" LEFT JOIN ", " LEFT OUTER JOIN ")));
            case 5 -> used(Construct.RIGHT_JOIN, " RIGHT JOIN ");
            default -> used(Construct.FULL_JOIN, " FULL JOIN ");
        };
    }

    private String used(Construct construct, String text) {
        draft.use(construct);
        return text;
    }

    private Relation byName(
            Relation left, Relation right, List<String> shared, Map<String, Term> both) {
        String kind = kind();
        String name = random.pick(shared);
        boolean natural = random.oneIn(3);
        for (String merged : natural ? shared : List.of(name)) {
            Term term = left.columns().get(merged);
            if (term != null) {
                Leeway leeway = ValueKind.IMAGES.contains(term.kind()) ? Leeway.IMAGE : Leeway.NONE;
                both.put("merged " + merged, new Term(merged, term.kind(), leeway));
            }
        }
        if (natural) {
            draft.use(Construct.NATURAL_JOIN);
            return new Relation(left.sql() + " NATURAL" + kind + right.sql(), both);
        }
        draft.use(Construct.USING);
        return new Relation(left.sql() + kind + right.sql() + " USING (" + name + ")", both);
    }

    /// Names that both sides have, in one type: between single relations only, where none is ambiguous.
    private static List<String> shared(Relation left, Relation right) {
        boolean single =
                !left.sql().contains(" JOIN ")
                        && !left.sql().contains(", ")
                        && !right.sql().contains(" JOIN ");
        if (!single) {
            return List.of();
        }
        List<String> shared =
                left.columns().keySet().stream().filter(right.columns()::containsKey).toList();
        boolean comparable =
                shared.stream()
                        .allMatch(name -> {
                            Term a = left.columns().get(name);
                            Term b = right.columns().get(name);
                            return a != null
                                    && b != null
                                    && a.kind() == b.kind()
                                    && a.kind() != ValueKind.JSONB
                                    && a.leeway() != Leeway.DIGITS
                                    && b.leeway() != Leeway.DIGITS;
                        });
        return comparable ? shared : List.of();
    }

    /// The columns of both. A merged column whose name comes again on the other side can't be named any more.
    private static Map<String, Term> merged(Relation left, Relation right) {
        Map<String, Term> both = new LinkedHashMap<>();
        left.columns().forEach((_, term) -> put(both, term, right));
        right.columns().forEach((_, term) -> put(both, term, left));
        return both;
    }

    private static void put(Map<String, Term> both, Term term, Relation other) {
        boolean ambiguous =
                !term.isColumn()
                        && other.terms().stream()
                                .anyMatch(there ->
                                        there.sql().equals(term.sql())
                                                || there.sql().endsWith("." + term.sql()));
        if (!ambiguous) {
            both.put(term.sql(), term);
        }
    }

    /// @param equal whether only equalities will do
    private String on(Relation left, Relation right, boolean equal) {
        List<Term> scope = new ArrayList<>(left.terms());
        scope.addAll(right.terms());
        if (!equal) {
            switch (random.nextInt(14)) {
                case 13 -> {
                    draft.use(Construct.CONSTANT_ON);
                    return random.pick(List.of("true", "false", "NULL", "1 = 1"));
                }
                case 12 -> {
                    draft.use(Construct.THETA_JOIN);
                    return new RandomExpressions(random, scope).predicate(1);
                }
                case 11 -> {
                    draft.use(Construct.CONSTANT_ON);
                    return new RandomExpressions(
                                    random, random.nextBoolean() ? left.terms() : right.terms())
                            .predicate(1);
                }
                case 10 -> {
                    return draft.within(
                            Construct.SUBQUERY_IN_ON,
                            () -> queries.expressions(scope).predicate(1));
                }
                default -> {}
            }
        }
        String key = key(left, right, equal);
        if (!equal && random.oneIn(4)) {
            draft.use(Construct.MIXED_ON);
            return key + " AND " + new RandomExpressions(random, scope).predicate(1);
        }
        return key;
    }

    private String key(Relation left, Relation right, boolean equal) {
        List<Term> rights = usable(right);
        for (Term a : usable(left)) {
            for (Term b : rights) {
                if (a.kind() == b.kind()
                        || ValueKind.NUMBERS.contains(a.kind())
                                && ValueKind.NUMBERS.contains(b.kind())
                                && random.oneIn(6)) {
                    boolean range = !equal && a.kind() != ValueKind.JSONB && random.oneIn(8);
                    if (range) {
                        draft.use(Construct.THETA_JOIN);
                    }
                    String operator = range ? random.pick(List.of(" < ", " >= ", " <> ")) : " = ";
                    return random.nextBoolean()
                            ? b.sql() + operator + a.sql()
                            : a.sql() + operator + b.sql();
                }
            }
        }
        draft.use(Construct.CONSTANT_ON);
        return "true";
    }

    private List<Term> usable(Relation relation) {
        Predicate<Term> comparable =
                term ->
                        term.leeway() != Leeway.DIGITS
                                && term.kind() != ValueKind.JSONB
                                && !term.sql().isEmpty();
        List<Term> terms = new ArrayList<>(relation.terms().stream().filter(comparable).toList());
        java.util.Collections.shuffle(terms, random);
        return terms;
    }

    /// A subquery or a function that speaks of what stands left of it.
    private Relation lateral(Relation left, List<Term> outer) {
        List<Term> seen = new ArrayList<>(left.terms().stream().filter(Term::isColumn).toList());
        seen.addAll(outer);
        String alias = draft.alias();
        draft.grow();
        if (random.nextInt(2) == 0) {
            Relation function = functions.inFrom(alias, seen);
            boolean padded = random.oneIn(3);
            return new Relation(
                    left.sql()
                            + (padded ? " LEFT JOIN " : " CROSS JOIN ")
                            + function.sql()
                            + (padded ? " ON true" : ""),
                    merged(left, function));
        }
        draft.use(Construct.LATERAL);
        Relation block = draft.subquery(() -> queries.expression(0, seen));
        Relation named = new Relation("LATERAL (" + block.sql() + ") " + alias, block.under(alias));
        if (random.nextBoolean()) {
            draft.use(Construct.LEFT_JOIN_LATERAL);
            String on =
                    random.oneIn(4)
                            ? new RandomExpressions(random, named.terms()).predicate(0)
                            : "true";
            return new Relation(
                    left.sql() + " LEFT JOIN " + named.sql() + " ON " + on, merged(left, named));
        }
        return new Relation(left.sql() + " CROSS JOIN " + named.sql(), merged(left, named));
    }
}
