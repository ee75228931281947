package io.pgtrickle.cli.http;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What stands under which path. Names in JSON are those of SQL's `pgtrickle.list_views()` and `sidecar_status()`.
final class Pages {

    private static final String VIEW_PREFIX = "/api/v1/views/";

    private static final String PATHS =
            "there are /healthz, /readyz, /metrics, /api/v1/status, /api/v1/views and /api/v1/slots";

    /// A sidecar further behind isn't ready to be read from.
    static final Duration READY_LAG_LIMIT = Duration.ofSeconds(60);

    private final Supplier<Figures> figures;
    private final Metrics metrics;

    Pages(Supplier<Figures> figures, Metrics metrics) {
        this.figures = figures;
        this.metrics = metrics;
    }

    Answer get(String path, String accept) {
        return switch (path) {
            case "/healthz" -> health(figures.get());
            case "/readyz" -> ready(figures.get());
            case "/metrics" -> {
                Metrics.Page page = metrics.scrape(accept);
                yield new Answer(200, page.contentType(), page.text());
            }
            case "/api/v1/status" -> Answer.json(status(figures.get()));
            case "/api/v1/slots" ->
                    Answer.json(figures.get().slot().map(Pages::slot).stream().toList());
            case "/api/v1/views" ->
                    Answer.json(figures.get().views().stream().map(Pages::view).toList());
            default ->
                    path.startsWith(VIEW_PREFIX)
                            ? oneView(path.substring(VIEW_PREFIX.length()))
                            : Answer.problem(404, "nothing under this path: " + PATHS);
        };
    }

    private static Answer health(Figures figures) {
        return Answer.text(figures.phase().alive() ? 200 : 503, figures.phase().label());
    }

    private static Answer ready(Figures figures) {
        boolean ready =
                figures.phase() == Figures.Phase.STREAMING
                        && figures.position().lag().compareTo(READY_LAG_LIMIT) <= 0;
        String reason =
                figures.phase() == Figures.Phase.STREAMING && !ready
                        ? "lagging"
                        : figures.phase().label();
        return Answer.text(ready ? 200 : 503, reason);
    }

    private Answer oneView(String name) {
        return figures.get().views().stream()
                .filter(view -> view.name().equals(name))
                .findFirst()
                .map(Pages::detailedView)
                .map(Answer::json)
                .orElseGet(() -> Answer.problem(404, "view \"" + name + "\" does not exist"));
    }

    private static Map<String, @Nullable Object> status(Figures figures) {
        Map<String, @Nullable Object> status = new LinkedHashMap<>();
        status.put("phase", figures.phase().label());
        status.put("version", figures.version());
        status.put("started_at", figures.startedAt().toString());
        status.put("applied_lsn", figures.position().applied().toString());
        status.put("confirmed_lsn", figures.position().confirmed().toString());
        status.put("lag_bytes", figures.position().lagBytes());
        status.put("lag_seconds", figures.position().lag().toNanos() / 1e9);
        status.put("changes_received", figures.work().changesReceived());
        status.put("changes_applied", figures.work().changesApplied());
        status.put("steps", figures.work().stepTime().count());
        status.put("state_bytes", figures.stateBytes());
        status.put("views", figures.views().size());
        status.put("last_error", figures.lastError().orElse(null));
        return status;
    }

    private static Map<String, @Nullable Object> slot(Figures.Slot slot) {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        object.put("slot_name", slot.name());
        object.put("active", slot.active());
        object.put("wal_status", slot.walStatus());
        object.put("retained_bytes", slot.retainedBytes());
        object.put("safe_wal_size", slot.safeBytes().orElse(null));
        return object;
    }

    private static Map<String, @Nullable Object> view(Figures.View view) {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        object.put("view_name", view.name());
        object.put("status", view.status());
        object.put("message", view.message());
        object.put("rows_estimated", view.rows());
        object.put("changes_received", view.changesReceived());
        object.put("changes_applied", view.changesApplied());
        object.put("state_bytes", view.stateBytes());
        return object;
    }

    private static Map<String, @Nullable Object> detailedView(Figures.View view) {
        Map<String, @Nullable Object> object = view(view);
        object.put("operators", List.copyOf(view.operators()));
        return object;
    }
}
