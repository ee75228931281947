package io.pgtrickle.testsupport;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;

/// A base backup by copying the files of a running server, since the embedded binaries have no pg_basebackup, and what makes it a standby.
final class StandbyCopy {

    /// Their content is the running server's own.
    private static final Set<String> EMPTY =
            Set.of("pg_replslot", "pg_dynshmem", "pg_notify", "pg_stat_tmp", "pg_subtrans");

    private static final Set<String> LEFT_OUT = Set.of("postmaster.pid", "postmaster.opts");

    /// From it on the functions of a backup have other names.
    private static final int RENAMED_SINCE = 15;

    /// From it on a standby keeps the primary's failover slots up to date by itself.
    private static final int SLOTS_ON_STANDBYS_SINCE = 17;

    private StandbyCopy() {}

    static void of(EmbeddedServer primary, Path from, Path to) throws IOException {
        boolean renamed = primary.major() >= RENAMED_SINCE;
        try (Connection connection = primary.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("SELECT pg_create_physical_replication_slot('standby', true)");
            statement.execute(
                    renamed
                            ? "SELECT pg_backup_start('standby', true)"
                            : "SELECT pg_start_backup('standby', true, false)");
            copy(from, to);
            try (ResultSet row =
                    statement.executeQuery(
                            renamed
                                    ? "SELECT labelfile FROM pg_backup_stop(false)"
                                    : "SELECT labelfile FROM pg_stop_backup(false, false)")) {
                row.next();
                Files.writeString(to.resolve("backup_label"), row.getString(1));
            }
        } catch (SQLException e) {
            throw new IOException("a backup failed", e);
        }
        Files.writeString(to.resolve("standby.signal"), "");
        Files.writeString(
                to.resolve("postgresql.conf"),
                """
                primary_conninfo = 'host=%s port=%d user=%s password=%s dbname=postgres'
                primary_slot_name = 'standby'
                hot_standby_feedback = on
                %s
                """
                        .formatted(
                                primary.host(),
                                primary.port(),
                                primary.user(),
                                primary.password(),
                                primary.major() >= SLOTS_ON_STANDBYS_SINCE
                                        ? "sync_replication_slots = on"
                                        : ""),
                StandardOpenOption.APPEND);
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.walkFileTree(
                from,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(
                            Path directory, BasicFileAttributes attributes) throws IOException {
                        Files.createDirectory(
                                to.resolve(from.relativize(directory).toString()),
                                PosixFilePermissions.asFileAttribute(
                                        PosixFilePermissions.fromString("rwx------")));
                        return EMPTY.contains(from.relativize(directory).toString())
                                ? FileVisitResult.SKIP_SUBTREE
                                : FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        String name = from.relativize(file).toString();
                        if (!LEFT_OUT.contains(name)) {
                            try {
                                Files.copy(file, to.resolve(name));
                            } catch (NoSuchFileException e) {
                                // the server has just removed it; its log says so
                                return FileVisitResult.CONTINUE;
                            }
                        }
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFileFailed(Path file, IOException e)
                            throws IOException {
                        if (e instanceof NoSuchFileException) {
                            return FileVisitResult.CONTINUE;
                        }
                        throw e;
                    }
                });
    }
}
