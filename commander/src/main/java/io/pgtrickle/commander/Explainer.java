package io.pgtrickle.commander;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pgtrickle.dataflow.plan.Explanation;
import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.ErrorKind;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.planner.AnalyzedQuery;
import io.pgtrickle.planner.Planner;
import io.pgtrickle.postgres.ServerAddress;
import io.pgtrickle.postgres.Sessions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// Answers `pgtrickle.explain_view(query)`, which asks from within a running transaction: by a message that isn't bound to it.
///
/// Anyone can send such a message, so nothing in it is believed about who asks: the role is that of the backend it names, and
/// only that backend can read the answer. One thread with a connection of its own, so that the engine isn't kept from its steps.
final class Explainer implements AutoCloseable {

    /// Requests that wait; more are dropped, and those who asked run into their time limit.
    private static final int MAX_WAITING = 100;

    private static final int MAX_REQUEST_BYTES = 1 << 20;

    private record Request(
            String token, int pid, String role, String query, Map<String, String> settings) {}

    private final ServerAddress address;
    private final ThreadPoolExecutor executor;

    Explainer(ServerAddress address) {
        this.address = address;
        this.executor =
                new ThreadPoolExecutor(
                        0,
                        1,
                        10,
                        TimeUnit.SECONDS,
                        new ArrayBlockingQueue<>(MAX_WAITING),
                        task -> Thread.ofPlatform().name("explainer").daemon().unstarted(task),
                        new ThreadPoolExecutor.DiscardPolicy());
    }

    /// Takes a request as the message carries it, JSON.
    void request(byte[] content) {
        if (content.length <= MAX_REQUEST_BYTES) {
            String json = new String(content, UTF_8);
            executor.execute(() -> answer(json));
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }

    private void answer(String json) {
        try (Connection connection = Sessions.open(address, "pgtrickle explain")) {
            Sql sql = new Sql(connection);
            Optional<Request> request = read(sql, json);
            if (request.isPresent()) {
                explain(sql, request.get());
            }
        } catch (PgtrickleException | SQLException e) {
            // the request made no sense or the server is gone: who asked runs into the time limit
            System.getLogger(Explainer.class.getName())
                    .log(System.Logger.Level.DEBUG, "an explanation failed", e);
        }
    }

    private static Optional<Request> read(Sql sql, String json) {
        return sql.first(
                """
                SELECT r.request->>'explain', a.pid, a.usename, r.request->>'query', coalesce(r.request->>'settings', '{}')
                  FROM (SELECT ?::jsonb AS request) r
                  JOIN pg_stat_activity a ON a.pid = (r.request->>'pid')::int AND a.datname = current_database()
                 WHERE (r.request->>'explain') IS NOT NULL AND (r.request->>'query') IS NOT NULL
                """,
                row ->
                        new Request(
                                row.getString(1),
                                row.getInt(2),
                                row.getString(3),
                                row.getString(4),
                                sql.object(row.getString(5))),
                json);
    }

    private static void explain(Sql sql, Request request) {
        try {
            Planner planner = new Planner(sql.connection());
            AnalyzedQuery analyzed =
                    planner.analyze(
                            request.query(),
                            SearchPath.resolved(request.settings(), request.role()));
            planner.checkPrivileges(analyzed, request.role());
            List<String> lines = Explanation.lines(planner.plan(analyzed).plan());
            sql.update(
                    "INSERT INTO pgtrickle.explanation (token, pid, lines) VALUES (?::uuid, ?, ?)",
                    request.token(),
                    request.pid(),
                    lines.toArray(String[]::new));
        } catch (PgtrickleException e) {
            if (e.kind() == ErrorKind.WORLD) {
                throw e;
            }
            refuse(sql, request, e);
        } catch (RuntimeException | StackOverflowError e) {
            refuse(
                    sql,
                    request,
                    PgtrickleException.of(
                            ErrorCode.INTERNAL,
                            "explaining failed with an internal error: " + e,
                            e));
        }
    }

    private static void refuse(Sql sql, Request request, PgtrickleException error) {
        sql.update(
                """
                INSERT INTO pgtrickle.explanation (token, pid, sqlstate, message, detail, hint)
                VALUES (?::uuid, ?, ?, ?, ?, ?)
                """,
                request.token(),
                request.pid(),
                error.sqlState(),
                error.messageText(),
                error.code().label(),
                error.hint().isEmpty() ? null : error.hint());
    }
}
