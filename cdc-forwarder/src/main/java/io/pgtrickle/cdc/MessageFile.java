package io.pgtrickle.cdc;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.DELETE_ON_CLOSE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.function.Consumer;

/// A temporary file of messages, each after its length in four bytes. It goes when it is closed (on Unix it has no name
/// from the beginning, so that a killed process leaves nothing behind; elsewhere `deleteLeftovers` removes that). Nothing
/// in it is needed after a crash, so it is never forced to disk.
///
/// One thread appends while another reads what was flushed.
final class MessageFile implements AutoCloseable {

    /// So much is written, and read, at once.
    static final int BUFFER_BYTES = 256 << 10;

    private static final int LENGTH_BYTES = 4;

    private final FileChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    private long flushed;

    private MessageFile(FileChannel channel) {
        this.channel = channel;
    }

    static MessageFile create(Path directory, String suffix) {
        try {
            Files.createDirectories(directory);
            Path path = directory.resolve(UUID.randomUUID() + suffix);
            return new MessageFile(
                    FileChannel.open(path, CREATE_NEW, READ, WRITE, DELETE_ON_CLOSE));
        } catch (IOException e) {
            throw failed("create a file in \"" + directory + "\"", e);
        }
    }

    static void deleteLeftovers(Path directory, String suffix) {
        if (!Files.isDirectory(directory)) {
            return;
        }
        try (DirectoryStream<Path> leftovers = Files.newDirectoryStream(directory, "*" + suffix)) {
            for (Path leftover : leftovers) {
                Files.deleteIfExists(leftover);
            }
        } catch (IOException e) {
            throw failed("remove old files of \"" + directory + "\"", e);
        }
    }

    /// What a message takes in the file.
    static long sizeOf(RawMessage message) {
        return LENGTH_BYTES + (long) message.length();
    }

    void append(RawMessage message) {
        if (buffer.remaining() < LENGTH_BYTES) {
            flush();
        }
        buffer.putInt(message.length());
        if (message.length() <= buffer.remaining()) {
            buffer.put(message.array(), message.offset(), message.length());
            return;
        }
        flush();
        if (message.length() <= buffer.remaining()) {
            buffer.put(message.array(), message.offset(), message.length());
        } else {
            write(ByteBuffer.wrap(message.array(), message.offset(), message.length()));
        }
    }

    /// Where the next message will begin.
    long position() {
        return flushed + buffer.position();
    }

    /// Makes what was appended readable.
    void flush() {
        buffer.flip();
        write(buffer);
        buffer.clear();
    }

    /// Passes on the messages between two positions, which must be boundaries of messages and flushed.
    void read(long from, long to, Consumer<RawMessage> action) {
        long position = from;
        while (position < to) {
            ByteBuffer block = readBlock(position, (int) Math.min(BUFFER_BYTES, to - position));
            int used = deliver(block, action);
            if (used == 0) {
                int needed = LENGTH_BYTES + checkedLength(block, to - position);
                used = deliver(readBlock(position, needed), action);
            }
            position += used;
        }
    }

    /// The message at a position.
    RawMessage readOne(long position) {
        int length = readBlock(position, LENGTH_BYTES).getInt(0);
        ByteBuffer content = readBlock(position + LENGTH_BYTES, length);
        return new RawMessage(content.array(), content.arrayOffset(), length);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw failed("remove a file", e);
        }
    }

    /// Passes on the messages that are whole in the block and tells how many bytes they took.
    private static int deliver(ByteBuffer block, Consumer<RawMessage> action) {
        int position = 0;
        int end = block.limit();
        while (end - position >= LENGTH_BYTES) {
            int length = block.getInt(position);
            if (length < 0 || length > end - position - LENGTH_BYTES) {
                break;
            }
            action.accept(
                    new RawMessage(
                            block.array(), block.arrayOffset() + position + LENGTH_BYTES, length));
            position += LENGTH_BYTES + length;
        }
        return position;
    }

    private static int checkedLength(ByteBuffer block, long available) {
        int length = block.limit() < LENGTH_BYTES ? -1 : block.getInt(0);
        if (length < 0 || length > available - LENGTH_BYTES) {
            throw PgtrickleException.of(
                    ErrorCode.STATE_IO, "a temporary file of changes was damaged");
        }
        return length;
    }

    private void write(ByteBuffer source) {
        try {
            while (source.hasRemaining()) {
                flushed += channel.write(source, flushed);
            }
        } catch (IOException e) {
            throw failed("write", e);
        }
    }

    private ByteBuffer readBlock(long position, int length) {
        ByteBuffer block = ByteBuffer.allocate(length);
        try {
            while (block.hasRemaining()) {
                if (channel.read(block, position + block.position()) < 0) {
                    throw new IOException("the file ends at byte " + (position + block.position()));
                }
            }
        } catch (IOException e) {
            throw failed("read", e);
        }
        return block.flip();
    }

    private static PgtrickleException failed(String what, IOException e) {
        return PgtrickleException.of(
                        ErrorCode.STATE_IO,
                        "could not " + what + " for changes on their way: " + e.getMessage(),
                        e)
                .withHint(
                        "the directory for spilled changes needs free space and the right to write");
    }
}
