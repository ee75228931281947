package io.pgtrickle.testsupport;

import java.sql.Connection;
import java.sql.SQLException;

/// One database of a server.
public record Database(EmbeddedServer server, String name) {
    /// A new session of the superuser.
    public Connection connect() throws SQLException {
        return server.connect(name);
    }

    /// With user and password in it.
    public String jdbcUrl() {
        return "jdbc:postgresql://"
                + server.host()
                + ":"
                + server.port()
                + "/"
                + name
                + "?user="
                + server.user()
                + "&password="
                + server.password();
    }

    /// As psql and pgtrickle take it, with user and password in it.
    public String uri() {
        return "postgresql://"
                + server.user()
                + ":"
                + server.password()
                + "@"
                + server.host()
                + ":"
                + server.port()
                + "/"
                + name;
    }
}
