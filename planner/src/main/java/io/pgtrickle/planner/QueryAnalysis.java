package io.pgtrickle.planner;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.postgres.RemoteContext;
import io.pgtrickle.postgres.ServerError;
import io.pgtrickle.postgres.SqlErrors;
import io.pgtrickle.postgres.StatementText;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Lets PostgreSQL analyse a query: makes a temporary view of it, reads the view's rule, and rolls all of it back. Nothing of
/// the query is planned or executed; only input functions of its literals run.
///
/// pgjdbc splits a text at its semicolons and would execute the parts one after another. So the very text that is going to be
/// sent is split first by the same splitter, and more than one part is refused; then it goes by the extended protocol, which
/// takes one statement only.
final class QueryAnalysis {

    /// Characters of a query. PostgreSQL's parser needs some hundred bytes of memory for each.
    static final int MAX_QUERY_LENGTH = 1 << 20;

    /// How long the analysis may wait for locks on the query's relations before it gives up: later commands wait with it.
    private static final String LOCK_TIMEOUT = "5s";

    private static final String PREFIX = "CREATE TEMPORARY VIEW pgtrickle_analysis AS\n";
    private static final String VIEW = "pg_temp.pgtrickle_analysis";

    private final Connection connection;

    QueryAnalysis(Connection connection) {
        this.connection = connection;
    }

    /// @param settings the caller's: PostgreSQL reads literals under them, and finds names; `$user` in the search path is the connection's own
    ///     role
    AnalyzedQuery analyze(String query, Map<String, String> settings) {
        if (query.length() > MAX_QUERY_LENGTH) {
            throw PgtrickleException.of(
                            ErrorCode.BAD_ARGUMENT,
                            "the query has "
                                    + query.length()
                                    + " characters, the limit is "
                                    + MAX_QUERY_LENGTH)
                    .withSqlState("54000");
        }
        if (query.indexOf('\0') >= 0) {
            throw PgtrickleException.of(
                    ErrorCode.BAD_ARGUMENT, "the query contains the character NUL");
        }
        try {
            String statement = PREFIX + onlyStatement(query);
            return UndoneTransaction.run(
                    connection, () -> analyzeInTransaction(statement, settings));
        } catch (SQLException e) {
            throw SqlErrors.of(e, "can't analyse the query");
        }
    }

    /// The query without what follows it: a semicolon, blanks and comments.
    private String onlyStatement(String query) throws SQLException {
        List<String> parts = split(query);
        if (parts.isEmpty()) {
            throw PgtrickleException.of(ErrorCode.QUERY_REJECTED, "the query is empty");
        }
        if (parts.size() > 1) {
            throw PgtrickleException.of(
                    ErrorCode.QUERY_REJECTED,
                    "the query consists of "
                            + parts.size()
                            + " statements, exactly one is expected");
        }
        if (split(PREFIX + parts.getFirst()).size() != 1) {
            throw PgtrickleException.of(
                    ErrorCode.QUERY_REJECTED, "the query isn't exactly one statement");
        }
        return parts.getFirst();
    }

    private List<String> split(String sql) throws SQLException {
        return StatementText.split(connection, sql).stream()
                .filter(part -> !SqlComments.isBlank(part))
                .toList();
    }

    private AnalyzedQuery analyzeInTransaction(String statement, Map<String, String> settings)
            throws SQLException {
        for (var setting : RemoteContext.ofSession(settings).entrySet()) {
            set(setting.getKey(), setting.getValue());
        }
        try (Statement create = connection.createStatement()) {
            create.execute("SET LOCAL lock_timeout = '" + LOCK_TIMEOUT + "'");
            create.setEscapeProcessing(false);
            create.execute(statement);
        } catch (SQLException e) {
            throw rejected(e);
        }
        set("search_path", "pg_catalog, pg_temp");
        return readView();
    }

    private void set(String name, String value) throws SQLException {
        try (PreparedStatement set =
                connection.prepareStatement("SELECT pg_catalog.set_config(?, ?, true)")) {
            set.setString(1, name);
            set.setString(2, value);
            set.execute();
        }
    }

    private AnalyzedQuery readView() throws SQLException {
        String tree;
        int serverVersion;
        try (Statement select = connection.createStatement();
                ResultSet row =
                        select.executeQuery(
                                """
                                SELECT r.ev_action::text, current_setting('server_version_num')::int,
                                       coalesce(c.reloptions::text, '') LIKE '%check_option=%'
                                  FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class
                                 WHERE r.ev_class = 'pg_temp.pgtrickle_analysis'::regclass AND r.ev_type = '1'
                                """)) {
            row.next();
            tree = row.getString(1);
            serverVersion = row.getInt(2);
            if (row.getBoolean(3)) {
                throw PgtrickleException.of(
                        ErrorCode.QUERY_REJECTED, "WITH CHECK OPTION isn't part of a query");
            }
        }
        List<AnalyzedQuery.Column> columns = new ArrayList<>();
        try (Statement select = connection.createStatement();
                ResultSet row =
                        select.executeQuery(
                                """
                                SELECT attname, atttypid::int8, atttypmod, attcollation::int8
                                  FROM pg_attribute
                                 WHERE attrelid = 'pg_temp.pgtrickle_analysis'::regclass AND attnum > 0
                                 ORDER BY attnum
                                """)) {
            while (row.next()) {
                columns.add(
                        new AnalyzedQuery.Column(
                                row.getString(1),
                                (int) row.getLong(2),
                                row.getInt(3),
                                (int) row.getLong(4)));
            }
        }
        String complete =
                ConstantImages.into(tree, VIEW, connection, new CatalogReader(connection));
        return new AnalyzedQuery(complete, columns, serverVersion);
    }

    /// PostgreSQL's error under its own SQLSTATE and with its message; where it lies in the query is in the hint, counted from
    /// the query's first character.
    private static PgtrickleException rejected(SQLException error) {
        PgtrickleException passed = SqlErrors.of(error, "");
        Optional<ServerError> server = ServerError.of(error);
        if (server.isEmpty() || passed.code() == ErrorCode.CONNECTION_LOST) {
            return passed;
        }
        int position = server.get().position() - PREFIX.length();
        List<String> advice = new ArrayList<>();
        if (!passed.hint().isEmpty()) {
            advice.add(passed.hint());
        }
        if (position > 0) {
            advice.add("At character " + position + " of the query.");
        }
        return PgtrickleException.of(ErrorCode.QUERY_REJECTED, passed.messageText(), error)
                .withSqlState(passed.sqlState())
                .withHint(String.join(" ", advice));
    }
}
