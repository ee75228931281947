package io.pgtrickle.commander;

import io.pgtrickle.model.PgtrickleException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// `pgtrickle.command`: each command is claimed once and answered once, however often it is delivered.
final class CommandTable {

    private static final String ANSWER =
            """
            UPDATE pgtrickle.command
               SET state = ?, result = ?::jsonb, sqlstate = ?, message = ?, detail = ?, hint = ?,
                   finished_at = clock_timestamp()
             WHERE id = ? AND state = 'running'
            """;

    /// How long `command_status` knows a command that has ended.
    private static final String KEPT = "1 day";

    private final Sql sql;

    CommandTable(Sql sql) {
        this.sql = sql;
    }

    /// Whether what a transaction has written is visible. A commit can be streamed before it is.
    boolean isVisible(long xid) {
        return sql.one(
                "SELECT pg_visible_in_snapshot(?::text::xid8, pg_current_snapshot())",
                row -> row.getBoolean(1),
                Long.toUnsignedString(xid));
    }

    /// The command, if it waits to be run; a second delivery finds nothing.
    Optional<Command> claim(long id) {
        int claimed =
                sql.update(
                        "UPDATE pgtrickle.command SET state = 'running' WHERE id = ? AND state = 'submitted'",
                        id);
        if (claimed == 0) {
            return Optional.empty();
        }
        return sql.first(
                "SELECT id, kind, caller, arguments::text, settings::text FROM pgtrickle.command WHERE id = ?",
                row ->
                        new Command(
                                row.getLong(1),
                                row.getString(2),
                                sql.object(row.getString(4)),
                                row.getString(3),
                                sql.object(row.getString(5))),
                id);
    }

    /// The commands that wait, oldest first.
    List<Long> waiting() {
        return sql.query(
                "SELECT id FROM pgtrickle.command WHERE state = 'submitted' ORDER BY id",
                row -> row.getLong(1));
    }

    /// Notes for which view a running command waits, so that it is answered after a restart too.
    void waitsFor(long id, long viewId) {
        sql.update(
                "UPDATE pgtrickle.command SET result = jsonb_build_object('view_id', ?) WHERE id = ?",
                viewId,
                id);
    }

    /// The running commands that wait for a view: command by view.
    Map<Long, Long> waitingByView() {
        Map<Long, Long> waiting = new HashMap<>();
        sql.query(
                        """
                        SELECT (result->>'view_id')::bigint, id FROM pgtrickle.command
                         WHERE state = 'running' AND result->>'view_id' IS NOT NULL
                        """,
                        row -> Map.entry(row.getLong(1), row.getLong(2)))
                .forEach(entry -> waiting.put(entry.getKey(), entry.getValue()));
        return waiting;
    }

    /// Ends running commands that a crash cut off before they had any effect.
    void failInterrupted() {
        sql.update(
                """
                UPDATE pgtrickle.command
                   SET state = 'failed', sqlstate = '57014', message = 'the command was interrupted by a restart of the sidecar',
                       detail = 'PGT-160', hint = 'repeat it', finished_at = clock_timestamp()
                 WHERE state = 'running' AND result->>'view_id' IS NULL
                """);
    }

    /// Forgets what was answered long ago.
    void prune() {
        sql.update(
                "DELETE FROM pgtrickle.command WHERE finished_at < clock_timestamp() - ?::interval",
                KEPT);
    }

    void done(long id, String resultJson) {
        sql.update(ANSWER, "done", resultJson, null, null, null, null, id);
    }

    void failed(long id, PgtrickleException error) {
        sql.update(
                ANSWER,
                "failed",
                null,
                error.sqlState(),
                error.messageText(),
                error.code().label(),
                error.hint().isEmpty() ? null : error.hint(),
                id);
    }
}
