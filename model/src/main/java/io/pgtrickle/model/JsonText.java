package io.pgtrickle.model;

import io.pgtrickle.model.Json.Member;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/// Reads and writes jsonb as PostgreSQL prints it (`JsonbToCString`): `{"a": 1, "b": [true, null]}`.
final class JsonText {

    /// Deeper values exceed PostgreSQL's own stack at its default `max_stack_depth`, or come near to ours.
    private static final int MAX_DEPTH = 3_000;

    private static final int FIRST_PRINTABLE = 0x20;

    private final String text;
    private int position;

    private JsonText(String text) {
        this.text = text;
    }

    static Json parse(String text) {
        JsonText parser = new JsonText(text);
        try {
            Json value = parser.value(0);
            if (parser.position != text.length()) {
                throw parser.malformed();
            }
            return value;
        } catch (IndexOutOfBoundsException | NumberFormatException _) {
            throw parser.malformed();
        }
    }

    private PgtrickleException malformed() {
        return PgtrickleException.of(
                ErrorCode.STREAM_MALFORMED, "a jsonb has no JSON at character " + position);
    }

    private Json value(int depth) {
        if (depth > MAX_DEPTH) {
            throw PgtrickleException.of(
                            ErrorCode.ROW_ERROR, "a jsonb is nested deeper than " + MAX_DEPTH)
                    .withSqlState("54001");
        }
        return switch (text.charAt(position)) {
            case '{' -> structure(depth);
            case '[' -> array(depth);
            case '"' -> new Json.Text(string());
            case 'n' -> literal(Json.Literal.NULL);
            case 't' -> literal(Json.Literal.TRUE);
            case 'f' -> literal(Json.Literal.FALSE);
            default -> number();
        };
    }

    private Json literal(Json.Literal literal) {
        expect(literal.text());
        return literal;
    }

    private void expect(String piece) {
        if (!text.startsWith(piece, position)) {
            throw malformed();
        }
        position += piece.length();
    }

    private boolean skip(char wanted) {
        boolean found = text.charAt(position) == wanted;
        if (found) {
            position++;
        }
        return found;
    }

    private Json number() {
        int start = position;
        while (position < text.length() && "0123456789.-".indexOf(text.charAt(position)) >= 0) {
            position++;
        }
        return new Json.Decimal(new BigDecimal(text.substring(start, position)));
    }

    private Json array(int depth) {
        List<Json> elements = new ArrayList<>();
        expect("[");
        while (!skip(']')) {
            if (!elements.isEmpty()) {
                expect(", ");
            }
            elements.add(value(depth + 1));
        }
        return new Json.Array(elements);
    }

    private Json structure(int depth) {
        List<Member> members = new ArrayList<>();
        expect("{");
        while (!skip('}')) {
            if (!members.isEmpty()) {
                expect(", ");
            }
            String key = string();
            expect(": ");
            members.add(new Member(key, value(depth + 1)));
        }
        return new Json.Structure(members);
    }

    private String string() {
        expect("\"");
        int end = position;
        while (text.charAt(end) != '"' && text.charAt(end) != '\\') {
            end++;
        }
        if (text.charAt(end) == '"') {
            String plain = text.substring(position, end);
            position = end + 1;
            return plain;
        }
        StringBuilder out = new StringBuilder();
        while (true) {
            char c = text.charAt(position++);
            if (c == '"') {
                return out.toString();
            }
            out.append(c == '\\' ? escaped() : c);
        }
    }

    private char escaped() {
        char c = text.charAt(position++);
        return switch (c) {
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> {
                position += 4;
                yield (char) Integer.parseInt(text.substring(position - 4, position), 16);
            }
            default -> c;
        };
    }

    static String print(Json value) {
        StringBuilder out = new StringBuilder();
        print(value, out);
        return out.toString();
    }

    private static void print(Json value, StringBuilder out) {
        switch (value) {
            case Json.Literal literal -> out.append(literal.text());
            case Json.Decimal(BigDecimal number) -> out.append(number.toPlainString());
            case Json.Text(String string) -> print(string, out);
            case Json.Array(List<Json> elements) -> {
                out.append('[');
                for (int i = 0; i < elements.size(); i++) {
                    out.append(i == 0 ? "" : ", ");
                    print(elements.get(i), out);
                }
                out.append(']');
            }
            case Json.Structure(List<Member> members) -> {
                out.append('{');
                for (int i = 0; i < members.size(); i++) {
                    out.append(i == 0 ? "" : ", ");
                    print(members.get(i).key(), out);
                    out.append(": ");
                    print(members.get(i).value(), out);
                }
                out.append('}');
            }
        }
    }

    /// As `escape_json` does.
    private static void print(String string, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < string.length(); i++) {
            char c = string.charAt(i);
            switch (c) {
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                default -> {
                    if (c < FIRST_PRINTABLE) {
                        out.append(String.format(java.util.Locale.ROOT, "\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }
}
