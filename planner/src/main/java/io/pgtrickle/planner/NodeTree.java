package io.pgtrickle.planner;

import io.pgtrickle.model.Bytes;
import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.planner.NodeValue.Atom;
import io.pgtrickle.planner.NodeValue.Datum;
import io.pgtrickle.planner.NodeValue.Items;
import io.pgtrickle.planner.NodeValue.Nothing;
import io.pgtrickle.planner.NodeValue.Numbers;
import io.pgtrickle.planner.NodeValue.Text;
import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// Reads the text of a `pg_node_tree`, as `outfuncs.c` writes it: `{KIND :field value …}`, lists in parentheses, `<>` for
/// nothing. Tokens are those of `pg_strtok`: they end at a blank, parenthesis or brace, unless a backslash stands before it.
///
/// Keeps its own stack instead of recurring. A field's name is followed by one value whatever that looks like: a column may be called `:x`.
final class NodeTree {

    /// Nested brackets in one tree. Two make an operator's argument: so there may be some 300 operators inside one another, which the
    /// stack of a thread bears, here and where the expression is evaluated.
    static final int MAX_DEPTH = 600;

    /// Characters of one tree. A table of 1,600 columns joined to itself ten times has 10 MB.
    static final int MAX_LENGTH = 64 << 20;

    private final String source;
    private final Deque<Open> open = new ArrayDeque<>();
    private int position;

    private NodeTree(String source) {
        this.source = source;
    }

    /// The only query in the action of a view's rule.
    ///
    /// @throws PgtrickleException UNSUPPORTED_QUERY where the tree is too deep or too long, INTERNAL where it can't be read
    static Node parseQuery(String tree) {
        NodeValue value = parse(tree);
        if (value instanceof Items(List<NodeValue> items)
                && items.size() == 1
                && items.getFirst() instanceof Node query
                && query.kind().equals("QUERY")) {
            return query;
        }
        throw PgtrickleException.of(ErrorCode.INTERNAL, "PostgreSQL's query tree isn't one query");
    }

    static NodeValue parse(String tree) {
        if (tree.length() > MAX_LENGTH) {
            throw PgtrickleException.of(
                            ErrorCode.UNSUPPORTED_QUERY,
                            "the query is too large: its tree has "
                                    + tree.length()
                                    + " characters, the limit is "
                                    + MAX_LENGTH)
                    .withSqlState("54000");
        }
        NodeTree parser = new NodeTree(tree);
        NodeValue value = parser.value();
        if (parser.tokenOrEnd() != null) {
            throw parser.malformed("more after the end");
        }
        return value;
    }

    /// What has been opened and isn't closed yet.
    private sealed interface Open {

        /// A node; `field` is empty where the next token must be a field's name.
        final class OpenNode implements Open {
            private final String kind;
            private final SequencedMap<String, NodeValue> fields = new LinkedHashMap<>();
            private Optional<String> field = Optional.empty();

            OpenNode(String kind) {
                this.kind = kind;
            }
        }

        record OpenList(List<NodeValue> items) implements Open {}
    }

    private NodeValue value() {
        Optional<NodeValue> complete = next();
        while (complete.isEmpty() || !open.isEmpty()) {
            complete.ifPresent(this::add);
            complete = next();
        }
        return complete.get();
    }

    private void add(NodeValue value) {
        switch (open.getLast()) {
            case Open.OpenList(List<NodeValue> items) -> items.add(value);
            case Open.OpenNode node -> {
                node.fields.putIfAbsent(node.field.orElseThrow(), value);
                node.field = Optional.empty();
            }
        }
    }

    /// Reads on to the end of a value; empty where one was only opened, or a field named.
    private Optional<NodeValue> next() {
        String token = token();
        if (!open.isEmpty()
                && open.getLast() instanceof Open.OpenNode node
                && node.field.isEmpty()) {
            return fieldOrEnd(node, token);
        }
        return switch (token) {
            case "<>" -> Optional.of(Nothing.NOTHING);
            case "{" -> {
                open(new Open.OpenNode(kind()));
                yield Optional.empty();
            }
            case "(" -> list();
            case ")" -> {
                if (open.isEmpty()
                        || !(open.getLast() instanceof Open.OpenList(List<NodeValue> items))) {
                    throw malformed("unexpected \")\"");
                }
                open.removeLast();
                yield Optional.of(new Items(items));
            }
            case "}" -> throw malformed("unexpected \"}\"");
            default -> Optional.of(isDatum(token) ? datum(token) : string(token));
        };
    }

