package io.pgtrickle.cli.verify;

import io.pgtrickle.cli.console.Database;
import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.postgres.Quoting;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/// Finds the views that are to be verified in pgtrickle's catalog.
final class Subjects {

    private static final String SELECT =
            """
            SELECT n.nspname, c.relname, v.query, v.settings::text, v.relation::regclass
              FROM pgtrickle.view AS v
                   JOIN pg_catalog.pg_class AS c ON c.oid = v.relation
                   JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
             WHERE v.status = 'running'
            """;

    private final Database database;

    Subjects(Database database) {
        this.database = database;
    }

    /// @param names as the user writes them; none for all views that run
    List<Verification.Subject> find(List<String> names) throws SQLException {
        if (names.isEmpty()) {
            return read(SELECT + " ORDER BY 1, 2", "");
        }
        List<Verification.Subject> subjects = new ArrayList<>();
        for (String name : names) {
            List<Verification.Subject> found =
                    read(SELECT + " AND v.relation = pg_catalog.to_regclass(?)", name);
            if (found.isEmpty()) {
                throw PgtrickleException.of(
                                ErrorCode.NAME_UNKNOWN, "no running view \"" + name + "\"")
                        .withHint("See pgtrickle view list.");
            }
            subjects.addAll(found);
        }
        return subjects;
    }

    private List<Verification.Subject> read(String sql, String name) throws SQLException {
        try (PreparedStatement statement = database.connection().prepareStatement(sql)) {
            if (!name.isEmpty()) {
                statement.setString(1, name);
            }
            try (ResultSet rows = statement.executeQuery()) {
                List<Verification.Subject> subjects = new ArrayList<>();
                while (rows.next()) {
                    subjects.add(
                            new Verification.Subject(
                                    rows.getString(5),
                                    Quoting.qualified(rows.getString(1), rows.getString(2)),
                                    rows.getString(3),
                                    rows.getString(4)));
                }
                return subjects;
            }
        }
    }
}
