package io.pgtrickle.commander;

import io.pgtrickle.postgres.ServerAddress;
import io.pgtrickle.postgres.Sessions;
import io.pgtrickle.testsupport.Database;
import io.pgtrickle.testsupport.EmbeddedServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/// A database in which a role without superuser's rights installs the SQL objects, and another one uses them.
final class SqlObjects implements AutoCloseable {

    private final Database database;
    private final Connection superuser;
    private final List<Connection> sessions = new ArrayList<>();

    SqlObjects(int major) throws SQLException {
        database = EmbeddedServer.shared(major).createDatabase();
        superuser = database.connect();
        execute(
                superuser,
                "CREATE ROLE %1$s LOGIN REPLICATION; CREATE ROLE %2$s LOGIN; CREATE ROLE %3$s; GRANT %3$s TO %2$s;"
                                .formatted(owner(), user(), group())
                        + "GRANT CREATE ON DATABASE %s TO %s".formatted(database.name(), owner()));
    }

    String owner() {
        return "owner_" + database.name();
    }

    String user() {
        return "user_" + database.name();
    }

    /// A role of which the user is a member.
    String group() {
        return "group_" + database.name();
    }

    Connection superuser() {
        return superuser;
    }

    /// A session as the sidecar opens it.
    Connection ownerSession() {
        return keep(
                Sessions.open(
                        ServerAddress.parse(database.uri()).withLogin(owner(), "any"), "test"));
    }

    /// A session as users have it, with nothing pinned.
    Connection userSession() throws SQLException {
        Connection session = database.connect();
        execute(session, "SET SESSION AUTHORIZATION " + user());
        return keep(session);
    }

    private Connection keep(Connection session) {
        sessions.add(session);
        return session;
    }

    void install() throws SQLException {
        run(SqlScripts.install());
    }

    void uninstall() throws SQLException {
        run(SqlScripts.uninstall());
    }

    private void run(String script) throws SQLException {
        Connection session = ownerSession();
        session.setAutoCommit(false);
        execute(session, script);
        session.commit();
    }

    static void execute(Connection session, String sql) throws SQLException {
        try (Statement statement = session.createStatement()) {
            statement.execute(sql);
        }
    }

    /// The first column of each row.
    static List<String> texts(Connection session, String sql) throws SQLException {
        try (Statement statement = session.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> texts = new ArrayList<>();
            while (rows.next()) {
                texts.add(String.valueOf(rows.getString(1)));
            }
            return texts;
        }
    }

    static String text(Connection session, String sql) throws SQLException {
        return texts(session, sql).getFirst();
    }

    @Override
    public void close() throws SQLException {
        for (Connection session : sessions) {
            session.close();
        }
        superuser.close();
    }
}
