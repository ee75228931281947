package io.pgtrickle.planner;

import io.pgtrickle.testsupport.Database;
import io.pgtrickle.testsupport.EmbeddedServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;

/// One database a server with the tables of `schema.sql`, which no test changes.
final class TestSchema {

    static final Path DIRECTORY = Path.of("src", "test", "resources", "spec", "planner");

    private static final Map<Integer, Database> DATABASES = new HashMap<>();

    private TestSchema() {}

    static synchronized Database database(int major) throws SQLException, IOException {
        Database known = DATABASES.get(major);
        if (known != null) {
            return known;
        }
        Database database = create(major);
        DATABASES.put(major, database);
        return database;
    }

    /// A database of the test's own.
    static Database create(int major) throws SQLException, IOException {
        Database database = EmbeddedServer.shared(major).createDatabase();
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(Files.readString(DIRECTORY.resolve("schema.sql")));
        }
        return database;
    }

    /// A session as the sidecar has it.
    static Connection connect(Database database) throws SQLException {
        Connection connection = database.connect();
        execute(connection, "SET search_path = pg_catalog");
        return connection;
    }

    static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
