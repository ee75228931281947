package io.pgtrickle.cli.configuration;

import java.util.Locale;
import java.util.Optional;

/// What can be set, once by each name: `state-dir` in the file and as a flag, `PGTRICKLE_STATE_DIR` in the environment. The one
/// place of every default.
public enum Setting {
    /// Empty: libpq's variables and defaults say which database.
    URL(""),
    STATE_DIR("pgtrickle-state"),
    SLOT("pgtrickle"),
    PUBLICATION("pgtrickle"),
    MEMORY("1GB"),
    HTTP("127.0.0.1:8080");

    private final String defaultText;

    Setting(String defaultText) {
        this.defaultText = defaultText;
    }

    /// In a file, and after `--`.
    public String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    public String variable() {
        return Configuration.VARIABLE_PREFIX + name();
    }

    public String defaultText() {
        return defaultText;
    }

    static Optional<Setting> ofKey(String key) {
        for (Setting setting : values()) {
            if (setting.key().equals(key)) {
                return Optional.of(setting);
            }
        }
        return Optional.empty();
    }
}
