package io.pgtrickle.commander;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import java.util.Map;

/// A command as its row in `pgtrickle.command` has it; the row alone is believed.
///
/// @param caller the role whose rights count
/// @param settings the caller's, as they were
record Command(
        long id,
        String kind,
        Map<String, String> arguments,
        String caller,
        Map<String, String> settings) {

    Command(
            long id,
            String kind,
            Map<String, String> arguments,
            String caller,
            Map<String, String> settings) {
        this.id = id;
        this.kind = kind;
        this.arguments = Map.copyOf(arguments);
        this.caller = caller;
        this.settings = SearchPath.resolved(settings, caller);
    }

    String searchPath() {
        return settings.getOrDefault(SearchPath.NAME, "");
    }

    String required(String name) {
        String value = arguments.get(name);
        if (value == null) {
            throw PgtrickleException.of(
                    ErrorCode.BAD_ARGUMENT, "argument \"" + name + "\" must not be null");
        }
        return value;
    }

    boolean flag(String name, boolean otherwise) {
        String value = arguments.get(name);
        return value == null ? otherwise : Boolean.parseBoolean(value);
    }
}
