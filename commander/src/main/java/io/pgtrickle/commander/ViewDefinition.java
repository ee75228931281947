package io.pgtrickle.commander;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pgtrickle.dataflow.plan.Source;
import io.pgtrickle.dataflow.plan.ViewPlan;
import io.pgtrickle.postgres.RemoteContext;
import io.pgtrickle.postgres.ResultTable;
import io.pgtrickle.state.StateStore;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// A view as it is catalogued and planned.
///
/// @param id in `pgtrickle.view`; names its state space and its row type too
/// @param group the views with which it moves
/// @param table the result table under its final name
/// @param context whose it is and under which settings it was made
record ViewDefinition(
        long id,
        String group,
        ResultTable table,
        String query,
        ViewPlan plan,
        RemoteContext context) {

    /// The role that may drop it.
    String creator() {
        return context.owner();
    }

    /// Where the result is built before it appears under its name.
    ResultTable hiddenTable() {
        return new ResultTable(id, "pgtrickle", "result_" + id, table.columns(), table.key());
    }

    /// The same view under another name.
    ViewDefinition named(ViewNames.QualifiedName name) {
        return new ViewDefinition(
                id,
                group,
                new ResultTable(id, name.schema(), name.name(), table.columns(), table.key()),
                query,
                plan,
                context);
    }

    String spaceName() {
        return spaceName(id);
    }

    static String spaceName(long id) {
        return "view-" + id;
    }

    /// The metadata key under which a checkpoint says that the view's state is complete.
    String metadataKey() {
        return metadataKey(id);
    }

    static String metadataKey(long id) {
        return "view-" + id;
    }

    /// What a checkpoint keeps under that key: state that carries another stamp was made for another plan or other sources.
    byte[] stamp(SourceShape shape) {
        return (plan.fingerprint() + '\0' + shape.stamp()).getBytes(UTF_8);
    }

    /// The shape of the sources for which a stamp was made, where it was made for this plan.
    Optional<SourceShape> shapeOf(byte[] stamp) {
        String text = new String(stamp, UTF_8);
        String prefix = plan.fingerprint() + '\0';
        return text.startsWith(prefix)
                ? SourceShape.ofStamp(text.substring(prefix.length()))
                : Optional.empty();
    }

    /// Drops the view's state. What a crash leaves of state that is being made again must not look complete, so the stamp goes first.
    void forgetState(StateStore store) {
        store.checkpoint(List.of(), Map.of(metadataKey(), new byte[0]));
        store.drop(spaceName());
    }

    /// The key columns' names, for `list_views`.
    List<String> uniqueKeyNames() {
        return plan.uniqueKey().stream().map(i -> plan.columns().get(i).name()).toList();
    }

    /// The tables that it reads.
    Set<Long> relations() {
        return sources().stream().map(Source::relationOid).collect(Collectors.toUnmodifiableSet());
    }

    List<Source> sources() {
        return plan.sources().values().stream().flatMap(List::stream).distinct().toList();
    }

    String qualifiedName() {
        return table.qualifiedName();
    }
}
