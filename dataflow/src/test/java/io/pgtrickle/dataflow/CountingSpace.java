package io.pgtrickle.dataflow;

import io.pgtrickle.state.Arrangement;
import io.pgtrickle.state.MemoryStateStore;
import io.pgtrickle.state.StateSpace;
import java.util.Optional;

/// State in memory that counts what is asked of it: the cost of a step that doesn't depend on the machine.
final class CountingSpace implements StateSpace {

    private final StateSpace space = new MemoryStateStore().space("view");
    private long operations;

    /// Reads, writes, scans begun and entries that scans went over, since the last call.
    long operations() {
        long count = operations;
        operations = 0;
        return count;
    }

    @Override
    public String name() {
        return space.name();
    }

    @Override
    public Arrangement arrangement(int ordinal) {
        return new Counting(space.arrangement(ordinal));
    }

    @Override
    public void flush() {
        space.flush();
    }

    @Override
    public void release() {
        space.release();
    }

    @Override
    public void revert() {
        space.revert();
    }

    @Override
    public long pendingBytes() {
        return space.pendingBytes();
    }

    @Override
    public long storedBytes() {
        return space.storedBytes();
    }

    private final class Counting implements Arrangement {

        private final Arrangement arrangement;

        Counting(Arrangement arrangement) {
            this.arrangement = arrangement;
        }

        @Override
        public Optional<byte[]> get(byte[] key) {
            operations++;
            return arrangement.get(key);
        }

        @Override
        public void put(byte[] key, byte[] value) {
            operations++;
            arrangement.put(key, value);
        }

        @Override
        public void delete(byte[] key) {
            operations++;
            arrangement.delete(key);
        }

        @Override
        public Cursor scan(byte[] prefix) {
            operations++;
            Cursor cursor = arrangement.scan(prefix);
            return new Cursor() {
                @Override
                public boolean next() {
                    operations++;
                    return cursor.next();
                }

                @Override
                public byte[] key() {
                    return cursor.key();
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
    }
}
