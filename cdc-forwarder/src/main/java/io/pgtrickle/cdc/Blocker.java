package io.pgtrickle.cdc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// A transaction that something waits for.
///
/// @param pid of its process; empty for a prepared transaction, which has none
/// @param description says whose it is
public record Blocker(Optional<Integer> pid, String description) {

    /// What a query must select for `read`: from `pg_locks l`, `pg_stat_activity a` and `pg_prepared_xacts p`.
    static final String COLUMNS =
            """
            l.pid, coalesce(a.usename, '') AS usename, coalesce(a.application_name, '') AS application_name,
            coalesce(to_char(a.xact_start, 'YYYY-MM-DD HH24:MI:SS TZ'), '') AS xact_start,
            coalesce(p.gid, '') AS gid, coalesce(p.owner, '') AS owner\
            """;

    static List<Blocker> read(ResultSet rows) throws SQLException {
        List<Blocker> blockers = new ArrayList<>();
        while (rows.next()) {
            int pid = rows.getInt("pid");
            blockers.add(rows.wasNull() ? prepared(rows) : process(pid, rows));
        }
        return blockers;
    }

    static String describe(List<Blocker> blockers) {
        return blockers.stream().map(Blocker::description).collect(Collectors.joining(", "));
    }

    /// What ends them.
    static String hint(List<Blocker> blockers) {
        return blockers.stream().allMatch(blocker -> blocker.pid().isPresent())
                ? "end these transactions, e.g. with pg_terminate_backend, then try again"
                : "end these transactions (ROLLBACK PREPARED or COMMIT PREPARED ends a prepared one), then try again";
    }

    private static Blocker process(int pid, ResultSet row) throws SQLException {
        String user = row.getString("usename");
        String application = row.getString("application_name");
        String since = row.getString("xact_start");
        return new Blocker(
                Optional.of(pid),
                "process "
                        + pid
                        + (user.isEmpty() ? "" : " of role \"" + user + "\"")
                        + (application.isEmpty() ? "" : " (" + application + ")")
                        + (since.isEmpty() ? "" : ", in a transaction since " + since));
    }

    private static Blocker prepared(ResultSet row) throws SQLException {
        String gid = row.getString("gid");
        return new Blocker(
                Optional.empty(),
                gid.isEmpty()
                        ? "a prepared transaction"
                        : "prepared transaction \""
                                + gid
                                + "\" of role \""
                                + row.getString("owner")
                                + "\"");
    }
}
