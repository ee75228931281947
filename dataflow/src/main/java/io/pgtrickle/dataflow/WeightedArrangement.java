package io.pgtrickle.dataflow;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.type.ByteReader;
import io.pgtrickle.model.type.ByteWriter;
import io.pgtrickle.state.Arrangement;
import java.util.Collection;

/// A collection kept as state: byte strings with positive weights, in the order of the bytes.
final class WeightedArrangement {

    private static final byte[] ONCE = new ByteWriter().writeVarLong(1).toByteArray();

    private final Arrangement arrangement;
    private final boolean distinct;

    WeightedArrangement(Arrangement arrangement) {
        this(arrangement, false);
    }

    /// @param distinct whether it is known that no entry is there more than once: then adding reads nothing
    WeightedArrangement(Arrangement arrangement, boolean distinct) {
        this.arrangement = arrangement;
        this.distinct = distinct;
    }

    /// An entry's weight; 0 where it isn't there.
    long weightOf(byte[] key) {
        return arrangement.get(key).map(WeightedArrangement::weight).orElse(0L);
    }

    /// Adds to an entry's weight; an entry that reaches 0 goes.
    ///
    /// @return the new weight; negative where more was retracted than there is, and then nothing was changed
    long tryAdd(byte[] key, long weight) {
        if (distinct && weight == 1) {
            arrangement.put(key, ONCE);
            return 1;
        }
        if (distinct && weight == -1) {
            arrangement.delete(key);
            return 0;
        }
        long before = weightOf(key);
        if (weight == 0) {
            return before;
        }
        long after = Math.addExact(before, weight);
        if (after > 0) {
            arrangement.put(key, new ByteWriter().writeVarLong(after).toByteArray());
        } else if (after == 0 && before != 0) {
            arrangement.delete(key);
        }
        return after;
    }

    /// Like `tryAdd` where a negative outcome is a fault of ours.
    ///
    /// @param owner names the operator in the error
    long add(byte[] key, long weight, String owner) {
        long after = tryAdd(key, weight);
        if (after < 0) {
            throw PgtrickleException.of(
                    ErrorCode.STATE_INCONSISTENT,
                    "a row of " + owner + " was retracted " + -after + " times too often");
        }
        return after;
    }

    /// Says that these entries will be read or added to next.
    void prefetch(Collection<byte[]> keys) {
        if (!distinct) {
            arrangement.prefetch(keys);
        }
    }

    void delete(byte[] key) {
        arrangement.delete(key);
    }

    Arrangement.Cursor scan(byte[] prefix) {
        return arrangement.scan(prefix);
    }

    /// The weight in an entry's value.
    static long weight(byte[] value) {
        return new ByteReader(value).readVarLong();
    }
}
