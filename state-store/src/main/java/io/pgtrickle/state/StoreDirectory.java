package io.pgtrickle.state;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/// The files around the database:
///
/// | file | meaning |
/// | --- | --- |
/// | `LOCK` | locked by the process that has the store open |
/// | `FORMAT` | `pgtrickle state N`: the version of everything else; there once the store is complete |
/// | `FORMAT.new` | the store is being made for the first time: nothing in it matters yet |
/// | `CLEAN` | it was closed in order; gone while it is open and after a crash |
/// | `SEAL` | what RocksDB's files begin with: see `Seal` |
/// | `db` | RocksDB |
///
/// The lock is held from `claim` to `close`.
final class StoreDirectory implements AutoCloseable {

    /// How it was found.
    enum Condition {
        /// Not there, or never finished: to be made.
        NEW,
        /// Closed in order.
        CLEAN,
        /// Its process ended without closing it.
        UNCLEAN
    }

    private static final String DATABASE = "db";
    private static final int FORMAT_VERSION = 1;
    private static final String FORMAT_LABEL = "pgtrickle state ";

    /// A FORMAT file is a short line; a longer one is somebody else's.
    private static final long MAX_FORMAT_BYTES = 64;

    private final Path directory;
    private final FileChannel lock;
    private final Seal seal;

    private StoreDirectory(Path directory, FileChannel lock) {
        this.directory = directory;
        this.lock = lock;
        this.seal = new Seal(directory, directory.resolve(DATABASE));
    }

    /// Makes the directory where there is none, and locks it.
    ///
    /// @throws PgtrickleException STATE_IO where another process has it, STATE_FOREIGN where it holds something else
    static StoreDirectory claim(Path directory) {
        try {
            if (Files.isDirectory(directory)) {
                refuseForeign(directory);
            } else {
                Files.createDirectories(directory);
            }
            FileChannel channel = FileChannel.open(directory.resolve("LOCK"), CREATE, WRITE);
            if (!tryLock(channel)) {
                channel.close();
                throw PgtrickleException.of(
                                ErrorCode.STATE_IO,
                                "state directory \""
                                        + directory
                                        + "\" is in use by another process")
                        .withHint(
                                "stop the other process, or give this one a directory of its own");
            }
            return new StoreDirectory(directory, channel);
        } catch (IOException e) {
            throw StoreErrors.of("opening state directory \"" + directory + "\"", e);
        }
    }

    private static boolean tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException _) {
            return false;
        }
    }

    private static void refuseForeign(Path directory) throws IOException {
        if (Files.exists(directory.resolve("FORMAT"))
                || Files.exists(directory.resolve("FORMAT.new"))) {
            return;
        }
        List<String> names;
        try (Stream<Path> entries = Files.list(directory)) {
            names =
                    entries.map(entry -> entry.getFileName().toString())
                            .filter(name -> !name.equals("LOCK") && !name.equals("lost+found"))
                            .toList();
        }
        if (names.contains("db")) {
            throw PgtrickleException.of(
                    ErrorCode.STATE_CORRUPT,
                    "state directory \"" + directory + "\" has lost its file FORMAT");
        }
        if (!names.isEmpty()) {
            throw PgtrickleException.of(
                            ErrorCode.STATE_FOREIGN,
                            "directory \""
                                    + directory
                                    + "\" is not empty and not a state directory")
                    .withHint("give an empty directory, or one that does not exist yet");
        }
    }

    /// Tells how the store was left, checks its version, and notes that it is open from now on. A store that was never finished
    /// is cleared away.
    ///
    /// @throws PgtrickleException STATE_FOREIGN for another version
    Condition begin() {
        try {
            if (Files.exists(directory.resolve("FORMAT"))) {
                checkFormat();
                boolean clean = Files.deleteIfExists(directory.resolve("CLEAN"));
                sync(directory);
                return clean ? Condition.CLEAN : Condition.UNCLEAN;
            }
            deleteAll(database());
            write("FORMAT.new", FORMAT_LABEL + FORMAT_VERSION + "\n");
            Files.createDirectories(database());
            sync(directory);
            return Condition.NEW;
        } catch (IOException e) {
            throw StoreErrors.of("opening state directory \"" + directory + "\"", e);
        }
    }

    private void checkFormat() throws IOException {
        Path file = directory.resolve("FORMAT");
        String text =
                Files.size(file) > MAX_FORMAT_BYTES
                        ? ""
                        : new String(Files.readAllBytes(file), UTF_8).strip();
        if (!text.matches(FORMAT_LABEL + "\\d{1,9}")) {
            throw PgtrickleException.of(
                    ErrorCode.STATE_CORRUPT, "file \"" + file + "\" is damaged");
        }
        int version = Integer.parseInt(text.substring(FORMAT_LABEL.length()));
        if (version != FORMAT_VERSION) {
            throw PgtrickleException.of(
                            ErrorCode.STATE_FOREIGN,
                            "state directory \""
                                    + directory
                                    + "\" has format "
                                    + version
                                    + ", this program needs "
                                    + FORMAT_VERSION)
                    .withHint("give an empty directory: the views are then rebuilt into it");
        }
    }

    /// The database has been made: from now on the store exists.
    void complete() {
        try {
            sync(database());
            Files.move(
                    directory.resolve("FORMAT.new"),
                    directory.resolve("FORMAT"),
                    StandardCopyOption.ATOMIC_MOVE);
            sync(directory);
        } catch (IOException e) {
            throw StoreErrors.of("making state directory \"" + directory + "\"", e);
        }
    }

    /// The database has been closed in order.
    void markClean() {
        try {
            write("CLEAN", "");
            sync(directory);
        } catch (IOException e) {
            throw StoreErrors.of("closing state directory \"" + directory + "\"", e);
        }
    }

    Seal seal() {
        return seal;
    }

    Path database() {
        return directory.resolve(DATABASE);
    }

    /// Gives the lock back.
    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            throw StoreErrors.of("unlocking state directory \"" + directory + "\"", e);
        }
    }

    private void write(String name, String content) throws IOException {
        try (FileChannel file =
                FileChannel.open(directory.resolve(name), CREATE, WRITE, TRUNCATE_EXISTING)) {
            ByteBuffer rest = ByteBuffer.wrap(content.getBytes(UTF_8));
            while (rest.hasRemaining()) {
                file.write(rest);
            }
            file.force(true);
        }
    }

    /// Makes durable which files a directory has.
    private static void sync(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, READ)) {
            channel.force(true);
        }
    }

    private static void deleteAll(Path root) throws IOException {
        if (!Files.exists(root)) {
            return;
        }
        List<Path> files;
        try (Stream<Path> walk = Files.walk(root)) {
            files = walk.toList().reversed();
        }
        for (Path file : files) {
            Files.delete(file);
        }
    }
}
