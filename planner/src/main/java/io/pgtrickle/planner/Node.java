package io.pgtrickle.planner;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/// A node of a `pg_node_tree`: its kind in capitals and its fields by name. Oids, which have no sign in PostgreSQL, are kept in
/// an `int`.
///
/// @param fields in the order of the text, without the colons
record Node(String kind, SequencedMap<String, NodeValue> fields) implements NodeValue {

    Node(String kind, SequencedMap<String, NodeValue> fields) {
        this.kind = kind;
        this.fields = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(fields));
    }

    boolean has(String field) {
        return fields.containsKey(field);
    }

    /// @throws PgtrickleException INTERNAL where there is no such field
    NodeValue value(String field) {
        NodeValue value = fields.get(field);
        if (value == null) {
            throw malformed(field, "is missing");
        }
        return value;
    }

    /// Whether the field is there and says something: `<>`, `false`, `0`, `(b)` and the like don't.
    boolean isSet(String field) {
        NodeValue value = fields.get(field);
        return value != null
                && switch (value) {
                    case Nothing _ -> false;
                    case Atom(String text) -> !text.equals("false") && !text.equals("0");
                    case Items(List<NodeValue> items) -> !items.isEmpty();
                    case Numbers(List<Integer> numbers) -> !numbers.isEmpty();
                    case Text _, Datum _, Node _ -> true;
                };
    }

    int integer(String field) {
        if (value(field) instanceof Atom(String text)) {
            try {
                long number = Long.parseLong(text);
                if (number >= Integer.MIN_VALUE && number <= 0xffff_ffffL) {
                    return (int) number;
                }
            } catch (NumberFormatException e) {
                throw malformed(field, "is not a number");
            }
        }
        throw malformed(field, "is not a number");
    }

    boolean flag(String field) {
        if (value(field) instanceof Atom(String text)) {
            if (text.equals("true")) {
                return true;
            }
            if (text.equals("false")) {
                return false;
            }
        }
        throw malformed(field, "is not a boolean");
    }

    /// A name or another string, e.g. of an alias.
    String text(String field) {
        return switch (value(field)) {
            case Atom(String text) -> text;
            case Text(String text) -> text;
            case Nothing _, Datum _, Items _, Numbers _, Node _ ->
                    throw malformed(field, "is not a string");
        };
    }

    Node node(String field) {
        return optionalNode(field).orElseThrow(() -> malformed(field, "is empty"));
    }

    Optional<Node> optionalNode(String field) {
        return switch (value(field)) {
            case Node node -> Optional.of(node);
            case Nothing _ -> Optional.empty();
            case Atom _, Text _, Datum _, Items _, Numbers _ ->
                    throw malformed(field, "is not a node");
        };
    }

    /// The elements of a list; none where the list is NIL.
    List<NodeValue> items(String field) {
        return switch (value(field)) {
            case Items(List<NodeValue> items) -> items;
            case Nothing _ -> List.of();
            case Atom _, Text _, Datum _, Numbers _, Node _ ->
                    throw malformed(field, "is not a list");
        };
    }

    /// The elements of a list of nodes.
    ///
    /// @throws PgtrickleException INTERNAL where one is something else
    List<Node> nodes(String field) {
        return items(field).stream()
                .map(item -> {
                    if (item instanceof Node node) {
                        return node;
                    }
                    throw malformed(field, "is not a list of nodes");
                })
                .toList();
    }

    /// The members of a bitmapset, or of a list of integers or oids.
    List<Integer> numbers(String field) {
        return switch (value(field)) {
            case Numbers(List<Integer> numbers) -> numbers;
            case Nothing _ -> List.of();
            case Atom _, Text _, Datum _, Items _, Node _ ->
                    throw malformed(field, "is not a list of numbers");
        };
    }

    private PgtrickleException malformed(String field, String what) {
        return PgtrickleException.of(
                ErrorCode.INTERNAL,
                "field \""
                        + field
                        + "\" of a "
                        + kind
                        + " node in PostgreSQL's query tree "
                        + what);
    }
}
