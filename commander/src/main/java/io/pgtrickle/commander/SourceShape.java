package io.pgtrickle.commander;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// What the catalog says about the tables that a view reads. The stream doesn't tell that a table was dropped or rewritten, that a
/// column was dropped and added again under its name, that a table left the publication (DESIGN section 10), or that a function or a view
/// was redefined, so this is looked at
/// when a view is populated, at each new version of a table in the stream, about once a second, and after a start.
///
/// @param columns of the tables, as far as they are read: number, name, type, collation
/// @param channel how their changes come: publication, replica identity, partitions, queries of views; and what functions do
/// @param storage the files of the tables
/// @param versions the catalog's versions of the columns
record SourceShape(String columns, String channel, String storage, String versions) {

    /// Of tables that are gone.
    static final SourceShape NONE = new SourceShape("", "", "", "");

    /// One row a needed column.
    private static final String SELECT =
            """
            SELECT c.oid::bigint, a.attnum::int,
                   format('%s %s %s %s %s', a.attname, a.atttypid, a.atttypmod, a.attcollation, a.attgenerated),
                   concat_ws(' ', c.relkind, c.relpersistence, c.relreplident, i.indkey, to_jsonb(r)),
                   c.relfilenode::text, a.xmin::text
              FROM pg_class c
              JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
              LEFT JOIN pg_index i
                ON i.indrelid = c.oid
               AND CASE c.relreplident WHEN 'd' THEN i.indisprimary WHEN 'i' THEN i.indisreplident END
              LEFT JOIN pg_publication_rel r
                ON r.prrelid = c.oid AND r.prpubid = (SELECT p.oid FROM pg_publication p WHERE p.pubname = ?)
             WHERE c.oid = ANY (?::oid[])
            """;

    /// Each table below some parents, with the parent; for a view its query.
    private static final String MEMBERS =
            """
            WITH RECURSIVE below(root, oid) AS (
                SELECT o, o FROM unnest(?::oid[]) o
                UNION
                SELECT b.root, i.inhrelid FROM below b JOIN pg_inherits i ON i.inhparent = b.oid)
            SELECT root::bigint,
                   concat_ws(' ', string_agg(oid::text, ' ' ORDER BY oid),
                             (SELECT md5(ev_action::text) FROM pg_rewrite WHERE ev_class = root AND ev_type = '1'))
              FROM below GROUP BY root
            """;

    /// What a function does, and those do that it calls in turn: PostgreSQL knows them for a body that it has analysed (BEGIN ATOMIC) only, so
    /// each function of a user's counts whose name stands in the body as a word. Not seen are names that a body computes, and operators.
    private static final String FUNCTIONS =
            """
            WITH RECURSIVE called(root, oid) AS (
                SELECT o, o FROM unnest(?::oid[]) o
                UNION
                SELECT c.root, g.oid
                  FROM called c
                  JOIN pg_proc f ON f.oid = c.oid
                  JOIN pg_language l ON l.oid = f.prolang AND l.lanname NOT IN ('internal', 'c')
                  JOIN pg_proc g
                    ON g.oid >= 16384
                   AND (strpos(lower(f.prosrc), lower(g.proname)) > 0
                            AND (g.proname ~ '\\W' OR lower(f.prosrc) ~ ('\\m' || lower(g.proname) || '\\M'))
                        OR EXISTS (SELECT FROM pg_depend d
                                    WHERE d.classid = 'pg_proc'::regclass AND d.objid = f.oid
                                      AND d.refclassid = 'pg_proc'::regclass AND d.refobjid = g.oid)))
            SELECT root::bigint,
                   md5(string_agg(concat_ws(chr(1), p.oid, prolang, provolatile, proisstrict, prosecdef, prosrc, probin,
                                            prosqlbody, proconfig),
                                  chr(2) ORDER BY p.oid))
              FROM called JOIN pg_proc p ON p.oid = called.oid GROUP BY root
            """;

    private record Column(String description, String channel, String storage, String version) {}

    /// The shapes of several views' sources as they are now.
    static Map<Long, SourceShape> read(
            Sql sql, String publication, Collection<ViewDefinition> definitions) {
        if (definitions.isEmpty()) {
            return Map.of();
        }
        List<String> oids =
                definitions.stream()
                        .flatMap(definition -> definition.relations().stream())
                        .distinct()
                        .map(oid -> Long.toString(oid))
                        .toList();
        Map<Long, Map<Integer, Column>> tables = new HashMap<>();
        sql.query(
                SELECT,
                row ->
                        Optional.ofNullable(
                                tables.computeIfAbsent(row.getLong(1), _ -> new TreeMap<>())
                                        .put(
                                                row.getInt(2),
                                                new Column(
                                                        row.getString(3),
                                                        row.getString(4),
                                                        row.getString(5),
                                                        row.getString(6)))),
                publication,
                oids.toArray(String[]::new));
        Map<Long, String> members = members(sql, definitions);
        Map<Long, String> functions = functions(sql, definitions);
        Map<Long, SourceShape> shapes = new HashMap<>();
        definitions.forEach(definition ->
                shapes.put(definition.id(), of(definition, tables, members, functions)));
        return shapes;
    }

