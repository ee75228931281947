package io.pgtrickle.postgres;

import io.pgtrickle.model.Bytes;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Set;

/// Looks for rows that a delta would not find any more: edited ones, whose hidden key is that of what they were, and equal ones
/// whose ordinals have a gap since one of them was deleted by hand. For one use.
final class HiddenKeyCheck {

    /// Hashes with fewer rows than the highest ordinal tells.
    private static final String GAPS =
            """
            SELECT substring(%1$s FROM 1 FOR 16) FROM ONLY %2$s GROUP BY 1
            HAVING count(*) <> 1 + max(('x' || lpad(encode(substring(%1$s FROM 17 FOR 4), 'hex'), 8, '0'))::bit(32)::bigint)
            """;

    private static final String DELETE =
            "DELETE FROM ONLY %2$s WHERE substring(%1$s FROM 1 FOR 16) = ANY (?)";

    private final Connection connection;
    private final ResultTable table;
    private final HiddenKey hiddenKey;

    HiddenKeyCheck(Connection connection, ResultTable table) {
        this.connection = connection;
        this.table = table;
        this.hiddenKey = new HiddenKey(table.types());
    }

    /// Deletes them and all rows with their hash.
    void weed() {
        Set<Bytes> wrong = new HashSet<>();
        new TableReader(connection, table)
                .forEachKeyedRow((row, key) -> {
                    Bytes stored = prefix(key);
                    if (key.length != HiddenKey.BYTES
                            || !stored.equals(prefix(hiddenKey.hash(row)))) {
                        wrong.add(stored);
                    }
                });
        wrong.addAll(Rows.list(connection, sql(GAPS), row -> Bytes.of(row.getBytes(1))));
        if (!wrong.isEmpty()) {
            delete(wrong);
        }
    }

    private static Bytes prefix(byte[] key) {
        return Bytes.copyOf(key, 0, Math.min(key.length, HiddenKey.HASH_BYTES));
    }

    private void delete(Set<Bytes> hashes) {
        try (PreparedStatement statement = connection.prepareStatement(sql(DELETE))) {
            statement.setArray(
                    1,
                    connection.createArrayOf(
                            "bytea", hashes.stream().map(Bytes::array).toArray(byte[][]::new)));
            statement.executeUpdate();
        } catch (SQLException e) {
            throw SqlErrors.of(e, "can't weed table " + table.qualifiedName());
        }
    }

    private String sql(String template) {
        return String.format(
                template,
                Quoting.identifier(ResultTable.HIDDEN_COLUMN),
                table.qualifiedName().replace("?", "??"));
    }
}
