package io.pgtrickle.cli.configuration;

import io.pgtrickle.cli.http.HttpAddress;
import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.postgres.Environment;
import io.pgtrickle.postgres.ServerAddress;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What a sidecar runs with, parsed once. In rising precedence: defaults, the file, `PGTRICKLE_*`, flags.
///
/// @param http empty where nothing listens
public record Configuration(
        ServerAddress address,
        Path stateDirectory,
        String slot,
        String publication,
        DataSize memory,
        Optional<HttpAddress> http) {

    static final String VARIABLE_PREFIX = "PGTRICKLE_";

    /// Names the file.
    public static final String CONFIG_VARIABLE = VARIABLE_PREFIX + "CONFIG";

    /// Read by the launcher, not here.
    private static final Set<String> LAUNCHER_VARIABLES = Set.of("PGTRICKLE_JAVA_OPTIONS");

    /// What Kubernetes sets in each pod beside a service called "pgtrickle".
    private static final List<String> SERVICE_VARIABLES =
            List.of("PGTRICKLE_SERVICE_", "PGTRICKLE_PORT");

    /// Reads all of them.
    ///
    /// @param flags as given on the command line
    /// @param file from `--config`; else `PGTRICKLE_CONFIG` may name one
    /// @throws PgtrickleException BAD_ARGUMENT for an unknown key or a value that doesn't fit
    public static Configuration read(
            Map<Setting, String> flags, Optional<Path> file, Environment environment) {
        Map<Setting, String> texts = new EnumMap<>(Setting.class);
        fileOf(file, environment.variables())
                .ifPresent(path -> texts.putAll(ConfigurationFile.read(path)));
        texts.putAll(variables(environment.variables()));
        texts.putAll(flags);
        return new Configuration(
                ServerAddress.parse(text(texts, Setting.URL), environment),
                path(text(texts, Setting.STATE_DIR)),
                text(texts, Setting.SLOT),
                text(texts, Setting.PUBLICATION),
                DataSize.parse(text(texts, Setting.MEMORY)),
                HttpAddress.parse(text(texts, Setting.HTTP)));
    }

    private static String text(Map<Setting, String> texts, Setting setting) {
        return texts.getOrDefault(setting, setting.defaultText());
    }

    /// The outcome as a configuration file, without secrets.
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        for (Setting setting : Setting.values()) {
            String value =
                    switch (setting) {
                        case URL -> address.toString();
                        case STATE_DIR -> stateDirectory.toString();
                        case SLOT -> slot;
                        case PUBLICATION -> publication;
                        case MEMORY -> memory.toString();
                        case HTTP -> http.map(HttpAddress::toString).orElse("off");
                    };
            lines.add(setting.key() + ": " + ConfigurationFile.quoted(value));
        }
        return lines;
    }

    private static Optional<Path> fileOf(Optional<Path> file, Map<String, String> variables) {
        return file.isPresent()
                ? file
                : Optional.ofNullable(variables.get(CONFIG_VARIABLE)).map(Configuration::path);
    }

    private static Map<Setting, String> variables(Map<String, String> variables) {
        Map<Setting, String> found = new EnumMap<>(Setting.class);
        for (String name : variables.keySet()) {
            if (name.startsWith(VARIABLE_PREFIX)
                    && !name.equals(CONFIG_VARIABLE)
                    && !isOthers(name)) {
                String key =
                        name.substring(VARIABLE_PREFIX.length())
                                .toLowerCase(java.util.Locale.ROOT)
                                .replace('_', '-');
                Setting setting =
                        Setting.ofKey(key).orElseThrow(() -> unknown("environment variable", name));
                found.put(setting, variables.getOrDefault(name, ""));
            }
        }
        return found;
    }

    private static boolean isOthers(String name) {
        return LAUNCHER_VARIABLES.contains(name)
                || SERVICE_VARIABLES.stream().anyMatch(name::startsWith);
    }

    private static Path path(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw PgtrickleException.of(ErrorCode.BAD_ARGUMENT, "not a path: \"" + text + "\"", e);
        }
    }

    static PgtrickleException unknown(String kind, String name) {
        List<String> names = new ArrayList<>();
        for (Setting setting : Setting.values()) {
            names.add(kind.startsWith("environment") ? setting.variable() : setting.key());
        }
        return PgtrickleException.of(
                        ErrorCode.BAD_ARGUMENT, "unknown " + kind + " \"" + name + "\"")
                .withHint("There are " + String.join(", ", names) + ".");
    }
}