    private static Map<Long, String> members(Sql sql, Collection<ViewDefinition> definitions) {
        String[] parents =
                definitions.stream()
                        .flatMap(definition -> definition.plan().parents().stream())
                        .distinct()
                        .map(oid -> Long.toString(oid))
                        .toArray(String[]::new);
        Map<Long, String> members = new HashMap<>();
        if (parents.length > 0) {
            sql.query(
                    MEMBERS,
                    row -> Optional.ofNullable(members.put(row.getLong(1), row.getString(2))),
                    (Object) parents);
        }
        return members;
    }

    private static Map<Long, String> functions(Sql sql, Collection<ViewDefinition> definitions) {
        String[] called =
                definitions.stream()
                        .flatMap(definition -> definition.plan().foreignFunctionOids().stream())
                        .distinct()
                        .map(oid -> Long.toString(oid))
                        .toArray(String[]::new);
        Map<Long, String> functions = new HashMap<>();
        if (called.length > 0) {
            sql.query(
                    FUNCTIONS,
                    row -> Optional.ofNullable(functions.put(row.getLong(1), row.getString(2))),
                    (Object) called);
        }
        return functions;
    }

    private static SourceShape of(
            ViewDefinition definition,
            Map<Long, Map<Integer, Column>> tables,
            Map<Long, String> members,
            Map<Long, String> functions) {
        Map<String, Column> needed = new TreeMap<>();
        for (var source : definition.sources()) {
            Map<Integer, Column> found = tables.getOrDefault(source.relationOid(), Map.of());
            for (var column : source.columns()) {
                Optional.ofNullable(found.get(column.attributeNumber()))
                        .ifPresent(known ->
                                needed.put(
                                        source.relationOid() + "." + column.attributeNumber(),
                                        known));
            }
            if (source.columns().isEmpty()) {
                found.values().stream()
                        .findFirst()
                        .ifPresent(any ->
                                needed.put(
                                        source.relationOid() + "",
                                        new Column("", any.channel(), any.storage(), "")));
            }
        }
        StringBuilder columns = new StringBuilder();
        StringBuilder channel = new StringBuilder();
        StringBuilder storage = new StringBuilder();
        StringBuilder versions = new StringBuilder();
        for (long parent : definition.plan().parents()) {
            channel.append(parent)
                    .append(" has ")
                    .append(members.getOrDefault(parent, "gone"))
                    .append('\n');
        }
        for (long function : definition.plan().foreignFunctionOids()) {
            channel.append(function)
                    .append(" is ")
                    .append(functions.getOrDefault(function, "gone"))
                    .append('\n');
        }
        needed.forEach((number, column) -> {
            columns.append(number).append(' ').append(column.description()).append('\n');
            channel.append(number).append(' ').append(column.channel()).append('\n');
            storage.append(number).append(' ').append(column.storage()).append('\n');
            versions.append(number).append(' ').append(column.version()).append('\n');
        });
        return new SourceShape(
                columns.toString(), channel.toString(), storage.toString(), versions.toString());
    }

    /// Why what was read under this shape no longer holds under a later one; empty where it does. A table gets new files when it is
    /// truncated or vacuumed whole, and a column a new version when its default changes; both together mean that it was rewritten.
    Optional<PgtrickleException> changedTo(SourceShape now) {
        String what;
        if (!columns.equals(now.columns)) {
            what =
                    "a table that it reads was dropped, or a column of it dropped, renamed or changed";
        } else if (!channel.equals(now.channel)) {
            what =
                    "a table that it reads left the publication, changed its replica identity,"
                            + " or got or lost a partition; or a function or view in its query was redefined";
        } else if (!storage.equals(now.storage) && !versions.equals(now.versions)) {
            what = "a table that it reads was rewritten";
        } else {
            return Optional.empty();
        }
        return Optional.of(
                PgtrickleException.of(ErrorCode.SOURCE_CHANGED, what)
                        .withHint(
                                "drop the view and create it again over the tables as they are now"));
    }

    /// Whether no column is another than it was, where both know it: another identity needs other columns.
    boolean agreesWith(String earlierColumns) {
        Map<String, String> earlier = new HashMap<>();
        earlierColumns.lines().forEach(line -> earlier.put(numberOf(line), line));
        return columns.lines()
                .allMatch(line -> earlier.getOrDefault(numberOf(line), line).equals(line));
    }

    private static String numberOf(String line) {
        return line.substring(0, line.indexOf(' '));
    }

    /// For a checkpoint.
    String stamp() {
        return String.join("\0", columns, channel, storage, versions);
    }

    /// Reads what `stamp` wrote; empty where it isn't that.
    static Optional<SourceShape> ofStamp(String stamp) {
        String[] parts = stamp.split("\0", -1);
        return parts.length == 4
                ? Optional.of(new SourceShape(parts[0], parts[1], parts[2], parts[3]))
                : Optional.empty();
    }
}
