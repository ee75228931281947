package io.pgtrickle.cli.http;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot.InfoDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/// Turns one `Figures` into one scrape, so that its numbers belong together. Micrometer's gauges would each ask for figures
/// of their own, and its timers would count a second time what the engine counts already.
///
/// Labels are names of views and slots only: no row's value ever gets here.
final class FigureCollector implements MultiCollector {

    private static final double NANOS = 1e9;

    private final Supplier<Figures> source;

    FigureCollector(Supplier<Figures> source) {
        this.source = source;
    }

    @Override
    public MetricSnapshots collect() {
        Figures figures = source.get();
        List<MetricSnapshot> all = new ArrayList<>();
        all.add(
                new InfoSnapshot(
                        meta("pgtrickle_build", "The version that runs."),
                        List.of(
                                new InfoDataPointSnapshot(
                                        Labels.of("version", figures.version())))));
        all.add(phases(figures.phase()));
        position(figures.position(), all);
        work(figures.work(), all);
        all.add(
                gauge(
                        "pgtrickle_state_bytes",
                        "State kept on disk, of all views.",
                        figures.stateBytes()));
        figures.slot().ifPresent(slot -> slot(slot, all));
        views(figures.views(), all);
        return new MetricSnapshots(all);
    }

    private static void position(Figures.Position position, List<MetricSnapshot> all) {
        all.add(
                gauge(
                        "pgtrickle_lag_bytes",
                        "Log of the server that the views don't show yet.",
                        position.lagBytes()));
        all.add(
                gauges(
                        "pgtrickle_lag_seconds",
                        "How long after its commit a transaction's effect became visible, last.",
                        List.of(point(Labels.EMPTY, seconds(position.lag())))));
        all.add(
                gauge(
                        "pgtrickle_applied_lsn",
                        "The commit position that the views show, in bytes.",
                        position.applied().value()));
        all.add(
                gauge(
                        "pgtrickle_confirmed_lsn",
                        "The position up to which the server may forget, in bytes.",
                        position.confirmed().value()));
    }

    private static void work(Figures.Work work, List<MetricSnapshot> all) {
        all.add(
                counter(
                        "pgtrickle_changes_received",
                        "Row changes of source tables that were read from the slot.",
                        work.changesReceived()));
        all.add(
                counter(
                        "pgtrickle_changes_applied",
                        "Rows inserted, updated or deleted in result tables.",
                        work.changesApplied()));
        all.add(
                histogram(
                        "pgtrickle_step_seconds",
                        "Time of a step, from its first transaction to its commit in the target.",
                        work.stepTime()));
        all.add(
                histogram(
                        "pgtrickle_latency_seconds",
                        "Time from a transaction's commit to its effect being visible in the views.",
                        work.latency()));
    }

    private static void slot(Figures.Slot slot, List<MetricSnapshot> all) {
        Labels labels = Labels.of("slot", slot.name());
        all.add(
                gauges(
                        "pgtrickle_slot_active",
                        "1 while a process reads the slot.",
                        List.of(point(labels, slot.active() ? 1 : 0))));
        all.add(
                gauges(
                        "pgtrickle_slot_retained_bytes",
                        "Log that the server keeps for the slot.",
                        List.of(point(labels, (double) slot.retainedBytes()))));
        slot.safeBytes()
                .ifPresent(bytes ->
                        all.add(
                                gauges(
                                        "pgtrickle_slot_safe_bytes",
                                        "Log that may be written before the slot is lost.",
                                        List.of(point(labels, (double) bytes)))));
        all.add(
                gauges(
                        "pgtrickle_slot_wal_status",
                        "1 for the slot's wal_status as PostgreSQL names it.",
                        List.of(point(labels.add("status", slot.walStatus()), 1))));
    }

    private static void views(List<Figures.View> views, List<MetricSnapshot> all) {
        all.add(
                perView(
                        "pgtrickle_view_rows",
                        "Rows of the result table, estimated.",
                        views,
                        Figures.View::rows));
        all.add(
                perView(
                        "pgtrickle_view_state_bytes",
                        "State kept on disk for the view.",
                        views,
                        Figures.View::stateBytes));
        all.add(
                gauges(
                        "pgtrickle_view_status",
                        "1 for the status that the view is in.",
                        views.stream()
                                .map(view ->
                                        point(
                                                Labels.of(
                                                        "view",
                                                        view.name(),
                                                        "status",
                                                        view.status()),
                                                1))
                                .toList()));
        all.add(
                perViewCounter(
                        "pgtrickle_view_changes_received",
                        "Row changes of the view's sources.",
                        views,
                        Figures.View::changesReceived));
        all.add(
                perViewCounter(
                        "pgtrickle_view_changes_applied",
                        "Rows inserted, updated or deleted in the view's result table.",
                        views,
                        Figures.View::changesApplied));
    }

    private static GaugeSnapshot phases(Figures.Phase current) {
        return gauges(
                "pgtrickle_phase",
                "1 for what the sidecar is doing.",
                Arrays.stream(Figures.Phase.values())
                        .map(phase ->
                                point(Labels.of("phase", phase.label()), phase == current ? 1 : 0))
                        .toList());
    }

    private static GaugeSnapshot perView(
            String name,
            String help,
            List<Figures.View> views,
            ToDoubleFunction<Figures.View> value) {
        return gauges(
                name,
                help,
                views.stream()
                        .map(view ->
                                point(Labels.of("view", view.name()), value.applyAsDouble(view)))
                        .toList());
    }

    private static CounterSnapshot perViewCounter(
            String name,
            String help,
            List<Figures.View> views,
            ToDoubleFunction<Figures.View> value) {
        return new CounterSnapshot(
                meta(name, help),
                views.stream()
                        .map(view ->
                                CounterDataPointSnapshot.builder()
                                        .labels(Labels.of("view", view.name()))
                                        .value(value.applyAsDouble(view))
                                        .build())
                        .toList());
    }

    private static CounterSnapshot counter(String name, String help, long value) {
        return new CounterSnapshot(
                meta(name, help),
                List.of(CounterDataPointSnapshot.builder().value((double) value).build()));
    }

    private static GaugeSnapshot gauge(String name, String help, long value) {
        return gauges(name, help, List.of(point(Labels.EMPTY, (double) value)));
    }

    private static GaugeSnapshot gauges(
            String name, String help, List<GaugeDataPointSnapshot> points) {
        return new GaugeSnapshot(meta(name, help), points);
    }

    private static GaugeDataPointSnapshot point(Labels labels, double value) {
        return GaugeDataPointSnapshot.builder().labels(labels).value(value).build();
    }

    private static HistogramSnapshot histogram(
            String name, String help, Distribution distribution) {
        List<Double> bounds = new ArrayList<>(distribution.upperBounds());
        bounds.add(Double.POSITIVE_INFINITY);
        return new HistogramSnapshot(
                meta(name, help),
                List.of(
                        HistogramDataPointSnapshot.builder()
                                .classicHistogramBuckets(
                                        ClassicHistogramBuckets.of(
                                                bounds, new ArrayList<>(distribution.counts())))
                                .sum(distribution.sum())
                                .build()));
    }

    private static MetricMetadata meta(String name, String help) {
        return new MetricMetadata(name, help);
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / NANOS;
    }
}