    private Optional<NodeValue> fieldOrEnd(Open.OpenNode node, String token) {
        if (token.equals("}")) {
            open.removeLast();
            return Optional.of(new Node(node.kind, node.fields));
        }
        if (token.charAt(0) != ':') {
            throw malformed("\"" + token + "\" where a field was expected");
        }
        node.field = Optional.of(token.substring(1));
        return Optional.empty();
    }

    private void open(Open opened) {
        if (open.size() == MAX_DEPTH) {
            throw PgtrickleException.of(
                            ErrorCode.UNSUPPORTED_QUERY,
                            "the query is nested too deeply: the limit is " + MAX_DEPTH + " levels")
                    .withHint(
                            "Compute parts of long chains of operators as columns of a subquery in FROM.")
                    .withSqlState("54001");
        }
        open.addLast(opened);
    }

    private String kind() {
        String kind = token();
        if (!isWord(kind)) {
            throw malformed("a node of kind \"" + kind + "\"");
        }
        return kind;
    }

    /// A list of numbers is read at once; of another list only the parenthesis.
    private Optional<NodeValue> list() {
        int start = position;
        String first = token();
        if (first.equals("i") || first.equals("o") || first.equals("b") || first.equals("x")) {
            return Optional.of(numbers());
        }
        position = start;
        open(new Open.OpenList(new ArrayList<>()));
        return Optional.empty();
    }

    private static NodeValue string(String token) {
        if (token.length() > 1 && token.charAt(0) == '"' && token.endsWith("\"")) {
            return new Text(unescape(token.substring(1, token.length() - 1)));
        }
        return new Atom(unescape(token));
    }

    /// Whether a bracket follows the number; it is read if so. Only fields have such values.
    private boolean isDatum(String token) {
        if (open.isEmpty() || open.getLast() instanceof Open.OpenList || !isCount(token)) {
            return false;
        }
        int start = position;
        if ("[".equals(tokenOrEnd())) {
            return true;
        }
        position = start;
        return false;
    }

    private Numbers numbers() {
        List<Integer> numbers = new ArrayList<>();
        for (String token = token(); !token.equals(")"); token = token()) {
            numbers.add((int) number(token, Integer.MIN_VALUE, 0xffff_ffffL));
        }
        return new Numbers(numbers);
    }

    /// After `4 [`: the bytes, signed, up to `]`.
    private Datum datum(String length) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (String token = token(); !token.equals("]"); token = token()) {
            bytes.write((int) number(token, -128, 255));
        }
        return new Datum((int) number(length, 0, Integer.MAX_VALUE), Bytes.of(bytes.toByteArray()));
    }

    private long number(String token, long min, long max) {
        try {
            long number = Long.parseLong(token);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw malformed("\"" + token + "\" where a number was expected");
        }
        throw malformed("\"" + token + "\" is out of range");
    }

    private String token() {
        String token = tokenOrEnd();
        if (token == null) {
            throw malformed("the end came early");
        }
        return token;
    }

    /// The next token with its escapes, or null at the end.
    private @Nullable String tokenOrEnd() {
        while (position < source.length() && isBlank(source.charAt(position))) {
            position++;
        }
        int start = position;
        if (start == source.length()) {
            return null;
        }
        if (isBracket(source.charAt(position))) {
            position++;
        } else {
            while (position < source.length()
                    && !isBlank(source.charAt(position))
                    && !isBracket(source.charAt(position))) {
                position +=
                        source.charAt(position) == '\\' && position + 1 < source.length() ? 2 : 1;
            }
        }
        return source.substring(start, position);
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\n' || c == '\t';
    }

    private static boolean isBracket(char c) {
        return c == '(' || c == ')' || c == '{' || c == '}';
    }

    private static boolean isCount(String token) {
        return token.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    private static boolean isWord(String token) {
        return token.chars()
                .allMatch(c -> c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_');
    }

    private static String unescape(String token) {
        if (token.indexOf('\\') < 0) {
            return token;
        }
        StringBuilder text = new StringBuilder(token.length());
        for (int i = 0; i < token.length(); i++) {
            char c = token.charAt(i);
            if (c == '\\' && i + 1 < token.length()) {
                i++;
                c = token.charAt(i);
            }
            text.append(c);
        }
        return text.toString();
    }

    private PgtrickleException malformed(String what) {
        return PgtrickleException.of(
                ErrorCode.INTERNAL,
                "PostgreSQL's query tree can't be read at character "
                        + (position + 1)
                        + ": "
                        + what);
    }
}
