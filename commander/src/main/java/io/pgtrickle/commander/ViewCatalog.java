package io.pgtrickle.commander;

import io.pgtrickle.model.Lsn;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.planner.AnalyzedQuery;
import io.pgtrickle.postgres.Quoting;
import io.pgtrickle.postgres.RemoteContext;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// `pgtrickle.view`: what views there are. It keeps each query as PostgreSQL analysed it, so that a restart plans the same tree
/// again whatever names have become since.
final class ViewCatalog {

    /// A view as its row has it.
    ///
    /// @param relationOid of the result table; 0 before it exists
    /// @param sourceColumns what its query was analysed over, `SourceShape.columns`
    /// @param replaces the view whose place it is going to take
    record Entry(
            long id,
            String schema,
            String name,
            long relationOid,
            String query,
            AnalyzedQuery analyzed,
            ViewStatus status,
            String creator,
            String group,
            Optional<String> sourceColumns,
            Optional<Long> replaces) {

        ViewNames.QualifiedName qualifiedName() {
            return new ViewNames.QualifiedName(schema, name);
        }

        /// Of its table, as it is written in SQL.
        String tableName() {
            return Quoting.qualified(schema, name);
        }
    }

    private static final double NANOS_A_MILLI = 1e6;

    private static final String SELECT =
            """
            SELECT id, schema_name, view_name, coalesce(relation, 0)::bigint, query, tree, status, created_by,
                   ARRAY(SELECT jsonb_array_elements_text(output->'names')),
                   ARRAY(SELECT jsonb_array_elements_text(output->'types')),
                   ARRAY(SELECT jsonb_array_elements_text(output->'modifiers')),
                   ARRAY(SELECT jsonb_array_elements_text(output->'collations')),
                   (output->>'server')::int, settings->>'source_columns', replaces, group_name
              FROM pgtrickle.view
            """;

    private final Sql sql;

    ViewCatalog(Sql sql) {
        this.sql = sql;
    }

    /// All views, oldest first.
    List<Entry> all() {
        return sql.query(SELECT + " ORDER BY id", ViewCatalog::read);
    }

    Optional<Entry> find(ViewNames.QualifiedName name) {
        return sql.first(
                SELECT + " WHERE schema_name = ? AND view_name = ?",
                ViewCatalog::read,
                name.schema(),
                name.name());
    }

    /// The views whose queries read the view's table.
    List<Entry> readersOf(Entry entry) {
        String reference = ":relid " + entry.relationOid() + " ";
        return entry.relationOid() == 0
                ? List.of()
                : all().stream()
                        .filter(other ->
                                other.id() != entry.id()
                                        && other.analyzed().tree().contains(reference))
                        .toList();
    }

    Optional<Entry> byId(long id) {
        return sql.first(SELECT + " WHERE id = ?", ViewCatalog::read, id);
    }

    /// The view that is being built to take another one's place.
    Optional<Entry> successorOf(long id) {
        return sql.first(SELECT + " WHERE replaces = ?", ViewCatalog::read, id);
    }

    /// Makes a new entry one that will take another's place; until then it is named after its hidden table.
    void succeeds(long id, long replaced) {
        sql.update(
                "UPDATE pgtrickle.view SET replaces = ?, schema_name = 'pgtrickle', view_name = 'result_' || id WHERE id = ?",
                replaced,
                id);
    }

    /// The replaced view's entry goes, and its successor gets its name, owner and age.
    void replace(Entry replaced, long id) {
        sql.update("UPDATE pgtrickle.view SET replaces = NULL WHERE id = ?", id);
        OffsetDateTime createdAt =
                sql.one(
                        "DELETE FROM pgtrickle.view WHERE id = ? RETURNING created_at",
                        row -> row.getObject(1, OffsetDateTime.class),
                        replaced.id());
        sql.update(
                "UPDATE pgtrickle.view SET schema_name = ?, view_name = ?, created_by = ?, created_at = ? WHERE id = ?",
                replaced.schema(),
                replaced.name(),
                replaced.creator(),
                createdAt,
                id);
    }

    void rename(long id, ViewNames.QualifiedName name) {
        sql.update(
                "UPDATE pgtrickle.view SET schema_name = ?, view_name = ? WHERE id = ?",
                name.schema(),
                name.name(),
                id);
    }

    /// The view has that table from now on.
    void adopted(long id) {
        sql.update(
                "UPDATE pgtrickle.view SET relation = format('%I.%I', schema_name, view_name)::regclass WHERE id = ?",
                id);
    }

    /// Takes a view in, in status `accepted`.
    ///
    /// @return its id
    long insert(
            Command command, ViewNames.QualifiedName name, String group, AnalyzedQuery analyzed) {
        List<AnalyzedQuery.Column> columns = analyzed.columns();
        return sql.one(
                """
                INSERT INTO pgtrickle.view
                       (schema_name, view_name, query, tree, output, settings, group_name, status, created_by)
                VALUES (?, ?, ?, ?,
                        jsonb_build_object('names', to_jsonb(?), 'types', to_jsonb(?), 'modifiers', to_jsonb(?),
                                           'collations', to_jsonb(?), 'server', ?),
                        coalesce((SELECT c.settings FROM pgtrickle.command c WHERE c.id = ?), '{}')
                            || jsonb_build_object('search_path', ?),
                        ?, 'accepted', ?)
                RETURNING id
                """,
                row -> row.getLong(1),
                name.schema(),
                name.name(),
                command.required("query"),
                analyzed.tree(),
                columns.stream().map(AnalyzedQuery.Column::name).toArray(String[]::new),
                columns.stream()
                        .map(c -> Integer.toUnsignedString(c.typeOid()))
                        .toArray(String[]::new),
                columns.stream()
                        .map(c -> Integer.toString(c.typeModifier()))
                        .toArray(String[]::new),
                columns.stream()
                        .map(c -> Integer.toUnsignedString(c.collationOid()))
                        .toArray(String[]::new),
                analyzed.serverVersion(),
                command.id(),
                command.searchPath(),
                group,
                command.caller());
    }

