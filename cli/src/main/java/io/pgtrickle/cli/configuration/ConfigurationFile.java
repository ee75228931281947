package io.pgtrickle.cli.configuration;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/// A YAML file: one mapping from settings' keys to scalars.
final class ConfigurationFile {

    private ConfigurationFile() {}

    static Map<Setting, String> read(Path path) {
        String where = "configuration file \"" + path + "\"";
        String text;
        try {
            text = Files.readString(path);
        } catch (NoSuchFileException e) {
            throw PgtrickleException.of(ErrorCode.BAD_ARGUMENT, where + " does not exist", e);
        } catch (IOException e) {
            throw PgtrickleException.of(
                    ErrorCode.BAD_ARGUMENT, where + " can't be read: " + e.getMessage(), e);
        }
        @Nullable Object root;
        try {
            root =
                    new Load(LoadSettings.builder().setLabel(path.toString()).build())
                            .loadFromString(text);
        } catch (YamlEngineException e) {
            // The parser's whole message quotes the file, which may hold a password.
            throw PgtrickleException.of(
                    ErrorCode.BAD_ARGUMENT, where + " is not valid YAML: " + summary(e));
        }
        return settings(root, where);
    }

    /// A scalar that reads back as the same text.
    static String quoted(String value) {
        return "'" + value.replace("'", "''") + "'";
    }

    private static Map<Setting, String> settings(@Nullable Object root, String where) {
        Map<Setting, String> settings = new EnumMap<>(Setting.class);
        if (root == null) {
            return settings;
        }
        if (!(root instanceof Map<?, ?> map)) {
            throw PgtrickleException.of(
                    ErrorCode.BAD_ARGUMENT, where + " is not a mapping of keys to values");
        }
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            String key = String.valueOf(entry.getKey());
            Setting setting =
                    Setting.ofKey(key)
                            .orElseThrow(() ->
                                    Configuration.unknown("key of the configuration file", key));
            Object value = entry.getValue();
            if (value == null || value instanceof Map || value instanceof List) {
                throw PgtrickleException.of(
                        ErrorCode.BAD_ARGUMENT,
                        "key \"" + key + "\" of the " + where + " must have one value");
            }
            settings.put(setting, value.toString());
        }
        return settings;
    }

    private static String summary(YamlEngineException error) {
        if (error instanceof MarkedYamlEngineException marked) {
            return marked.getProblem()
                    + marked.getProblemMark()
                            .map(mark ->
                                    ", line "
                                            + (mark.getLine() + 1)
                                            + ", column "
                                            + (mark.getColumn() + 1))
                            .orElse("");
        }
        return "not understood";
    }
}
