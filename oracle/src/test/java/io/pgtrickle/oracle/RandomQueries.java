package io.pgtrickle.oracle;

import io.pgtrickle.oracle.Draft.CommonTable;
import io.pgtrickle.oracle.Draft.Relation;
import io.pgtrickle.oracle.Draft.Term;
import io.pgtrickle.oracle.RandomTables.Table;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// Queries over generated tables, of every construct of SELECT. The results are determined: where an order decides, it is a total one or
/// its ties can't be told apart.
final class RandomQueries {

    /// @param leeways of the output columns, by name
    /// @param choices from which the same query is made again
    record Query(
            String sql, Map<String, Leeway> leeways, Set<Construct> uses, List<Integer> choices) {}

    private final Draft draft;
    private final Choices random;
    private final RandomFrom from;
    private final RandomBlocks blocks;

    private RandomQueries(Draft draft) {
        this.draft = draft;
        this.random = draft.choices();
        this.from = new RandomFrom(draft, this);
        this.blocks = new RandomBlocks(draft, this);
    }

    static Query query(Choices choices, List<Table> tables) {
        Draft draft = new Draft(choices, tables);
        Relation relation = new RandomQueries(draft).top();
        Map<String, Leeway> leeways = new LinkedHashMap<>();
        relation.columns().forEach((name, term) -> leeways.put(name, term.leeway()));
        return new Query(
                relation.sql(), leeways, EnumSet.copyOf(withBlock(draft.used())), choices.taken());
    }

    private static Set<Construct> withBlock(Set<Construct> used) {
        return used.isEmpty() ? EnumSet.noneOf(Construct.class) : used;
    }

    RandomFrom from() {
        return from;
    }

    private Relation top() {
        Relation relation = expression(2, List.of());
        if (random.oneIn(10)) {
            draft.use(Construct.ORDER_BY);
            return new Relation(
                    "SELECT * FROM (" + relation.sql() + ") z ORDER BY 1", relation.columns());
        }
        return relation;
    }

    /// A whole query expression; its columns are named.
    ///
    /// @param outer columns of the query around it that may be used
    Relation expression(int depth, List<Term> outer) {
        return switch (random.nextInt(16)) {
            case 10, 11 -> setOperation(depth, outer);
            case 12 -> blocks.limited(depth, outer);
            case 13 -> depth > 0 ? with(depth, outer) : blocks.select(depth, outer);
            case 14 ->
                    depth > 0 ? new RandomRecursion(draft).query() : blocks.limited(depth, outer);
            case 15 -> depth > 1 && random.oneIn(4) ? topValues() : blocks.select(depth, outer);
            default -> blocks.select(depth, outer);
        };
    }

    private Relation topValues() {
        draft.use(Construct.VALUES);
        Relation values = values("v");
        return new Relation(
                "SELECT " + list(values.columns()) + " FROM " + values.sql(), values.columns());
    }

