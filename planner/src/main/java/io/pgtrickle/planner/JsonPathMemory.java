package io.pgtrickle.planner;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Function;

/// A jsonpath as it lies in the server's memory (`jsonpath.h`), as its text. Items lie at offsets that are relative to the item that
/// names them; 0 stands for none.
final class JsonPathMemory {

    private static final int HEADER_BYTES = 8;
    private static final int LAX = 0x8000_0000;

    private static final int NULL = 0;
    private static final int STRING = 1;
    private static final int NUMERIC = 2;
    private static final int BOOL = 3;
    private static final int NOT = 6;
    private static final int IS_UNKNOWN = 7;
    private static final int PLUS = 19;
    private static final int MINUS = 20;
    private static final int ANY_ARRAY = 21;
    private static final int ANY_KEY = 22;
    private static final int INDEX_ARRAY = 23;
    private static final int ANY = 24;
    private static final int KEY = 25;
    private static final int CURRENT = 26;
    private static final int ROOT = 27;
    private static final int VARIABLE = 28;
    private static final int FILTER = 29;
    private static final int EXISTS = 30;
    private static final int DATETIME = 37;
    private static final int LAST = 40;
    private static final int STARTS_WITH = 41;
    private static final int LIKE_REGEX = 42;
    private static final int DECIMAL = 46;

    private static final String[] OPERATORS = {
        "&&", "||", "", "", "==", "!=", "<", ">", "<=", ">=", "+", "-", "*", "/", "%"
    };

    private final ByteBuffer memory;
    private final Function<byte[], String> text;
    private final Function<ByteBuffer, String> numeric;
    private final StringBuilder out = new StringBuilder();

