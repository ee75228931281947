package io.pgtrickle.cli.run;

import io.pgtrickle.cli.configuration.Configuration;
import io.pgtrickle.cli.configuration.Setting;
import io.pgtrickle.cli.console.Console;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/// The flags of a sidecar's settings. Written by Picocli.
final class SettingOptions {

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "A YAML file of settings. Else PGTRICKLE_CONFIG.")
    private Optional<Path> config = Optional.empty();

    @Option(
            names = "--state-dir",
            paramLabel = "DIR",
            description =
                    "Where the state is kept, for this sidecar alone. Default: pgtrickle-state.")
    private Optional<String> stateDirectory = Optional.empty();

    @Option(
            names = "--slot",
            paramLabel = "NAME",
            description = "The replication slot. Default: pgtrickle.")
    private Optional<String> slot = Optional.empty();

    @Option(
            names = "--publication",
            paramLabel = "NAME",
            description = "The publication. Default: pgtrickle.")
    private Optional<String> publication = Optional.empty();

    @Option(
            names = "--memory",
            paramLabel = "SIZE",
            description = "The budget for heap and native memory, such as 512MB. Default: 1GB.")
    private Optional<String> memory = Optional.empty();

    @Option(
            names = "--http",
            paramLabel = "ADDRESS",
            description = "Where HTTP listens: host:port, a port, or off. Default: 127.0.0.1:8080.")
    private Optional<String> http = Optional.empty();

    Configuration read(Console console) {
        Map<Setting, String> flags = new EnumMap<>(Setting.class);
        for (Setting setting : Setting.values()) {
            flag(setting, console).ifPresent(text -> flags.put(setting, text));
        }
        return Configuration.read(flags, config, console.environment());
    }

    private Optional<String> flag(Setting setting, Console console) {
        return switch (setting) {
            case URL -> console.urlOption();
            case STATE_DIR -> stateDirectory;
            case SLOT -> slot;
            case PUBLICATION -> publication;
            case MEMORY -> memory;
            case HTTP -> http;
        };
    }
}
