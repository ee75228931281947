package io.pgtrickle.cdc;

import io.pgtrickle.model.Lsn;
import io.pgtrickle.postgres.SqlErrors;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/// Shows what a slot would send next, for people.
final class SlotPeek {

    private final Connection connection;

    SlotPeek(Connection connection) {
        this.connection = connection;
    }

    /// The server stops at the end of the transaction in which it has passed the limit.
    List<String> lines(String slot, String publication, int limit) {
        String sql =
                "SELECT lsn::text, data FROM pg_logical_slot_peek_binary_changes(?, NULL, ?,"
                        + " 'proto_version', '1', 'publication_names', ?, 'messages', 'true')";
        RelationHistory history = new RelationHistory();
        RelationScope relations = new RelationScope(history, history.sequence());
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, Slots.checkName(slot));
            statement.setInt(2, limit);
            statement.setString(3, Slots.publicationList(publication));
            statement.setMaxRows(limit + 1);
            try (ResultSet rows = statement.executeQuery()) {
                List<String> lines = new ArrayList<>();
                while (rows.next()) {
                    if (lines.size() == limit) {
                        lines.add("and more");
                        break;
                    }
                    byte[] data = rows.getBytes(2);
                    StreamMessage message =
                            PgOutputDecoder.decode(new RawMessage(data, 0, data.length), relations);
                    if (message instanceof Relation relation) {
                        relations.put(relation);
                    }
                    lines.add(Lsn.parse(rows.getString(1)) + " " + MessageText.of(message));
                }
                return lines;
            }
        } catch (SQLException e) {
            throw SqlErrors.of(e, "can't peek into replication slot \"" + slot + "\"");
        }
    }
}
