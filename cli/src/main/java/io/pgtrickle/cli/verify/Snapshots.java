package io.pgtrickle.cli.verify;

import io.pgtrickle.cli.console.Database;
import io.pgtrickle.cli.console.Table;
import io.pgtrickle.postgres.Quoting;
import io.pgtrickle.postgres.ServerAddress;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The two snapshots of one commit position that the sidecar exports: views are behind their sources, so no single snapshot will do.
final class Snapshots {

    /// To be imported within 30 seconds.
    record Pair(String ofSources, String ofViews) {}

    private Snapshots() {}

    static Pair request(Database database) throws SQLException {
        String result = database.text("CALL pgtrickle._request('verify_snapshot', '{}', NULL)");
        Table parsed =
                database.query(
                        "SELECT r->>'query_snapshot' AS q, r->>'view_snapshot' AS v FROM (SELECT ?::jsonb AS r) AS a",
                        result);
        List<@Nullable Object> row = parsed.rows().getFirst();
        return new Pair(String.valueOf(row.get(0)), String.valueOf(row.get(1)));
    }

    /// A session that sees what the snapshot shows, and can change nothing.
    static Database open(ServerAddress address, String snapshot) throws SQLException {
        Database database = Database.open(address);
        try {
            database.connection().setAutoCommit(false);
            database.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
            database.execute("SET TRANSACTION SNAPSHOT " + Quoting.literal(snapshot));
            return database;
        } catch (SQLException e) {
            database.close();
            throw e;
        }
    }
}
