package io.pgtrickle.commander;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import java.util.Map;

/// A command as its row in `pgtrickle.command` has it; the row alone is believed.
///
/// @param caller the role whose rights count
/// @param searchPath the caller's, as it was
record Command(
        long id, String kind, Map<String, String> arguments, String caller, String searchPath) {

    Command(long id, String kind, Map<String, String> arguments, String caller, String searchPath) {
        this.id = id;
        this.kind = kind;
        this.arguments = Map.copyOf(arguments);
        this.caller = caller;
        this.searchPath = searchPath;
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
