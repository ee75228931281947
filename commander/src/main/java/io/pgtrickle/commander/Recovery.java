package io.pgtrickle.commander;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pgtrickle.cdc.Slot;
import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.Lsn;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.postgres.ServerAddress;
import io.pgtrickle.state.StateStore;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where to go on after a start (DESIGN section 6): a group's state is at s, its target at t, the slot at c. The state serves where
/// c ≤ s ≤ t; a slot past the state has a gap, and a target behind the state was put back.
///
/// @param from where the stream is to begin: at the state of the group that is furthest behind
/// @param groups the default one and the others that have views
record Recovery(Lsn from, Map<String, Standing> groups) {

    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

    /// @param state up to where the state is durable, or where the group begins anew
    /// @param target how far the group's tables are
    /// @param usable otherwise every view of the group is populated again, by difference
    record Standing(Lsn state, Lsn target, boolean usable) {}

    private static final String IDENTITY_KEY = "identity";

    static Recovery of(Sql sql, StateStore store, ServerAddress address, String slot) {
        claim(sql, store, slot);
        Slot info = new Continuity(sql, store, address).usableSlot(slot);
        Lsn confirmed = info.confirmedLsn().orElse(Lsn.ZERO);
        Map<String, Lsn> targets = targets(sql);
        Map<String, Lsn> states = new HashMap<>();
        targets.forEach((group, target) ->
                usableState(group, store, confirmed, target)
                        .ifPresent(state -> states.put(group, state)));
        Lsn from = states.values().stream().min(Lsn::compareTo).orElse(confirmed);
        Map<String, Standing> groups = new HashMap<>();
        targets.forEach((group, target) ->
                groups.put(
                        group,
                        new Standing(
                                states.getOrDefault(group, from),
                                target,
                                states.containsKey(group))));
        return new Recovery(from, groups);
    }

    Standing main() {
        return Objects.requireNonNull(groups.get(Group.DEFAULT), "the default group's position");
    }

    /// Whether the group's views may go on from their state.
    boolean isUsable(String group) {
        Standing standing = groups.get(group);
        return standing != null && standing.usable();
    }

    /// Groups whose last view has gone are forgotten.
    private static Map<String, Lsn> targets(Sql sql) {
        sql.update(
                """
                DELETE FROM pgtrickle.progress p
                 WHERE p.group_name <> ? AND p.group_name NOT IN (SELECT v.group_name FROM pgtrickle.view v)
                """,
                Group.DEFAULT);
        Map<String, Lsn> targets = new HashMap<>();
        sql.query(
                        "SELECT group_name, lsn::text FROM pgtrickle.progress",
                        row -> Map.entry(row.getString(1), Lsn.parse(row.getString(2))))
                .forEach(entry -> targets.put(entry.getKey(), entry.getValue()));
        return targets;
    }

    private static Optional<Lsn> usableState(
            String group, StateStore store, Lsn confirmed, Lsn target) {
        Optional<Lsn> state =
                store.metadata(Group.positionKey(group))
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
        if (!reason.isEmpty()) {
            LOG.info("views of group \"{}\", if any, are populated anew: {}", group, reason);
            return Optional.empty();
        }
        return state;
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
