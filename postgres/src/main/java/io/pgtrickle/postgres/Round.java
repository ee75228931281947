package io.pgtrickle.postgres;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.Lsn;
import io.pgtrickle.model.PgtrickleException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/// Statements that go to the server in one round trip, with the counts that they must return: pgjdbc sends the parts of one
/// prepared statement together, and prepares each on the server once the same combination has come often.
final class Round {

    private static final String MOVE =
            "UPDATE pgtrickle.progress SET lsn = CAST(? AS pg_lsn), written_at = clock_timestamp()"
                    + " WHERE group_name = ? AND lsn = CAST(? AS pg_lsn) AND epoch = ?";

    private final Connection connection;
    private final List<String> statements = new ArrayList<>();
    private final List<Object> parameters = new ArrayList<>();
    private final List<DeltaChunks.Chunk> chunks = new ArrayList<>();
    private boolean moves;
    private int rows;
    private int bytes;

    Round(Connection connection) {
        this.connection = connection;
    }

    int rows() {
        return rows;
    }

    int bytes() {
        return bytes;
    }

    /// Before all chunks.
    void addPosition(Sink.GroupPosition expected, Lsn newLsn) {
        moves = true;
        statements.add(MOVE);
        parameters.add(newLsn.toString());
        parameters.add(expected.group());
        parameters.add(expected.lsn().toString());
        parameters.add(expected.epoch());
    }

    void add(DeltaChunks.Chunk chunk, DeltaStatements sql) {
        chunks.add(chunk);
        statements.add(sql.sql(chunk.verb()));
        parameters.add(new DeltaArray(sql.parameterType(), chunk.image().array()));
        rows += chunk.rows();
        bytes += chunk.image().length();
    }

    /// @throws PgtrickleException FENCED
    /// @throws Sink.TableFailure where a statement touched another number of rows than it must
    void execute() throws SQLException {
        if (statements.isEmpty()) {
            return;
        }
        try (PreparedStatement statement =
                connection.prepareStatement(String.join(";", statements))) {
            for (int i = 0; i < parameters.size(); i++) {
                statement.setObject(i + 1, parameters.get(i));
            }
            statement.execute();
            if (moves) {
                if (statement.getUpdateCount() != 1) {
                    throw PgtrickleException.of(
                            ErrorCode.FENCED,
                            "the group was moved by another sidecar, or put back with its database");
                }
                statement.getMoreResults();
            }
            for (DeltaChunks.Chunk chunk : chunks) {
                checkCount(chunk, statement.getUpdateCount());
                statement.getMoreResults();
            }
        }
    }

    private static void checkCount(DeltaChunks.Chunk chunk, int touched) {
        if (touched == chunk.rows()) {
            return;
        }
        String verb =
                switch (chunk.verb()) {
                    case DELETE -> "deleting ";
                    case UPDATE -> "updating ";
                    case INSERT -> "inserting ";
                };
        throw new Sink.TableFailure(
                chunk.table(),
                PgtrickleException.of(
                        ErrorCode.RESULT_EDITED,
                        "table "
                                + chunk.table().qualifiedName()
                                + " was edited by hand: "
                                + verb
                                + chunk.rows()
                                + " rows touched "
                                + touched));
    }
}
