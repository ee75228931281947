package io.pgtrickle.commander;

import io.pgtrickle.dataflow.Circuit;
import io.pgtrickle.dataflow.SourceChange;
import io.pgtrickle.dataflow.plan.Source;
import io.pgtrickle.model.ZSet;
import io.pgtrickle.state.StateSpace;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A view that moves with its group. Owned by the engine's thread.
final class LiveView {

    private ViewDefinition definition;
    private final StateSpace space;
    private final Circuit circuit;
    private final SourceShape shape;
    private final List<Source> sources;
    private long changesReceived;
    private long changesApplied;
    private long reportedChanges = -1;
    private Instant lastChange = Instant.EPOCH;
    private Duration lastLatency = Duration.ZERO;

    /// @param shape of the sources when they were read
    LiveView(ViewDefinition definition, StateSpace space, Circuit circuit, SourceShape shape) {
        this.definition = definition;
        this.shape = shape;
        this.space = space;
        this.circuit = circuit;
        this.sources = definition.sources();
    }

    ViewDefinition definition() {
        return definition;
    }

    /// Its table has another name now.
    void renamed(ViewNames.QualifiedName name) {
        definition = definition.named(name);
    }

    SourceShape shape() {
        return shape;
    }

    StateSpace space() {
        return space;
    }

    Circuit circuit() {
        return circuit;
    }

    List<Source> sources() {
        return sources;
    }

    /// Evaluates a step; the delta of the result.
    ZSet step(Map<Source, List<SourceChange>> changes) {
        Map<Source, List<SourceChange>> mine = new LinkedHashMap<>();
        for (Source source : sources) {
            List<SourceChange> list = changes.get(source);
            if (list != null) {
                mine.put(source, list);
                changesReceived += list.size();
            }
        }
        return mine.isEmpty() ? new ZSet() : circuit.step(mine);
    }

    /// A step has changed the result table.
    ///
    /// @param commitTime of the step's last transaction
    /// @param latency from then until the change was visible
    void applied(long rows, Instant commitTime, Duration latency) {
        changesApplied += rows;
        lastChange = commitTime;
        lastLatency = latency;
    }

    /// When the last change of the result was committed by its writer; the epoch where there was none since the start.
    Instant lastChange() {
        return lastChange;
    }

    Duration lastLatency() {
        return lastLatency;
    }

    /// Whether there is news since the last call.
    boolean takeNews() {
        boolean news = changesReceived != reportedChanges;
        reportedChanges = changesReceived;
        return news;
    }

    long changesReceived() {
        return changesReceived;
    }

    long changesApplied() {
        return changesApplied;
    }
}
