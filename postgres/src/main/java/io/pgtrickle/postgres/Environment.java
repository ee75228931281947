package io.pgtrickle.postgres;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/// What the process was started with, as far as finding a database depends on it.
///
/// @param variables libpq's `PG*` among others
/// @param home where `.pgpass` is looked for
/// @param userName of the operating system, the default role
public record Environment(Map<String, String> variables, Path home, String userName) {

    public Environment(Map<String, String> variables, Path home, String userName) {
        this.variables = Map.copyOf(variables);
        this.home = home;
        this.userName = userName;
    }

    /// That of this process.
    public static Environment ofProcess() {
        return new Environment(
                System.getenv(),
                Path.of(System.getProperty("user.home", "/")),
                System.getProperty("user.name", ""));
    }

    /// A variable that is set and not empty.
    Optional<String> variable(String name) {
        return Optional.ofNullable(variables.get(name)).filter(value -> !value.isEmpty());
    }

    @Override
    public String toString() {
        return "Environment[home=" + home + ", userName=" + userName + "]";
    }
}
