package io.pgtrickle.cli.bench;

import io.pgtrickle.model.Lsn;
import io.pgtrickle.postgres.ServerAddress;
import io.pgtrickle.postgres.Sessions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.replication.PGReplicationStream;

/// The yardstick of all consumers: reads a slot of its own as fast as PostgreSQL sends it, and discards. It confirms nothing, so a
/// slot can be drained again.
final class Drain implements AutoCloseable {

    static final String NAME = "drain";
    static final String PROGRAM = "pg_recvlogical";

    private static final String SLOT = "bench_drain";
    private static final String PUBLICATION = "bench_drain";
    private static final int DRIVER_STATUS_HOURS = 24;

    private final Arena arena;

    private Drain(Arena arena) {
        this.arena = arena;
    }

    /// From here on a backlog of the tables gathers for it.
    static Drain prepare(Arena arena, String tables) throws SQLException {
        arena.database().execute("CREATE PUBLICATION " + PUBLICATION + " FOR TABLE " + tables);
        arena.database().execute("SELECT pg_create_logical_replication_slot(?, 'pgoutput')", SLOT);
        return new Drain(arena);
    }

    /// Until a transaction that commits at the position or later.
    double seconds(Lsn position) throws SQLException {
        PGConnection session = Sessions.openReplication(ServerAddress.parse(arena.uri()), NAME);
        try {
            return seconds(session, position);
        } finally {
            // closing it would read all that the server still wants to send
            ((Connection) session).abort(Runnable::run);
        }
    }

    private static double seconds(PGConnection session, Lsn position) throws SQLException {
        long begin = System.nanoTime();
        PGReplicationStream stream =
                session.getReplicationAPI()
                        .replicationStream()
                        .logical()
                        .withSlotName(SLOT)
                        .withStatusInterval(DRIVER_STATUS_HOURS, TimeUnit.HOURS)
                        .withAutomaticFlush(false)
                        .withSlotOption("proto_version", "1")
                        .withSlotOption("publication_names", PUBLICATION)
                        .withSlotOption("binary", "true")
                        .start();
        while (true) {
            @Nullable ByteBuffer message = stream.read();
            if (message != null
                    && message.get(message.position()) == 'C'
                    && new Lsn(stream.getLastReceiveLSN().asLong()).compareTo(position) >= 0) {
                return Waiting.seconds(begin, System.nanoTime());
            }
        }
    }

    /// The same by PostgreSQL's own program, where it is installed. It confirms what it has read: the slot is empty then.
    OptionalDouble secondsOfProgram(Lsn position) throws SQLException, IOException {
        awaitFree();
        ProcessBuilder builder =
                new ProcessBuilder(
                        PROGRAM,
                        "--dbname",
                        "host=%s port=%d dbname=postgres user=%s"
                                .formatted(
                                        arena.server().host(),
                                        arena.server().port(),
                                        arena.server().user()),
                        "--slot",
                        SLOT,
                        "--start",
                        "--no-loop",
                        "--endpos",
                        position.toString(),
                        "--option",
                        "proto_version=1",
                        "--option",
                        "publication_names=" + PUBLICATION,
                        "--option",
                        "binary=true",
                        "--file",
                        "/dev/null");
        builder.environment().put("PGPASSWORD", arena.server().password());
        builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        long begin = System.nanoTime();
        try {
            int code = builder.start().waitFor();
            return code == 0
                    ? OptionalDouble.of(Waiting.seconds(begin, System.nanoTime()))
                    : OptionalDouble.empty();
        } catch (IOException _) {
            // it isn't installed
            return OptionalDouble.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return OptionalDouble.empty();
        }
    }

    private void awaitFree() throws SQLException, IOException {
        Waiting.until(
                "the drained slot is free",
                () ->
                        arena.isTrue(
                                "SELECT NOT active FROM pg_replication_slots WHERE slot_name = ?",
                                SLOT));
    }

    @Override
    public void close() throws SQLException, IOException {
        awaitFree();
        arena.database().execute("SELECT pg_drop_replication_slot(?)", SLOT);
        arena.database().execute("DROP PUBLICATION " + PUBLICATION);
    }
}
