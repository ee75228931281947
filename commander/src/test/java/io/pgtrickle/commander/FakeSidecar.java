package io.pgtrickle.commander;

import static io.pgtrickle.commander.SqlObjects.execute;
import static io.pgtrickle.commander.SqlObjects.texts;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// The far side of the SQL objects, played by hand: holds the lock, gives signs of life, and answers what it finds by running
/// one statement over and over.
final class FakeSidecar implements AutoCloseable {

    private final Connection session;
    private final String slot;
    private volatile String reaction = "SELECT";
    private volatile boolean explains;
    private volatile boolean stopped;
    private final CompletableFuture<Void> loop = new CompletableFuture<>();

    private FakeSidecar(Connection session, String slot) {
        this.session = session;
        this.slot = slot;
    }

    static FakeSidecar start(SqlObjects objects) throws SQLException {
        FakeSidecar sidecar = new FakeSidecar(objects.ownerSession(), "fake_" + objects.owner());
        execute(sidecar.session, "SELECT pg_advisory_lock(1886680180, 1)");
        execute(
                sidecar.session,
                "INSERT INTO pgtrickle.sidecar (instance, epoch, version, started_at, heartbeat)"
                        + " VALUES (gen_random_uuid(), 1, 'fake', clock_timestamp(), clock_timestamp())");
        Thread.ofPlatform().name("fake-sidecar").daemon().start(sidecar::run);
        return sidecar;
    }

    /// @param sql run every few milliseconds
    void reactsBy(String sql) {
        reaction = sql;
    }

    /// Answers each command so.
    void answers(String assignments) {
        reactsBy(
                "UPDATE pgtrickle.command SET finished_at = clock_timestamp(), "
                        + assignments
                        + " WHERE state = 'submitted'");
    }

    /// Answers requests to explain with the query and the search path in capitals, or refuses one of an empty query.
    void explains() throws SQLException {
        execute(session, "CREATE PUBLICATION fake");
        execute(
                session,
                "SELECT pg_create_logical_replication_slot('" + slot + "', 'pgoutput', true)");
        explains = true;
    }

    private void run() {
        try {
            while (!stopped) {
                execute(session, "UPDATE pgtrickle.sidecar SET heartbeat = clock_timestamp()");
                execute(session, reaction);
                if (explains) {
                    explain();
                }
                execute(session, "SELECT pg_sleep(0.003)");
            }
            loop.complete(null);
        } catch (SQLException e) {
            loop.completeExceptionally(e);
        }
    }

    private void explain() throws SQLException {
        execute(session, "SELECT pg_logical_emit_message(true, 'pgtrickle', 'heartbeat')");
        List<String> requests = new ArrayList<>();
        try (PreparedStatement changes =
                session.prepareStatement(
                        "SELECT data FROM pg_logical_slot_get_binary_changes(?, NULL, NULL,"
                                + " 'proto_version', '1', 'publication_names', 'fake', 'messages', 'true')")) {
            changes.setString(1, slot);
            try (ResultSet rows = changes.executeQuery()) {
                while (rows.next()) {
                    String data = new String(rows.getBytes(1), UTF_8);
                    int json = data.indexOf("{\"explain\"");
                    if (data.startsWith("M") && json > 0) {
                        requests.add(data.substring(json));
                    }
                }
            }
        }
        for (String request : requests) {
            answerExplanation(request);
        }
    }

    private void answerExplanation(String json) throws SQLException {
        String query =
                json.contains("\"refuse me\"")
                        ? "SELECT (r->>'explain')::uuid, (r->>'pid')::int, NULL, '0A000', 'no such thing', 'PGT-101', 'try another'"
                        : "SELECT (r->>'explain')::uuid, (r->>'pid')::int, ARRAY[upper(r->>'query'), r->'settings'->>'search_path']";
        String columns = json.contains("\"refuse me\"") ? ", sqlstate, message, detail, hint" : "";
        try (PreparedStatement insert =
                session.prepareStatement(
                        "INSERT INTO pgtrickle.explanation (token, pid, lines"
                                + columns
                                + ") "
                                + query
                                + " FROM (SELECT ?::json AS r) AS request")) {
            insert.setString(1, json);
            insert.executeUpdate();
        }
    }

    /// Lets go of everything without a word, as a process that is killed.
    void die() throws SQLException {
        stopped = true;
        loop.join();
        if (explains) {
            execute(session, "SELECT pg_drop_replication_slot('" + slot + "')");
        }
        execute(
                session,
                "UPDATE pgtrickle.sidecar SET heartbeat = clock_timestamp() - interval '4 s'");
        // a closed session's locks go a moment later
        execute(session, "SELECT pg_advisory_unlock_all()");
        session.close();
    }

    /// The commands as they are: kind, state, caller.
    static String commands(Connection owner) throws SQLException {
        return texts(
                        owner,
                        "SELECT concat_ws(' ', kind, state, caller) FROM pgtrickle.command ORDER BY id")
                .toString();
    }

    @Override
    public void close() throws SQLException {
        if (!session.isClosed()) {
            die();
        }
    }
}
