package io.pgtrickle.cdc;

import java.util.List;
import java.util.function.Consumer;

/// Undecoded messages in their order, readable as often as one likes.
sealed interface RawMessages extends AutoCloseable {

    void forEach(Consumer<RawMessage> action);

    /// What they hold of the heap.
    long heapBytes();

    @Override
    void close();

    /// @param heapBytes with what the arrays and the list cost beside their content
    record InMemory(List<RawMessage> messages, long heapBytes) implements RawMessages {

        @Override
        public void forEach(Consumer<RawMessage> action) {
            messages.forEach(action);
        }

        @Override
        public void close() {}
    }

    /// The messages between two positions of a file.
    ///
    /// @param owner whether the file goes with them
    record OnDisk(MessageFile file, long from, long to, boolean owner) implements RawMessages {

        @Override
        public void forEach(Consumer<RawMessage> action) {
            file.read(from, to, action);
        }

        @Override
        public long heapBytes() {
            return owner ? MessageFile.BUFFER_BYTES : 0;
        }

        @Override
        public void close() {
            if (owner) {
                file.close();
            }
        }
    }
}
