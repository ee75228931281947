package io.pgtrickle.commander;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pgtrickle.cdc.Slot;
import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.Lsn;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.postgres.ServerAddress;
import io.pgtrickle.state.StateStore;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Where to go on after a start (DESIGN section 6): the state is at s, the target at t, the slot at c. The state serves where
/// c ≤ s ≤ t; a slot past the state has a gap, and a target behind the state was put back.
///
/// @param positions of the group
/// @param stateUsable otherwise every view is populated again, by difference
/// @param reason why the state isn't usable, for the log
record Recovery(Group.GroupPositions positions, boolean stateUsable, String reason) {

    private static final String IDENTITY_KEY = "identity";

    static Recovery of(Sql sql, StateStore store, ServerAddress address, String slot) {
        claim(sql, store, slot);
        Slot info = new Continuity(sql, store, address).usableSlot(slot);
        Lsn confirmed = info.confirmedLsn().orElse(Lsn.ZERO);
        Lsn target =
                sql.one(
                        "SELECT lsn::text FROM pgtrickle.progress WHERE group_name = ?",
                        row -> Lsn.parse(row.getString(1)),
                        Group.DEFAULT);
        Optional<Lsn> state =
                store.metadata(Group.POSITION_KEY)
                        .map(bytes -> new Lsn(ByteBuffer.wrap(bytes).getLong()));
        String reason = "";
        if (state.isEmpty()) {
            reason = "the state directory is new";
        } else if (confirmed.isAfter(state.get())) {
            reason =
                    "the slot is confirmed up to "
                            + confirmed
                            + ", past the state at "
                            + state.get();
        } else if (state.get().isAfter(target)) {
            reason = "the database is at " + target + ", behind the state at " + state.get();
        }
        boolean usable = reason.isEmpty();
        Lsn from = usable ? state.orElseThrow() : confirmed;
        return new Recovery(new Group.GroupPositions(from, target), usable, reason);
    }

    /// Makes a new state directory this database's, and refuses that of another one.
    private static void claim(Sql sql, StateStore store, String slot) {
        String identity =
                sql.one(
                                "SELECT (SELECT system_identifier FROM pg_control_system()) || '/' ||"
                                        + " (SELECT oid FROM pg_database WHERE datname = current_database())",
                                row -> row.getString(1))
                        + "/"
                        + slot;
        Optional<byte[]> known = store.metadata(IDENTITY_KEY);
        if (known.isEmpty()) {
            store.checkpoint(List.of(), Map.of(IDENTITY_KEY, identity.getBytes(UTF_8)));
        } else if (!identity.equals(new String(known.get(), UTF_8))) {
            throw PgtrickleException.of(
                            ErrorCode.STATE_FOREIGN,
                            "the state directory belongs to another database or slot")
                    .withHint("start with that database and slot, or with an empty --state-dir");
        }
    }
}