    /// A list of rows as a relation.
    Relation values(String alias) {
        List<ValueKind> kinds = new ArrayList<>();
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            kinds.add(random.pick(ValueKind.COMMON));
        }
        List<String> rows = new ArrayList<>();
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            rows.add(
                    kinds.stream()
                            .map(kind -> kind.typed(random))
                            .collect(Collectors.joining(", ", "(", ")")));
        }
        Map<String, Term> columns = new LinkedHashMap<>();
        for (ValueKind kind : kinds) {
            String name = "w" + columns.size();
            columns.put(name, new Term(name, kind, Leeway.NONE));
        }
        return new Relation(
                "(VALUES "
                        + String.join(", ", rows)
                        + ") "
                        + alias
                        + "("
                        + String.join(", ", columns.keySet())
                        + ")",
                new Relation("", columns).under(alias));
    }

    /// A plain query whose columns have the given types.
    Relation columns(List<ValueKind> kinds, List<Term> outer) {
        List<String> where = new ArrayList<>();
        Relation relation = random.oneIn(3) ? from.clause(0, outer, where) : from.relation(0);
        List<Term> scope = new ArrayList<>(relation.terms());
        if (random.oneIn(3)) {
            where.add(new RandomExpressions(random, withOuter(scope, outer)).predicate(1));
        }
        Map<String, Term> columns = new LinkedHashMap<>();
        RandomExpressions expressions = new RandomExpressions(random, scope);
        for (ValueKind kind : kinds) {
            columns.put(
                    "x" + columns.size(),
                    new Term(expressions.of(kind, random.oneIn(4) ? 1 : 0), kind, Leeway.NONE));
        }
        return new Relation(
                "SELECT " + list(columns) + " FROM " + relation.sql() + where(where), columns);
    }

    /// @param own the columns of the query's own FROM
    static List<Term> withOuter(List<Term> own, List<Term> outer) {
        List<Term> both = new ArrayList<>(own);
        both.addAll(outer);
        return both;
    }

    private Relation setOperation(int depth, List<Term> outer) {
        List<ValueKind> kinds = new ArrayList<>();
        for (int i = 1 + random.nextInt(2); i > 0; i--) {
            kinds.add(random.pick(ValueKind.COMMON));
        }
        String sql = branch(kinds, outer);
        Leeway leeway = Leeway.NONE;
        int branches = 2 + (random.oneIn(3) ? 1 + random.nextInt(2) : 0);
        if (branches > 2) {
            draft.use(Construct.CHAINED_SET_OPERATIONS);
        }
        for (int i = 1; i < branches; i++) {
            Construct operation =
                    random.pick(
                            List.of(
                                    Construct.UNION_ALL,
                                    Construct.UNION,
                                    Construct.EXCEPT,
                                    Construct.INTERSECT,
                                    Construct.EXCEPT_ALL,
                                    Construct.INTERSECT_ALL));
            draft.use(operation);
            // which of the equal rows stays, and so its image, is open
            leeway = operation == Construct.UNION_ALL ? leeway : Leeway.IMAGE;
            String word = " " + operation.name().replace('_', ' ') + " ";
            String right = branch(kinds, outer);
            sql = random.nextBoolean() ? sql + word + right : "(" + sql + ")" + word + right;
        }
        Map<String, Term> columns = new LinkedHashMap<>();
        for (ValueKind kind : kinds) {
            String name = "x" + columns.size();
            columns.put(
                    name,
                    new Term(name, kind, ValueKind.IMAGES.contains(kind) ? leeway : Leeway.NONE));
        }
        if (depth > 0 && random.oneIn(6)) {
            draft.use(Construct.ORDER_BY);
            sql += " ORDER BY 1";
        }
        return new Relation(sql, columns);
    }

    private String branch(List<ValueKind> kinds, List<Term> outer) {
        return columns(kinds, outer).sql();
    }

    private Relation with(int depth, List<Term> outer) {
        draft.use(Construct.WITH);
        Relation body = expression(0, List.of());
        String name = "c" + draft.alias();
        String hint =
                switch (random.nextInt(4)) {
                    case 2 -> {
                        draft.use(Construct.WITH_MATERIALIZED);
                        yield "MATERIALIZED ";
                    }
                    case 3 -> {
                        draft.use(Construct.WITH_NOT_MATERIALIZED);
                        yield "NOT MATERIALIZED ";
                    }
                    default -> "";
                };
        CommonTable common = new CommonTable(name, body.columns());
        draft.commonTables().add(common);
        Relation query = expression(depth - 1, outer);
        draft.commonTables().remove(common);
        String main =
                query.sql().startsWith("WITH")
                        ? "SELECT * FROM (" + query.sql() + ") q"
                        : query.sql();
        if (query.sql().split(name + " a", -1).length > 2) {
            draft.use(Construct.WITH_TWICE);
        }
        return new Relation(
                "WITH " + name + " AS " + hint + "(" + body.sql() + ") " + main, query.columns());
    }

    /// Expressions that may contain subqueries.
    RandomExpressions expressions(List<Term> scope) {
        return new RandomExpressions(random, scope, Optional.of(new RandomSubqueries(draft, this)));
    }

    static String where(List<String> conditions) {
        return conditions.isEmpty() ? "" : " WHERE " + String.join(" AND ", conditions);
    }

    static String list(Map<String, Term> columns) {
        return columns.entrySet().stream()
                .map(column -> column.getValue().sql() + " AS " + column.getKey())
                .collect(Collectors.joining(", "));
    }
}
