package io.pgtrickle.oracle;

import io.pgtrickle.oracle.Draft.Relation;
import io.pgtrickle.oracle.Draft.Term;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// A SELECT with all its clauses.
final class RandomBlocks {

    /// A derived table that is grouped.
    private static final Pattern GROUPED = Pattern.compile("\\(SELECT .* GROUP BY .*\\) a\\d+");

    private final Draft draft;
    private final Choices random;
    private final RandomQueries queries;
    private final RandomAggregates aggregates;
    private final RandomWindows windows;

    RandomBlocks(Draft draft, RandomQueries queries) {
        this.draft = draft;
        this.random = draft.choices();
        this.queries = queries;
        this.aggregates = new RandomAggregates(draft);
        this.windows = new RandomWindows(draft);
    }

    /// FROM and WHERE, and the columns that they give.
    private record Rows(List<Term> scope, String sql) {}

    private Rows rows(int depth, List<Term> outer) {
        List<String> where = new ArrayList<>();
        Relation from = queries.from().clause(depth, outer, where);
        List<Term> scope = from.terms();
        if (random.oneIn(2)) {
            where.add(queries.expressions(RandomQueries.withOuter(scope, outer)).predicate(2));
        }
        for (Term term : outer) {
            if (random.oneIn(3)) {
                correlate(term, scope, where);
                break;
            }
        }
        return new Rows(scope, " FROM " + from.sql() + RandomQueries.where(where));
    }

    private static void correlate(Term outer, List<Term> scope, List<String> where) {
        scope.stream()
                .filter(term -> term.kind() == outer.kind() && term.kind() != ValueKind.JSONB)
                .findFirst()
                .ifPresent(term -> where.add(term.sql() + " = " + outer.sql()));
    }

    Relation select(int depth, List<Term> outer) {
        Rows rows = rows(depth, outer);
        return switch (random.nextInt(14)) {
            case 5, 6, 7, 8 -> grouped(rows);
            case 9 -> distinct(rows);
            case 10 -> distinctOn(rows);
            case 11, 12 -> windowed(rows);
            case 13 -> setReturning(rows);
            default -> plain(rows);
        };
    }

