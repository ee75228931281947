package io.pgtrickle.commander;

import io.pgtrickle.dataflow.Circuit;
import io.pgtrickle.dataflow.SourceChange;
import io.pgtrickle.dataflow.plan.Source;
import io.pgtrickle.model.ZSet;
import io.pgtrickle.state.StateSpace;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A view that moves with its group. Owned by the engine's thread.
final class LiveView {

    private final ViewDefinition definition;
    private final StateSpace space;
    private final Circuit circuit;
    private final SourceShape shape;
    private final List<Source> sources;
    private long changesReceived;
    private long changesApplied;

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

    void countApplied(long rows) {
        changesApplied += rows;
    }

    long changesReceived() {
        return changesReceived;
    }

    long changesApplied() {
        return changesApplied;
    }
}