    /// @param payload without the length in front
    /// @param text decodes from the database's encoding
    /// @param numeric the text of a number as it lies in memory, from its length on
    JsonPathMemory(
            byte[] payload, Function<byte[], String> text, Function<ByteBuffer, String> numeric) {
        this.memory = ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN);
        this.text = text;
        this.numeric = numeric;
    }

    String value() {
        out.append((memory.getInt(0) & LAX) == 0 ? "strict " : "");
        item(0, false, true);
        return out.toString();
    }

    /// Where an item's data begin: the payload has the header's second half in front.
    private static int place(int offset) {
        return offset + HEADER_BYTES - Integer.BYTES;
    }

    /// What follows the item's kind, aligned as in memory, where four bytes of length are in front of the payload.
    private static int data(int offset) {
        int inMemory = offset + HEADER_BYTES + 1;
        return (inMemory + 3) / 4 * 4 - Integer.BYTES;
    }

    private int kind(int offset) {
        return memory.get(place(offset));
    }

    /// @param afterKey whether something stands before it, so that a key needs a dot
    /// @param brackets whether an operation is to be in brackets
    private void item(int offset, boolean afterKey, boolean brackets) {
        int kind = kind(offset);
        int at = data(offset);
        int next = memory.getInt(at);
        int first = at + Integer.BYTES;
        switch (kind) {
            case NULL -> out.append("null");
            case STRING -> quoted(first);
            case NUMERIC -> {
                ByteBuffer number = memory.duplicate().order(ByteOrder.LITTLE_ENDIAN);
                number.position(first);
                String digits = numeric.apply(number.slice().order(ByteOrder.LITTLE_ENDIAN));
                out.append(next == 0 ? digits : "(" + digits + ")");
            }
            case BOOL -> out.append(memory.get(first) != 0);
            case NOT -> wrapped("!(", offset, first, ")");
            case IS_UNKNOWN -> wrapped("(", offset, first, ") is unknown");
            case PLUS, MINUS -> {
                out.append(brackets ? "(" : "").append(kind == PLUS ? '+' : '-');
                operand(offset, memory.getInt(first), kind);
                out.append(brackets ? ")" : "");
            }
            case ANY_ARRAY -> out.append("[*]");
            case ANY_KEY -> out.append(afterKey ? "." : "").append('*');
            case INDEX_ARRAY -> indexes(offset, first);
            case ANY -> any(afterKey, memory.getInt(first), memory.getInt(first + Integer.BYTES));
            case KEY -> {
                out.append(afterKey ? "." : "");
                quoted(first);
            }
            case CURRENT -> out.append('@');
            case ROOT -> out.append('$');
            case VARIABLE -> {
                out.append('$');
                quoted(first);
            }
            case FILTER -> wrapped("?(", offset, first, ")");
            case EXISTS -> wrapped("exists (", offset, first, ")");
            case DATETIME, 50, 51, 52, 53 -> wrapped(method(kind) + "(", offset, first, ")");
            case LAST -> out.append("last");
            case LIKE_REGEX -> regex(offset, first, brackets);
            case DECIMAL -> {
                wrapped(".decimal(", offset, first, "");
                int second = memory.getInt(first + Integer.BYTES);
                if (second != 0) {
                    out.append(',');
                    item(offset + second, false, false);
                }
                out.append(')');
            }
            default -> {
                if (kind == STARTS_WITH || kind >= 4 && kind <= 18) {
                    binary(offset, first, kind, brackets);
                } else {
                    out.append(method(kind)).append("()");
                }
            }
        }
        if (next != 0) {
            item(offset + next, true, true);
        }
    }

    private static String method(int kind) {
        return switch (kind) {
            case 31 -> ".type";
            case 32 -> ".size";
            case 33 -> ".abs";
            case 34 -> ".floor";
            case 35 -> ".ceiling";
            case 36 -> ".double";
            case DATETIME -> ".datetime";
            case 38 -> ".keyvalue";
            case 43 -> ".bigint";
            case 44 -> ".boolean";
            case 45 -> ".date";
            case 47 -> ".integer";
            case 48 -> ".number";
            case 49 -> ".string";
            case 50 -> ".time";
            case 51 -> ".time_tz";
            case 52 -> ".timestamp";
            case 53 -> ".timestamp_tz";
            default ->
                    throw Refusals.query(
                            "jsonpath items of PostgreSQL's kind " + kind,
                            "Write the path without it.");
        };
    }

    private void wrapped(String before, int offset, int first, String after) {
        out.append(before);
        int argument = memory.getInt(first);
        if (argument != 0) {
            item(offset + argument, false, false);
        }
        out.append(after);
    }

    private void binary(int offset, int first, int kind, boolean brackets) {
        out.append(brackets ? "(" : "");
        operand(offset, memory.getInt(first), kind);
        out.append(' ')
                .append(kind == STARTS_WITH ? "starts with" : OPERATORS[kind - 4])
                .append(' ');
        operand(offset, memory.getInt(first + Integer.BYTES), kind);
        out.append(brackets ? ")" : "");
    }

    private void operand(int offset, int relative, int parent) {
        int child = offset + relative;
        item(child, false, priority(kind(child)) <= priority(parent));
    }

    private static int priority(int kind) {
        return switch (kind) {
            case 5 -> 0;
            case 4 -> 1;
            case 8, 9, 10, 11, 12, 13, STARTS_WITH -> 2;
            case 14, 15 -> 3;
            case 16, 17, 18 -> 4;
            case PLUS, MINUS -> 5;
            default -> 6;
        };
    }

    private void indexes(int offset, int first) {
        out.append('[');
        int count = memory.getInt(first);
        for (int i = 0; i < count; i++) {
            int pair = first + Integer.BYTES * (1 + 2 * i);
            out.append(i == 0 ? "" : ",");
            item(offset + memory.getInt(pair), false, false);
            int to = memory.getInt(pair + Integer.BYTES);
            if (to != 0) {
                out.append(" to ");
                item(offset + to, false, false);
            }
        }
        out.append(']');
    }

    private void any(boolean afterKey, int first, int last) {
        out.append(afterKey ? "." : "").append("**");
        if (first == 0 && last == -1) {
            return;
        }
        out.append('{').append(level(first));
        if (first != last) {
            out.append(" to ").append(level(last));
        }
        out.append('}');
    }

    private static String level(int number) {
        return number == -1 ? "last" : Integer.toUnsignedString(number);
    }

    private void regex(int offset, int first, boolean brackets) {
        int flags = memory.getInt(first);
        out.append(brackets ? "(" : "");
        operand(offset, memory.getInt(first + Integer.BYTES), LIKE_REGEX);
        out.append(" like_regex ");
        quoted(first + 2 * Integer.BYTES);
        if (flags != 0) {
            out.append(" flag \"");
            for (int i = 0; i < 5; i++) {
                out.append((flags & 1 << i) == 0 ? "" : "ismxq".substring(i, i + 1));
            }
            out.append('"');
        }
        out.append(brackets ? ")" : "");
    }

    /// A length, the bytes, and a zero.
    private void quoted(int at) {
        byte[] bytes = new byte[memory.getInt(at)];
        memory.duplicate().position(at + Integer.BYTES).get(bytes);
        out.append('"');
        String value = text.apply(bytes);
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                default -> {
                    if (c < ' ') {
                        out.append(String.format("\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }
}
