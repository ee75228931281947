package io.pgtrickle.dataflow;

import io.pgtrickle.state.Arrangement;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collection;
import java.util.Optional;

/// An arrangement that each round of a recursion has for itself: the round's number stands before the keys.
final class RoundArrangement implements Arrangement {

    /// Which round is being evaluated.
    static final class Round {

        private int number;

        void set(int newNumber) {
            number = newNumber;
        }
    }

    private static final int PREFIX_BYTES = Integer.BYTES;

    private final Arrangement rounds;
    private final Round round;

    RoundArrangement(Arrangement rounds, Round round) {
        this.rounds = rounds;
        this.round = round;
    }

    @Override
    public Optional<byte[]> get(byte[] key) {
        return rounds.get(place(key));
    }

    @Override
    public void prefetch(Collection<byte[]> keys) {
        rounds.prefetch(keys.stream().map(this::place).toList());
    }

    @Override
    public void put(byte[] key, byte[] value) {
        rounds.put(place(key), value);
    }

    @Override
    public void delete(byte[] key) {
        rounds.delete(place(key));
    }

    @Override
    public Cursor scan(byte[] prefix) {
        Cursor cursor = rounds.scan(place(prefix));
        return new Cursor() {
            @Override
            public boolean next() {
                return cursor.next();
            }

            @Override
            public byte[] key() {
                byte[] key = cursor.key();
                return Arrays.copyOfRange(key, PREFIX_BYTES, key.length);
            }

            @Override
            public byte[] value() {
                return cursor.value();
            }

            @Override
            public void close() {
                cursor.close();
            }
        };
    }

    private byte[] place(byte[] key) {
        return ByteBuffer.allocate(PREFIX_BYTES + key.length).putInt(round.number).put(key).array();
    }
}
