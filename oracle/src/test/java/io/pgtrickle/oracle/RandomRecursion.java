package io.pgtrickle.oracle;

import io.pgtrickle.oracle.Draft.Relation;
import io.pgtrickle.oracle.Draft.Term;
import io.pgtrickle.oracle.RandomTables.Table;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// WITH RECURSIVE: closures over graphs with cycles, bounded walks, counters; all of them end.
final class RandomRecursion {

    private final Draft draft;
    private final Choices random;

    RandomRecursion(Draft draft) {
        this.draft = draft;
        this.random = draft.choices();
    }

    /// A table as a graph: two expressions of a row as the ends of an edge.
    private record Edges(String table, String source, String target) {}

    private Edges edges(String alias) {
        draft.grow();
        Table table = random.pick(draft.tables());
        List<String> numbers =
                table.columns().stream()
                        .filter(column ->
                                column.kind() == ValueKind.INT4 || column.kind() == ValueKind.INT2)
                        .map(column -> alias + "." + column.name() + "::int")
                        .toList();
        String source = alias + ".n";
        String target =
                numbers.size() > 1 && random.nextInt(3) > 0
                        ? random.pick(numbers)
                        : "(" + alias + ".n + 1) % 4";
        return random.nextBoolean()
                ? new Edges(table.name() + " " + alias, source, target)
                : new Edges(table.name() + " " + alias, target, source);
    }

    Relation query() {
        Relation recursive =
                switch (random.nextInt(5)) {
                    case 0, 1 -> closure();
                    case 2 -> walk();
                    case 3 -> counter();
                    default -> reach();
                };
        if (random.nextInt(3) > 0) {
            return new Relation(
                    recursive.sql() + "SELECT r0 AS x0, r1 AS x1 FROM r", renamed("x0", "x1"));
        }
        draft.use(Construct.GROUP_BY);
        return new Relation(
                recursive.sql() + "SELECT r0 AS x0, count(*)::int AS x1 FROM r GROUP BY r0",
                renamed("x0", "x1"));
    }

    private static Map<String, Term> renamed(String... names) {
        Map<String, Term> columns = new LinkedHashMap<>();
        for (String name : names) {
            columns.put(name, new Term(name, ValueKind.INT4, Leeway.NONE));
        }
        return columns;
    }

    private Relation closure() {
        draft.use(Construct.RECURSIVE_UNION);
        Edges start = edges("s");
        Edges step = edges("e");
        return recursive(
                "SELECT "
                        + start.source
                        + ", "
                        + start.target
                        + " FROM "
                        + start.table
                        + some("s")
                        + " UNION SELECT r.r0, "
                        + step.target
                        + " FROM r JOIN "
                        + step.table
                        + " ON "
                        + step.source
                        + " = r.r1");
    }

    private Relation walk() {
        draft.use(Construct.RECURSIVE_UNION_ALL);
        Edges start = edges("s");
        Edges step = edges("e");
        return recursive(
                "SELECT "
                        + start.target
                        + ", 1 FROM "
                        + start.table
                        + some("s")
                        + " UNION ALL SELECT "
                        + step.target
                        + ", r.r1 + 1 FROM r, "
                        + step.table
                        + " WHERE "
                        + step.source
                        + " = r.r0 AND r.r1 < "
                        + (2 + random.nextInt(2)));
    }

    private Relation counter() {
        draft.use(Construct.RECURSIVE_UNION_ALL);
        draft.use(Construct.RECURSIVE_WITH_OTHER_INPUT);
        Table table = random.pick(draft.tables());
        return recursive(
                "SELECT 1, 0 UNION ALL SELECT r.r0 + 1, r.r0 FROM r WHERE r.r0 < (SELECT least(count(*), 6) FROM "
                        + table.name()
                        + ")");
    }

    private Relation reach() {
        draft.use(Construct.RECURSIVE_UNION);
        draft.use(Construct.RECURSIVE_WITH_OTHER_INPUT);
        Edges start = edges("s");
        Edges step = edges("e");
        Edges other = edges("o");
        String condition =
                random.pick(List.of("EXISTS (", "NOT EXISTS ("))
                        + "SELECT 1 FROM "
                        + other.table
                        + " WHERE "
                        + other.source
                        + " = "
                        + step.target
                        + ")";
        return recursive(
                "SELECT "
                        + start.source
                        + ", "
                        + start.target
                        + " FROM "
                        + start.table
                        + " UNION SELECT r.r1, "
                        + step.target
                        + " FROM r JOIN "
                        + step.table
                        + " ON "
                        + step.source
                        + " = r.r1 WHERE "
                        + condition);
    }

    private String some(String alias) {
        return random.nextBoolean()
                ? ""
                : " WHERE " + alias + ".n " + random.pick(List.of("= 1", "> 1", "IS NOT NULL"));
    }

    private static Relation recursive(String body) {
        return new Relation("WITH RECURSIVE r(r0, r1) AS (" + body + ") ", Map.of());
    }
}
