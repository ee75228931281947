package io.pgtrickle.postgres;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;

/// Text that is safe inside SQL. Identifiers are always quoted: so no list of reserved words is needed.
public final class Quoting {

    private Quoting() {}

    public static String identifier(String name) {
        return '"' + withoutNul(name).replace("\"", "\"\"") + '"';
    }

    public static String qualified(String schema, String name) {
        return identifier(schema) + '.' + identifier(name);
    }

    /// A string literal that doesn't depend on `standard_conforming_strings`.
    public static String literal(String text) {
        String quoted = '\'' + withoutNul(text).replace("'", "''").replace("\\", "\\\\") + '\'';
        return text.indexOf('\\') < 0 ? quoted : " E" + quoted;
    }

    private static String withoutNul(String text) {
        if (text.indexOf('\0') >= 0) {
            throw PgtrickleException.of(
                    ErrorCode.BAD_ARGUMENT, "a name or text contains the character NUL");
        }
        return text;
    }
}
