package io.pgtrickle.commander;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pgtrickle.cdc.Publication;
import io.pgtrickle.cdc.Slot;
import io.pgtrickle.cdc.Slots;
import io.pgtrickle.postgres.ServerAddress;
import io.pgtrickle.state.StateStore;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Whether the slot can bring what is missing. Where it can't, it is made anew; then it begins after the state, and every view is
/// populated again.
///
/// A publication that was dropped and made again has a new oid. The old slot would fail for ever where it was missing, or on
/// PostgreSQL 18 silently leave out what was committed meanwhile (CDC.md).
final class Continuity {

    private static final Logger LOG = LoggerFactory.getLogger(Continuity.class);

    private static final String PUBLICATION_KEY = "publication";

    private final Sql sql;
    private final StateStore store;
    private final ServerAddress address;
    private final Slots slots;

    Continuity(Sql sql, StateStore store, ServerAddress address) {
        this.sql = sql;
        this.store = store;
        this.address = address;
        this.slots = new Slots(sql.connection());
    }

    /// A slot that can be read, and whose publication exists.
    Slot usableSlot(String name) {
        String publication =
                sql.one(
                        "SELECT publication FROM pgtrickle.sidecar",
                        row -> Optional.ofNullable(row.getString(1)).orElse(""));
        String oid = Long.toString(new Publication(sql.connection(), publication).ensure());
        Optional<String> known =
                store.metadata(PUBLICATION_KEY).map(bytes -> new String(bytes, UTF_8));
        Optional<Slot> found = slots.find(name);
        boolean madeAgain = known.isPresent() && !known.get().equals(oid);
        if (found.isPresent() && (found.get().isLost() || madeAgain)) {
            LOG.warn("replication slot \"{}\" has lost changes: it is made anew", name);
            slots.drop(name);
            found = Optional.empty();
        }
        if (found.isEmpty()) {
            Installation.createSlot(slots, address, name);
        }
        store.checkpoint(List.of(), Map.of(PUBLICATION_KEY, oid.getBytes(UTF_8)));
        return slots.find(name).orElseThrow();
    }
}
