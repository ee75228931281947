package io.pgtrickle.cli.engine;

import io.pgtrickle.cdc.Slots;
import io.pgtrickle.cli.console.Database;
import io.pgtrickle.cli.http.Figures;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.postgres.Quoting;
import io.pgtrickle.postgres.ServerAddress;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads now and then what only the server knows: the slot, and every view's status and size. So a scrape never waits for the server.
///
/// One thread, one session, made anew where it breaks.
final class DatabaseWatch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DatabaseWatch.class);
    private static final Duration INTERVAL = Duration.ofSeconds(2);

    private static final String VIEWS =
            """
            SELECT coalesce(v.relation::regclass::text, format('%I.%I', v.schema_name, v.view_name)) AS name,
                   v.status, v.message, greatest(coalesce(c.reltuples, 0), 0)::bigint AS rows,
                   s.changes_received, s.changes_applied, s.state_bytes, v.schema_name, v.view_name
              FROM pgtrickle.view AS v
                   LEFT JOIN pgtrickle.view_statistics AS s ON s.view_id = v.id
                   LEFT JOIN pg_catalog.pg_class AS c ON c.oid = v.relation
             ORDER BY 1
            """;

    /// @param views without their operators, by the qualified and quoted names of their tables
    record Seen(Optional<Figures.Slot> slot, Map<String, Figures.View> views) {
        Seen(Optional<Figures.Slot> slot, Map<String, Figures.View> views) {
            this.slot = slot;
            this.views = Collections.unmodifiableMap(new LinkedHashMap<>(views));
        }
    }

    private final ServerAddress address;
    private final String slot;
    private final CountDownLatch stop = new CountDownLatch(1);
    private volatile Seen seen = new Seen(Optional.empty(), Map.of());

    private DatabaseWatch(ServerAddress address, String slot) {
        this.address = address;
        this.slot = slot;
    }

    static DatabaseWatch start(ServerAddress address, String slot) {
        DatabaseWatch watch = new DatabaseWatch(address, slot);
        Thread.ofPlatform().name("database-watch").daemon().start(watch::run);
        return watch;
    }

    /// The last look; from any thread.
    Seen seen() {
        return seen;
    }

    private void run() {
        do {
            try (Database database = Database.open(address)) {
                do {
                    seen = look(database);
                } while (!stopsWithin(INTERVAL));
            } catch (SQLException | PgtrickleException e) {
                LOG.debug("can't look at the server", e);
                seen = new Seen(Optional.empty(), seen.views());
            }
        } while (!stopsWithin(INTERVAL));
    }

    private Seen look(Database database) throws SQLException {
        Optional<Figures.Slot> found =
                new Slots(database.connection())
                        .find(slot)
                        .map(s ->
                                new Figures.Slot(
                                        s.name(),
                                        s.isActive(),
                                        s.walStatus(),
                                        s.retainedBytes(),
                                        s.safeBytes()));
        Map<String, Figures.View> views = new LinkedHashMap<>();
        for (List<@Nullable Object> row : database.query(VIEWS).rows()) {
            Figures.View view = view(row);
            views.put(
                    Quoting.qualified(String.valueOf(row.get(7)), String.valueOf(row.get(8))),
                    view);
        }
        return new Seen(found, views);
    }

    private static Figures.View view(List<@Nullable Object> row) {
        return new Figures.View(
                String.valueOf(row.get(0)),
                String.valueOf(row.get(1)),
                row.get(2) == null ? "" : String.valueOf(row.get(2)),
                number(row.get(3)),
                number(row.get(4)),
                number(row.get(5)),
                number(row.get(6)),
                List.of());
    }

    private static long number(@Nullable Object cell) {
        return cell instanceof Number number ? number.longValue() : 0;
    }

    private boolean stopsWithin(Duration duration) {
        try {
            return stop.await(duration.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    @Override
    public void close() {
        stop.countDown();
    }
}
