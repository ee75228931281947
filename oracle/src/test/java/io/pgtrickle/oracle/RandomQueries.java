package io.pgtrickle.oracle;

import io.pgtrickle.oracle.RandomExpressions.Term;
import io.pgtrickle.oracle.RandomTables.Column;
import io.pgtrickle.oracle.RandomTables.Table;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Queries over generated tables: filters, projections, joins of every inner kind, subqueries in FROM, groups and aggregates.
final class RandomQueries {

    private static final int MAX_RELATIONS = 4;

    /// @param leeways of the output columns, by name
    record Query(String sql, Map<String, Leeway> leeways) {}

    /// What stands in FROM: its text and the columns that it gives, by name; the alias alone for one relation.
    private record Item(String sql, String alias, Map<String, Term> columns) {
        Term column(String name) {
            return Objects.requireNonNull(columns.get(name));
        }
    }

    private final Random random;
    private final List<Table> tables;
    private int aliases;
    private int relations;

    RandomQueries(Random random, List<Table> tables) {
        this.random = random;
        this.tables = tables;
    }

    Query query() {
        aliases = 0;
        relations = 0;
        if (random.nextInt(25) == 0) {
            Table table = pick(tables);
            Map<String, Leeway> leeways = new LinkedHashMap<>();
            table.columns().forEach(column -> leeways.put(unquoted(column.name()), Leeway.NONE));
            return new Query("SELECT * FROM " + table.name(), leeways);
        }
        Item block = random.nextInt(20) == 0 ? groupedByPrimaryKey() : block(2);
        Map<String, Leeway> leeways = new LinkedHashMap<>();
        block.columns.forEach((name, term) -> leeways.put(name, term.leeway()));
        return new Query(block.sql, leeways);
    }

    /// A SELECT; the terms of its columns are of its inside.
    private Item block(int depth) {
        List<String> where = new ArrayList<>();
        Item from = from(depth, where);
        List<Term> scope = new ArrayList<>(from.columns.values());
        RandomExpressions expressions = new RandomExpressions(random, scope);
        if (random.nextInt(10) < 4) {
            where.add(expressions.predicate(2));
        }
        String rest =
                " FROM "
                        + from.sql
                        + (where.isEmpty() ? "" : " WHERE " + String.join(" AND ", where));
        return random.nextInt(10) < 5 ? grouped(expressions, rest) : plain(expressions, rest);
    }

