package io.pgtrickle.dataflow;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.ZSet;
import io.pgtrickle.model.type.ByteWriter;
import io.pgtrickle.model.type.RowCodec;
import io.pgtrickle.model.type.SqlType;
import io.pgtrickle.state.Arrangement;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;

/// For a recursive UNION: in which rounds each row is derived. A row belongs to the first of them; of those that SQL takes for equal
/// the one with the least image does. So a row whose first derivation goes moves to the next round in which it has one, and a cycle
/// can't keep itself alive, since each derivation stands on one of an earlier round.
///
/// Kept: canonical key of the row, then the round, then the image → the number of derivations.
final class FirstFound {

    private final WeightedArrangement derivations;
    private final RowCodec codec;
    private final int[] all;

    /// The rows that this step has touched, by key, and where they were before.
    private final SortedMap<byte[], Optional<Found>> before =
            new TreeMap<>(Arrays::compareUnsigned);

    /// Touched rows that may come to belong to a later round, or cease to.
    private final SortedMap<Integer, SortedSet<byte[]>> later = new TreeMap<>();

    private record Found(int round, Row row) {}

    FirstFound(Arrangement derivations, List<SqlType> types) {
        this.derivations = new WeightedArrangement(derivations);
        this.codec = new RowCodec(types);
        this.all = IntStream.range(0, types.size()).toArray();
    }

    /// Whether rows may change their place in that round or a later one.
    boolean hasLater(int round) {
        return !later.tailMap(round).isEmpty();
    }

    /// Takes in the change of what a round derives, after those of all earlier rounds.
    ///
    /// @return the change of the rows that are first found in it
    ZSet round(int round, ZSet derived) {
        SortedSet<byte[]> touched = new TreeSet<>(Arrays::compareUnsigned);
        SortedSet<byte[]> waiting = later.remove(round);
        if (waiting != null) {
            touched.addAll(waiting);
        }
        derived.forEach((row, weight) -> {
            byte[] key = key(row);
            if (!before.containsKey(key)) {
                Optional<Found> first = first(key);
                if (first.isEmpty() || first.get().round() >= round) {
                    before.put(key, first);
                    schedule(key, round);
                }
            }
            if (before.containsKey(key)) {
                touched.add(key);
            }
            derivations.add(entry(key, round, row), weight, "a recursive query");
        });
        ZSet change = new ZSet();
        for (byte[] key : touched) {
            before.getOrDefault(key, Optional.empty())
                    .filter(found -> found.round() == round)
                    .ifPresent(found -> change.add(found.row(), -1));
            first(key)
                    .filter(found -> found.round() == round)
                    .ifPresent(found -> change.add(found.row(), 1));
        }
        return change;
    }

    /// After the last round.
    ///
    /// @return the change of the rows that are found in any
    ZSet end() {
        ZSet change = new ZSet();
        before.forEach((key, old) -> {
            old.ifPresent(found -> change.add(found.row(), -1));
            first(key).ifPresent(found -> change.add(found.row(), 1));
        });
        before.clear();
        later.clear();
        return change;
    }

    private void schedule(byte[] key, int after) {
        try (Arrangement.Cursor cursor = derivations.scan(key)) {
            while (cursor.next()) {
                int round = roundOf(cursor.key(), key);
                if (round > after) {
                    later.computeIfAbsent(round, _ -> new TreeSet<>(Arrays::compareUnsigned))
                            .add(key);
                }
            }
        }
    }

    private Optional<Found> first(byte[] key) {
        try (Arrangement.Cursor cursor = derivations.scan(key)) {
            if (!cursor.next()) {
                return Optional.empty();
            }
            byte[] entry = cursor.key();
            int image = key.length + Integer.BYTES;
            return Optional.of(
                    new Found(
                            roundOf(entry, key),
                            codec.decode(Arrays.copyOfRange(entry, image, entry.length))));
        }
    }

    private static int roundOf(byte[] entry, byte[] key) {
        if (entry.length < key.length + Integer.BYTES) {
            throw PgtrickleException.of(
                    ErrorCode.STATE_INCONSISTENT, "a row of a recursive query has no round");
        }
        return ByteBuffer.wrap(entry, key.length, Integer.BYTES).getInt();
    }

    private byte[] key(Row row) {
        ByteWriter out = new ByteWriter();
        codec.writeKey(row, all, out);
        return out.toByteArray();
    }

    private byte[] entry(byte[] key, int round, Row row) {
        ByteWriter out = new ByteWriter(key.length + 64);
        out.write(key).writeInt(round);
        codec.encode(row, out);
        return out.toByteArray();
    }
}
