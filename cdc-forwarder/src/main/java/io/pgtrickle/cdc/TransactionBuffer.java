package io.pgtrickle.cdc;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Gathers a transaction's messages: in memory up to a limit, beyond it all of them in a file. For one thread.
final class TransactionBuffer {

    static final String SUFFIX = ".transaction";

    /// What an array, its header from the wire and its place in the list cost beside the message.
    private static final int OVERHEAD_BYTES = 96;

    private final Path spillDirectory;
    private final long limitBytes;
    private List<RawMessage> messages = new ArrayList<>();
    private long heapBytes;
    private Optional<MessageFile> file = Optional.empty();

    TransactionBuffer(Path spillDirectory, long limitBytes) {
        this.spillDirectory = spillDirectory;
        this.limitBytes = limitBytes;
    }

    void append(RawMessage message) {
        if (file.isPresent()) {
            file.get().append(message);
            return;
        }
        messages.add(message);
        heapBytes += message.length() + OVERHEAD_BYTES;
        if (heapBytes > limitBytes) {
            spill();
        }
    }

    private void spill() {
        MessageFile spilled = MessageFile.create(spillDirectory, SUFFIX);
        file = Optional.of(spilled);
        messages.forEach(spilled::append);
        messages = new ArrayList<>();
        heapBytes = 0;
    }

    /// The messages, which the caller has to close. The buffer isn't used afterwards.
    RawMessages finish() {
        if (file.isEmpty()) {
            return new RawMessages.InMemory(messages, heapBytes);
        }
        MessageFile spilled = file.get();
        spilled.flush();
        return new RawMessages.OnDisk(spilled, 0, spilled.position(), true);
    }

    void discard() {
        file.ifPresent(MessageFile::close);
    }
}