    private Relation plain(Rows rows) {
        RandomExpressions expressions = queries.expressions(rows.scope);
        Map<String, Term> columns = new LinkedHashMap<>();
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            columns.put(
                    "x" + columns.size(),
                    draft.within(Construct.SUBQUERY_IN_SELECT_LIST, expressions::any));
        }
        if (random.oneIn(12)) {
            new RandomSubqueries(draft, queries)
                    .array(rows.scope)
                    .ifPresent(array ->
                            columns.put(
                                    "x" + columns.size(),
                                    new Term(array, ValueKind.ARRAY, Leeway.NONE)));
        }
        return new Relation("SELECT " + RandomQueries.list(columns) + rows.sql, columns);
    }

    private Relation setReturning(Rows rows) {
        RandomExpressions expressions = new RandomExpressions(random, rows.scope);
        Map<String, Term> columns = new LinkedHashMap<>();
        columns.put("x0", expressions.any());
        columns.put("x1", new RandomFunctions(draft).inList(rows.scope));
        return new Relation("SELECT " + RandomQueries.list(columns) + rows.sql, columns);
    }

    private Relation distinct(Rows rows) {
        draft.use(Construct.DISTINCT);
        Map<String, Term> columns = new LinkedHashMap<>();
        new RandomExpressions(random, rows.scope)
                .keys().stream()
                        .filter(term -> term.kind() != ValueKind.JSONB)
                        .limit(1 + random.nextInt(3))
                        .forEach(term -> columns.put("x" + columns.size(), shown(term)));
        if (columns.isEmpty()) {
            columns.put("x0", new Term("1", ValueKind.INT4, Leeway.NONE));
        }
        return new Relation("SELECT DISTINCT " + RandomQueries.list(columns) + rows.sql, columns);
    }

    /// As a key of a group shows: in one of the images of its equal values.
    static Term shown(Term key) {
        return ValueKind.IMAGES.contains(key.kind())
                ? new Term(key.sql(), key.kind(), key.leeway().or(Leeway.IMAGE))
                : key;
    }

    private List<Term> sortable(Rows rows, int most) {
        return new RandomExpressions(random, rows.scope).sortable().stream().limit(most).toList();
    }

    private Relation distinctOn(Rows rows) {
        List<Term> order = sortable(rows, 4);
        if (order.isEmpty()) {
            return plain(rows);
        }
        draft.use(Construct.DISTINCT_ON);
        List<Term> keys = order.subList(0, 1 + random.nextInt(Math.min(2, order.size())));
        Map<String, Term> columns = new LinkedHashMap<>();
        order.forEach(term -> columns.put("x" + columns.size(), term));
        return new Relation(
                "SELECT DISTINCT ON ("
                        + sql(keys)
                        + ") "
                        + RandomQueries.list(columns)
                        + rows.sql
                        + " ORDER BY "
                        + directed(order),
                columns);
    }

    /// ORDER BY and LIMIT, OFFSET, FETCH.
    Relation limited(int depth, List<Term> outer) {
        Rows rows = rows(depth, outer);
        List<Term> order = sortable(rows, 4);
        if (order.isEmpty()) {
            return plain(rows);
        }
        Map<String, Term> columns = new LinkedHashMap<>();
        String group = "";
        if (random.oneIn(4)) {
            order = order.subList(0, Math.min(2, order.size()));
            group = " GROUP BY " + sql(order);
            List<Term> keys = order;
            order = new ArrayList<>(List.of(new Term("count(*)", ValueKind.INT8, Leeway.NONE)));
            order.addAll(keys);
        }
        order.forEach(term -> columns.put("x" + columns.size(), term));
        String start = "SELECT " + RandomQueries.list(columns) + rows.sql + group + " ORDER BY ";
        int count = random.nextInt(5);
        if (random.oneIn(4)) {
            draft.use(Construct.WITH_TIES);
            return new Relation(
                    start
                            + directed(order.subList(0, 1))
                            + " FETCH FIRST "
                            + Math.max(count, 1)
                            + " ROWS WITH TIES",
                    columns);
        }
        String limit = "";
        boolean offset = random.oneIn(3);
        if (!offset || random.nextBoolean()) {
            draft.use(Construct.LIMIT);
            limit =
                    random.oneIn(8)
                            ? " LIMIT (1 + " + count + ")"
                            : random.oneIn(8) ? " FETCH FIRST ROW ONLY" : " LIMIT " + count;
        }
        if (offset) {
            draft.use(Construct.OFFSET);
            limit = " OFFSET " + random.nextInt(4) + limit;
        }
        return new Relation(start + directed(order) + limit, columns);
    }

    private String directed(List<Term> order) {
        return order.stream()
                .map(term ->
                        term.sql()
                                + random.pick(
                                        List.of(
                                                "",
                                                "",
                                                " DESC",
                                                " NULLS FIRST",
                                                " DESC NULLS LAST")))
                .collect(Collectors.joining(", "));
    }

    private Relation windowed(Rows rows) {
        Map<String, Term> columns = new LinkedHashMap<>();
        String window = windows.add(sortable(rows, 4), columns, true);
        return new Relation("SELECT " + RandomQueries.list(columns) + rows.sql + window, columns);
    }

    private Relation grouped(Rows rows) {
        if (GROUPED.matcher(rows.sql).find()) {
            draft.use(Construct.AGGREGATE_OF_AGGREGATE);
        }
        RandomExpressions expressions = new RandomExpressions(random, rows.scope);
        List<Term> keys = new ArrayList<>();
        if (random.nextInt(6) < 5) {
            expressions.keys().stream()
                    .filter(term -> term.kind() != ValueKind.JSONB)
                    .limit(1 + random.nextInt(3))
                    .forEach(keys::add);
            if (random.oneIn(5)) {
                ValueKind kind = random.pick(ValueKind.COMMON);
                keys.add(new Term("(" + expressions.of(kind, 2) + ")", kind, Leeway.NONE));
            }
        }
        draft.use(keys.isEmpty() ? Construct.GRAND_TOTAL : Construct.GROUP_BY);
        String group = keys.isEmpty() ? "" : " GROUP BY " + sql(keys);
        List<Term> shown = keys.stream().map(RandomBlocks::shown).toList();
        List<Term> inner = new ArrayList<>(shown);
        if (!keys.isEmpty()
                && random.oneIn(4)
                && keys.stream().allMatch(RandomBlocks::speaksOfAColumn)) {
            group = groupingSets(keys);
            if (random.nextBoolean()) {
                draft.use(Construct.GROUPING);
                inner.add(new Term("GROUPING(" + sql(keys) + ")", ValueKind.INT4, Leeway.NONE));
            }
        }
        Map<String, Term> columns = new LinkedHashMap<>();
        for (Term term : inner) {
            if (random.nextInt(5) < 4) {
                columns.put("x" + columns.size(), term);
            }
        }
        for (int i = columns.isEmpty() ? 1 + random.nextInt(3) : random.nextInt(4); i > 0; i--) {
            Term aggregate = aggregates.aggregate(rows.scope, queries);
            inner.add(aggregate);
            columns.put("x" + columns.size(), aggregate);
        }
        RandomExpressions outside = new RandomExpressions(random, inner);
        if (random.oneIn(3)) {
            columns.put("x" + columns.size(), outside.any());
        }
        String having = "";
        if (random.oneIn(4)) {
            draft.use(Construct.HAVING);
            having =
                    " HAVING "
                            + draft.within(
                                    Construct.SUBQUERY_IN_HAVING,
                                    () -> queries.expressions(inner).predicate(1));
        }
        String window = "";
        if (!keys.isEmpty() && random.oneIn(8)) {
            draft.use(Construct.WINDOW_OVER_AGGREGATE);
            List<Term> sortable = new ArrayList<>(inner.stream().filter(Term::isSortable).toList());
            window = windows.add(sortable, columns, sortable.containsAll(inner));
        }
        return new Relation(
                "SELECT " + RandomQueries.list(columns) + rows.sql + group + having + window,
                columns);
    }

    /// Of a constant that is a key PostgreSQL pads the key only, not its like in the select list; that isn't kept so yet.
    private static boolean speaksOfAColumn(Term key) {
        return key.sql().matches(".*\\ba\\d+\\..*");
    }

    private String groupingSets(List<Term> keys) {
        String first = keys.getFirst().sql();
        return switch (random.nextInt(4)) {
            case 1 -> {
                draft.use(Construct.ROLLUP);
                yield " GROUP BY ROLLUP (" + sql(keys) + ")";
            }
            case 2 -> {
                draft.use(Construct.CUBE);
                yield " GROUP BY CUBE (" + sql(keys) + ")";
            }
            case 3 -> {
                draft.use(Construct.GROUPING_SETS);
                draft.use(Construct.ROLLUP);
                yield " GROUP BY " + first + ", ROLLUP (" + sql(keys) + ")";
            }
            default -> {
                draft.use(Construct.GROUPING_SETS);
                yield " GROUP BY GROUPING SETS (("
                        + sql(keys)
                        + "), ("
                        + first
                        + ")"
                        + random.pick(List.of("", ", ()", ", (), (" + first + ")"))
                        + ")";
            }
        };
    }

    static String sql(List<Term> terms) {
        return terms.stream().map(Term::sql).collect(Collectors.joining(", "));
    }
}
