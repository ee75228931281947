package io.pgtrickle.postgres;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// Where a database is and as whom to log in. Its text never contains the password.
///
/// @param hosts tried in their order
/// @param properties further connection properties, under pgjdbc's names
public record ServerAddress(
        List<Host> hosts, String database, Login login, Map<String, String> properties) {

    static final int DEFAULT_PORT = 5432;

    public ServerAddress(
            List<Host> hosts, String database, Login login, Map<String, String> properties) {
        if (hosts.isEmpty()) {
            throw PgtrickleException.of(ErrorCode.BAD_ARGUMENT, "an address without a host");
        }
        this.hosts = List.copyOf(hosts);
        this.database = database;
        this.login = login;
        this.properties = Map.copyOf(properties);
    }

    /// Reads `postgresql://user:password@host:port/database?sslmode=…` (libpq's manual, "Connection URIs"), `postgres://` or a
    /// `jdbc:postgresql:` URL; what it leaves open comes from libpq's variables, then from libpq's defaults.
    ///
    /// @param uri empty for "all from the environment"
    /// @throws PgtrickleException BAD_ARGUMENT; the message doesn't repeat the text, which may hold a password
    public static ServerAddress parse(String uri, Environment environment) {
        return new AddressParser(environment).parse(uri);
    }

    public static ServerAddress parse(String uri) {
        return parse(uri, Environment.ofProcess());
    }

    /// The same server and login with another database.
    public ServerAddress withDatabase(String newDatabase) {
        return new ServerAddress(hosts, newDatabase, login, properties);
    }

    /// The same server and database with another login.
    public ServerAddress withLogin(String user, String password) {
        return new ServerAddress(
                hosts,
                database,
                new Login(user, Optional.of(password), login.passwordFile()),
                properties);
    }

    public String user() {
        return login.user();
    }

    String jdbcUrl() {
        return "jdbc:postgresql://"
                + hosts.stream().map(Host::toString).collect(Collectors.joining(","))
                + "/";
    }

    /// The password as of now: that of the address, else of the password file.
    Optional<String> currentPassword() {
        if (login.password().isPresent()) {
            return login.password();
        }
        Host first = hosts.getFirst();
        return PasswordFile.lookUp(
                login.passwordFile(),
                first.name(),
                Integer.toString(first.port()),
                database,
                login.user());
    }

    /// A URI without the password and the properties, good for logs and for messages to the user.
    @Override
    public String toString() {
        return "postgresql://"
                + AddressParser.encode(login.user())
                + "@"
                + hosts.stream().map(Host::toString).collect(Collectors.joining(","))
                + "/"
                + AddressParser.encode(database);
    }

    /// @param name or IP address; an IPv6 address stands here without brackets
    public record Host(String name, int port) {
        public Host {
            if (name.startsWith("/") || name.startsWith("@")) {
                throw PgtrickleException.of(
                                ErrorCode.BAD_ARGUMENT,
                                "Unix-domain sockets are not supported: \"" + name + "\"")
                        .withHint("give a host name, e.g. localhost, and allow it in pg_hba.conf");
            }
            if (name.isEmpty() || port < 1 || port > 65_535) {
                throw PgtrickleException.of(
                        ErrorCode.BAD_ARGUMENT, "not a host and port: \"" + name + "\", " + port);
            }
        }

        @Override
        public String toString() {
            return (name.indexOf(':') >= 0 ? "[" + name + "]" : name) + ":" + port;
        }
    }

    /// @param password where it was given outright; otherwise the file is asked at each connection
    /// @param passwordFile need not exist
    public record Login(String user, Optional<String> password, Path passwordFile) {
        @Override
        public String toString() {
            return user;
        }
    }
}
