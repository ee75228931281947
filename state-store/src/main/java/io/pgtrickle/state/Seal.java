package io.pgtrickle.state;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;

/// What RocksDB's manifest and logs begin with, noted beside them in file `SEAL`.
///
/// RocksDB takes a manifest that is cut short for one whose end was being written when the process died, and a log that was exchanged
/// for an older one for what it is: in both cases it opens without a word, with some of the newer writes and without some of the older ones. Both
/// files only ever grow. So the manifest as it was at some checkpoint, and the first block of each log, must be there again.
///
/// Each line is a file's name, a length and the checksum of so many bytes; the last one is the checksum of the lines above. For the store's owner.
final class Seal {

    private static final String FILE = "SEAL";
    private static final String MANIFEST = "MANIFEST-";
    private static final String LOG_SUFFIX = ".log";

    /// A log's first records have the sequence numbers that tell it from every other.
    private static final long LOG_BYTES = 4096;

    private static final int BUFFER_BYTES = 64 << 10;

    private final Path file;
    private final Path database;
    private Map<String, Long> sealed = new TreeMap<>();

    /// @param directory around the database
    Seal(Path directory, Path database) {
        this.file = directory.resolve(FILE);
        this.database = database;
    }

    /// Before the database is opened, which changes its files: compares them, and takes the seal off. RocksDB may have deleted some since; it
    /// notices itself where one is missing that it needs.
    ///
    /// @throws PgtrickleException STATE_CORRUPT where one isn't what it was
    void breakOpen() {
        try {
            String text = Files.exists(file) ? Files.readString(file) : "";
            int last = text.lastIndexOf('\n', text.length() - 2) + 1;
            String lines = text.substring(0, last);
            if (text.isEmpty() || !text.substring(last).strip().equals(checksum(lines))) {
                throw corrupt(file);
            }
            for (String line : lines.lines().toList()) {
                String[] parts = line.split(" ", -1);
                Path member = database.resolve(parts[0]);
                long length = Long.parseLong(parts[1]);
                if (Files.exists(member) && !checksum(member, length).equals(parts[2])) {
                    throw corrupt(member);
                }
            }
            write("");
            sealed = new TreeMap<>();
        } catch (IOException e) {
            throw StoreErrors.of("verifying the state store", e);
        }
    }

    /// At a checkpoint: seals what has come since the last one.
    void renew() {
        try {
            Map<String, Long> now = lengths();
            if (now.equals(sealed)) {
                return;
            }
            StringBuilder lines = new StringBuilder();
            for (Map.Entry<String, Long> member : now.entrySet()) {
                lines.append(member.getKey())
                        .append(' ')
                        .append(member.getValue())
                        .append(' ')
                        .append(checksum(database.resolve(member.getKey()), member.getValue()))
                        .append('\n');
            }
            write(lines.toString());
            sealed = now;
        } catch (NoSuchFileException e) {
            // RocksDB has just deleted it; the next checkpoint finds the others
            sealed = new TreeMap<>();
        } catch (IOException e) {
            throw StoreErrors.of("sealing the state store", e);
        }
    }

    private Map<String, Long> lengths() throws IOException {
        Map<String, Long> lengths = new TreeMap<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(database)) {
            for (Path path : files) {
                String name = path.getFileName().toString();
                if (name.endsWith(LOG_SUFFIX)) {
                    lengths.put(name, Math.min(LOG_BYTES, Files.size(path)));
                } else if (name.startsWith(MANIFEST)) {
                    lengths.put(name, Files.size(path));
                }
            }
        }
        return lengths;
    }

    /// Renamed into its place, so that a killed process leaves the old one or the new one. It isn't forced to disk: an older one is true too.
    private void write(String lines) throws IOException {
        Path next = file.resolveSibling(FILE + ".new");
        Files.writeString(next, lines + checksum(lines) + "\n");
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static String checksum(String text) {
        CRC32 crc = new CRC32();
        crc.update(text.getBytes(UTF_8));
        return HexFormat.of().toHexDigits((int) crc.getValue());
    }

    /// Of a file that is shorter: none.
    private static String checksum(Path path, long length) throws IOException {
        CRC32 crc = new CRC32();
        byte[] buffer = new byte[BUFFER_BYTES];
        long left = length;
        try (InputStream in = Files.newInputStream(path)) {
            while (left > 0) {
                int read = in.read(buffer, 0, (int) Math.min(buffer.length, left));
                if (read < 0) {
                    return "";
                }
                crc.update(buffer, 0, read);
                left -= read;
            }
        }
        return HexFormat.of().toHexDigits((int) crc.getValue());
    }

    private static PgtrickleException corrupt(Path path) {
        return PgtrickleException.of(
                ErrorCode.STATE_CORRUPT, "file \"" + path + "\" is not what it was");
    }
}
