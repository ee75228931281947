package io.pgtrickle.commander;

import io.pgtrickle.cdc.Publication;
import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Whether the publication and the tables under the views are still what they were. For the thread of its session.
final class SourceWatch {

    private final Sql sql;
    private final String publication;
    private final Optional<Long> publicationOid;

    SourceWatch(Sql sql, String publication) {
        this.sql = sql;
        this.publication = publication;
        this.publicationOid = oid();
    }

    /// @throws PgtrickleException SLOT_LOST where the publication isn't the one with which the stream began
    void checkPublication() {
        if (!oid().equals(publicationOid)) {
            throw PgtrickleException.of(
                    ErrorCode.SLOT_LOST, "publication \"" + publication + "\" was dropped");
        }
    }

    SourceShape shape(ViewDefinition definition) {
        return shapes(List.of(definition)).getOrDefault(definition.id(), SourceShape.NONE);
    }

    /// The views that can't go on over their sources as these are now.
    List<Departure> changed(Collection<LiveView> views) {
        Map<Long, SourceShape> now = shapes(views.stream().map(LiveView::definition).toList());
        List<Departure> changed = new ArrayList<>();
        for (LiveView view : views) {
            SourceShape shape = now.getOrDefault(view.definition().id(), SourceShape.NONE);
            boolean sameColumns = view.shape().columns().equals(shape.columns());
            view.shape()
                    .changedTo(shape)
                    .ifPresent(error -> changed.add(new Departure(view, error, sameColumns)));
        }
        return changed;
    }

    private Map<Long, SourceShape> shapes(List<ViewDefinition> definitions) {
        return SourceShape.read(sql, publication, definitions);
    }

    private Optional<Long> oid() {
        return new Publication(sql.connection(), publication).oid();
    }
}