    private Item plain(RandomExpressions expressions, String rest) {
        Map<String, Term> columns = new LinkedHashMap<>();
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            columns.put("x" + columns.size(), expressions.any());
        }
        return new Item("SELECT " + list(columns) + rest, "", columns);
    }

    /// Groups by a whole primary key: the table's other columns may be selected too.
    private Item groupedByPrimaryKey() {
        List<Table> keyed =
                tables.stream()
                        .filter(table -> table.identity() == RandomTables.Identity.PRIMARY_KEY)
                        .toList();
        Table table = pick(keyed);
        Table other = pick(tables);
        List<Term> own = terms("a", table.columns());
        List<Term> all = new ArrayList<>(own);
        all.addAll(terms("b", other.columns()));
        RandomExpressions joined = new RandomExpressions(random, all);
        RandomExpressions dependent = new RandomExpressions(random, own);
        Map<String, Term> columns = new LinkedHashMap<>();
        columns.put("x0", dependent.any());
        columns.put("x1", aggregate(joined));
        columns.put("x2", dependent.any());
        String keys =
                table.key().stream()
                        .map(key -> "a." + key.name())
                        .collect(Collectors.joining(", "));
        return new Item(
                "SELECT "
                        + list(columns)
                        + " FROM ("
                        + table.name()
                        + " a JOIN "
                        + other.name()
                        + " b ON a.n = b.n) GROUP BY "
                        + keys
                        + (random.nextInt(3) == 0 ? " HAVING " + dependent.predicate(1) : ""),
                "",
                columns);
    }

    private static List<Term> terms(String alias, List<Column> columns) {
        return columns.stream()
                .map(column -> new Term(alias + "." + column.name(), column.kind(), Leeway.NONE))
                .toList();
    }

    private Item grouped(RandomExpressions expressions, String rest) {
        List<Term> keys = new ArrayList<>();
        if (random.nextInt(5) > 0) {
            expressions.keys().stream().limit(1 + random.nextInt(2)).forEach(keys::add);
            if (random.nextInt(4) == 0) {
                ValueKind kind = pick(List.of(ValueKind.values()));
                keys.add(new Term(parenthesized(expressions.of(kind, 2)), kind, Leeway.NONE));
            }
        }
        List<Term> shown = keys.stream().map(RandomQueries::keyShown).toList();
        Map<String, Term> columns = new LinkedHashMap<>();
        for (Term key : shown) {
            if (random.nextInt(5) > 0) {
                columns.put("x" + columns.size(), key);
            }
        }
        List<Term> inner = new ArrayList<>(shown);
        for (int i = columns.isEmpty() ? 1 + random.nextInt(3) : random.nextInt(4); i > 0; i--) {
            Term aggregate = aggregate(expressions);
            inner.add(aggregate);
            columns.put("x" + columns.size(), aggregate);
        }
        RandomExpressions outer = new RandomExpressions(random, inner);
        if (random.nextInt(3) == 0) {
            columns.put("x" + columns.size(), outer.any());
        }
        String having = random.nextInt(4) == 0 ? " HAVING " + outer.predicate(1) : "";
        String group =
                keys.isEmpty()
                        ? ""
                        : " GROUP BY "
                                + keys.stream().map(Term::sql).collect(Collectors.joining(", "));
        return new Item("SELECT " + list(columns) + rest + group + having, "", columns);
    }

    private static String parenthesized(String sql) {
        return "(" + sql + ")";
    }

    private static Term keyShown(Term key) {
        return ValueKind.IMAGES.contains(key.kind())
                ? new Term(key.sql(), key.kind(), key.leeway().or(Leeway.IMAGE))
                : key;
    }

    private Term aggregate(RandomExpressions expressions) {
        String filter =
                random.nextInt(5) == 0 ? " FILTER (WHERE " + expressions.predicate(1) + ")" : "";
        if (random.nextInt(4) == 0) {
            return new Term("count(*)" + filter, ValueKind.INT8, Leeway.NONE);
        }
        boolean distinct = random.nextInt(5) == 0;
        List<Term> keys = expressions.keys();
        ValueKind kind =
                keys.isEmpty() || random.nextInt(3) == 0
                        ? pick(List.copyOf(ValueKind.NUMBERS))
                        : keys.getFirst().kind();
        String argument = (distinct ? "DISTINCT " : "") + expressions.of(kind, random.nextInt(2));
        boolean summable = ValueKind.NUMBERS.contains(kind) || kind == ValueKind.INTERVAL;
        return switch (random.nextInt(summable ? 7 : 3)) {
            case 0 -> new Term("count(" + argument + ")" + filter, ValueKind.INT8, Leeway.NONE);
            case 1, 2 -> {
                String name = random.nextBoolean() ? "min(" : "max(";
                yield keyShown(
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

    private Item from(int depth, List<String> where) {
        Item from = relation(depth);
        while (relations < MAX_RELATIONS && random.nextInt(10) < 4) {
            from = join(from, relation(depth), where);
        }
        return from;
    }

    private Item relation(int depth) {
        relations++;
        String alias = "a" + aliases++;
        Map<String, Term> columns = new LinkedHashMap<>();
        if (depth > 0 && random.nextInt(4) == 0) {
            Item block = block(depth - 1);
            block.columns.forEach((name, term) -> columns.put(name, at(alias, name, term)));
            return new Item("(" + block.sql + ") " + alias, alias, columns);
        }
        Table table = pick(tables);
        if (random.nextInt(8) == 0) {
            List<String> names = new ArrayList<>();
            for (Column column : table.columns()) {
                String name = "x" + names.size();
                names.add(name);
                columns.put(name, new Term(alias + "." + name, column.kind(), Leeway.NONE));
            }
            return new Item(
                    table.name() + " AS " + alias + "(" + String.join(", ", names) + ")",
                    alias,
                    columns);
        }
        for (Column column : table.columns()) {
            columns.put(
                    column.name(),
                    new Term(alias + "." + column.name(), column.kind(), Leeway.NONE));
        }
        return new Item(table.name() + " " + alias, alias, columns);
    }

    private static Term at(String alias, String name, Term term) {
        return new Term(alias + "." + name, term.kind(), term.leeway());
    }

    private Item join(Item left, Item right, List<String> where) {
        Map<String, Term> both = new LinkedHashMap<>();
        left.columns.forEach((name, term) -> both.put(left.alias + "." + name, term));
        right.columns.forEach((name, term) -> both.put(right.alias + "." + name, term));
        List<String> shared =
                left.columns.keySet().stream().filter(right.columns::containsKey).toList();
        boolean comparable =
                !shared.isEmpty()
                        && shared.stream()
                                .allMatch(name ->
                                        left.column(name).leeway() != Leeway.DIGITS
                                                && right.column(name).leeway() != Leeway.DIGITS
                                                && left.column(name).kind()
                                                        == right.column(name).kind());
        int dice = random.nextInt(12);
        if (comparable && dice < 4) {
            boolean natural = dice == 0 && !left.alias.isEmpty();
            List<String> names = natural ? shared : List.of(pick(shared));
            return using(left, right, natural ? List.of() : names);
        }
        String condition = condition(left, right, dice);
        if (condition.isEmpty()) {
            return new Item(left.sql + " CROSS JOIN " + right.sql, "", both);
        }
        if (dice % 3 == 0) {
            where.add(condition);
            return new Item(left.sql + " CROSS JOIN " + right.sql, "", both);
        }
        return new Item(left.sql + " JOIN " + right.sql + " ON " + condition, "", both);
    }

    /// The merged columns can still be named by either side's alias, so the columns in scope are the same.
    private static Item using(Item left, Item right, List<String> names) {
        Map<String, Term> both = new LinkedHashMap<>();
        left.columns.forEach((name, term) -> both.put(left.alias + "." + name, term));
        right.columns.forEach((name, term) -> both.put(right.alias + "." + name, term));
        for (String name : names) {
            both.put(
                    "merged " + name,
                    new Term(name, left.column(name).kind(), left.column(name).leeway()));
        }
        String sql =
                names.isEmpty()
                        ? left.sql + " NATURAL JOIN " + right.sql
                        : left.sql
                                + " JOIN "
                                + right.sql
                                + " USING ("
                                + String.join(", ", names)
                                + ")";
        return new Item(sql, "", both);
    }

    /// Empty for a cross join.
    private String condition(Item left, Item right, int dice) {
        if (dice == 11) {
            return "";
        }
        List<Term> scope = new ArrayList<>(left.columns.values());
        scope.addAll(right.columns.values());
        if (dice == 10) {
            return new RandomExpressions(random, scope).predicate(1);
        }
        Function<Item, RandomExpressions> side =
                item -> new RandomExpressions(random, List.copyOf(item.columns.values()));
        for (Term a : side.apply(left).keys()) {
            for (Term b : side.apply(right).keys()) {
                if (matches(a.kind(), b.kind())) {
                    String operator = random.nextInt(8) == 0 ? " < " : " = ";
                    String more =
                            random.nextInt(4) == 0
                                    ? " AND " + new RandomExpressions(random, scope).predicate(1)
                                    : "";
                    return random.nextBoolean()
                            ? a.sql() + operator + b.sql() + more
                            : b.sql() + operator + a.sql() + more;
                }
            }
        }
        return new RandomExpressions(random, scope).predicate(1);
    }

    private boolean matches(ValueKind a, ValueKind b) {
        boolean mixed = random.nextInt(6) == 0;
        return a == b
                || mixed && ValueKind.NUMBERS.contains(a) && ValueKind.NUMBERS.contains(b)
                || mixed && ValueKind.TEXTS.contains(a) && ValueKind.TEXTS.contains(b);
    }

    private static String list(Map<String, Term> columns) {
        return columns.entrySet().stream()
                .map(column -> column.getValue().sql() + " AS " + column.getKey())
                .collect(Collectors.joining(", "));
    }

    private static String unquoted(String name) {
        return name.startsWith("\"") ? name.substring(1, name.length() - 1) : name;
    }

    private <T> T pick(List<T> values) {
        return values.get(random.nextInt(values.size()));
    }
}
