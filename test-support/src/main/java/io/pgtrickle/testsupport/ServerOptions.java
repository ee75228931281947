package io.pgtrickle.testsupport;

import java.util.HashMap;
import java.util.Map;

/// How a server is started.
///
/// @param major 14 to 18
/// @param durable whether commits are flushed to disk; without it only a crash of the machine loses anything, not the
///     death of the server
/// @param settings of postgresql.conf, over the defaults of [EmbeddedServer]
public record ServerOptions(int major, boolean durable, Map<String, String> settings) {
    public ServerOptions(int major, boolean durable, Map<String, String> settings) {
        if (!EmbeddedServer.MAJORS.contains(major)) {
            throw new IllegalArgumentException(
                    "no PostgreSQL " + major + " here, only " + EmbeddedServer.MAJORS);
        }
        this.major = major;
        this.durable = durable;
        this.settings = Map.copyOf(settings);
    }

    public static ServerOptions of(int major) {
        return new ServerOptions(major, false, Map.of());
    }

    public ServerOptions withDurability() {
        return new ServerOptions(major, true, settings);
    }

    public ServerOptions with(String setting, String value) {
        Map<String, String> changed = new HashMap<>(settings);
        changed.put(setting, value);
        return new ServerOptions(major, durable, changed);
    }
}
