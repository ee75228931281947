package io.pgtrickle.commander;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.stream.Collectors;

/// The SQL of pgtrickle's objects in a database, for PostgreSQL 14 to 18. Each script is to be run in one transaction.
final class SqlScripts {

    private static final List<String> INSTALL =
            List.of(
                    "install/tables.sql",
                    "install/commands.sql",
                    "install/views.sql",
                    "install/privileges.sql");

    private SqlScripts() {}

    /// Makes the objects; may be run again, and loses nothing.
    static String install() {
        return INSTALL.stream().map(SqlScripts::read).collect(Collectors.joining("\n"));
    }

    /// Removes them; result tables stay.
    static String uninstall() {
        return read("uninstall.sql");
    }

    private static String read(String name) {
        try (InputStream in = SqlScripts.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("resource " + name + " is missing");
            }
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