    /// The groups that have views, running or not.
    List<String> groups() {
        return sql.query("SELECT DISTINCT group_name FROM pgtrickle.view", row -> row.getString(1));
    }

    void move(long id, String group) {
        sql.update("UPDATE pgtrickle.view SET group_name = ? WHERE id = ?", group, id);
    }

    /// Whose the view is, and the settings under which it was made.
    RemoteContext context(long id) {
        Map<String, String> settings =
                sql.one(
                        "SELECT settings::text FROM pgtrickle.view WHERE id = ?",
                        row -> sql.object(row.getString(1)),
                        id);
        settings.keySet().retainAll(RemoteContext.PINNED);
        String owner =
                sql.one(
                        "SELECT created_by FROM pgtrickle.view WHERE id = ?",
                        row -> row.getString(1),
                        id);
        return new RemoteContext(owner, settings);
    }

    /// Notes what planning told.
    void planned(long id, List<String> uniqueKey, List<String> explanation, SourceShape shape) {
        sql.update(
                """
                UPDATE pgtrickle.view
                   SET unique_key = ?, explanation = ?, settings = settings || jsonb_build_object('source_columns', ?)
                 WHERE id = ?
                """,
                uniqueKey.toArray(String[]::new),
                explanation.toArray(String[]::new),
                shape.columns(),
                id);
    }

    void status(long id, ViewStatus status, String message) {
        sql.update(
                "UPDATE pgtrickle.view SET status = ?, message = ? WHERE id = ?",
                status.label(),
                message,
                id);
    }

    void failed(long id, ViewStatus status, PgtrickleException error) {
        String hint = error.hint().isEmpty() ? "" : "; hint: " + error.hint();
        status(id, status, error.messageText() + " (" + error.code().label() + ")" + hint);
    }

    void progress(long id, ViewStatus status, String message, long rows, long estimate) {
        sql.update(
                """
                UPDATE pgtrickle.view SET status = ?, message = ?, rows_populated = ?, rows_estimated = ?
                 WHERE id = ? AND (status, message, rows_populated, rows_estimated) IS DISTINCT FROM (?, ?, ?, ?)
                """,
                status.label(),
                message,
                rows,
                estimate,
                id,
                status.label(),
                message,
                rows,
                estimate);
    }

    /// The view has joined its group at that position.
    void running(long id, Lsn joined, long rows) {
        sql.update(
                """
                UPDATE pgtrickle.view
                   SET status = 'running', message = '', joined_lsn = ?::pg_lsn, rows_populated = ?,
                       relation = format('%I.%I', schema_name, view_name)::regclass
                 WHERE id = ?
                """,
                joined.toString(), rows, id);
    }

    void delete(long id) {
        sql.update("DELETE FROM pgtrickle.view WHERE id = ?", id);
    }

    void statistics(LiveView view) {
        sql.update(
                """
                INSERT INTO pgtrickle.view_statistics
                       (view_id, changes_received, changes_applied, state_bytes, latency_ms)
                VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (view_id) DO UPDATE
                   SET changes_received = excluded.changes_received, changes_applied = excluded.changes_applied,
                       state_bytes = excluded.state_bytes, latency_ms = excluded.latency_ms
                """,
                view.definition().id(),
                view.changesReceived(),
                view.changesApplied(),
                view.space().storedBytes(),
                view.lastLatency().toNanos() / NANOS_A_MILLI);
        if (view.lastChange().isAfter(Instant.EPOCH)) {
            sql.update(
                    "UPDATE pgtrickle.view SET last_change_at = ? WHERE id = ?",
                    view.lastChange().atOffset(ZoneOffset.UTC),
                    view.definition().id());
        }
    }

    private static Entry read(ResultSet row) throws SQLException {
        String[] names = strings(row.getArray(9));
        String[] types = strings(row.getArray(10));
        String[] modifiers = strings(row.getArray(11));
        String[] collations = strings(row.getArray(12));
        List<AnalyzedQuery.Column> columns = new ArrayList<>();
        for (int i = 0; i < names.length; i++) {
            columns.add(
                    new AnalyzedQuery.Column(
                            names[i],
                            Integer.parseUnsignedInt(types[i]),
                            Integer.parseInt(modifiers[i]),
                            Integer.parseUnsignedInt(collations[i])));
        }
        return new Entry(
                row.getLong(1),
                row.getString(2),
                row.getString(3),
                row.getLong(4),
                row.getString(5),
                new AnalyzedQuery(row.getString(6), columns, row.getInt(13)),
                ViewStatus.ofLabel(row.getString(7)),
                row.getString(8),
                row.getString(16),
                Optional.ofNullable(row.getString(14)),
                Optional.ofNullable(row.getObject(15, Long.class)));
    }

    private static String[] strings(Array array) throws SQLException {
        return (String[]) array.getArray();
    }
}
