package io.pgtrickle.planner;

import io.pgtrickle.model.Bytes;
import java.util.List;

/// What a field of a node, or an element of a list, may hold in a `pg_node_tree`.
sealed interface NodeValue
        permits NodeValue.Nothing,
                NodeValue.Atom,
                NodeValue.Text,
                NodeValue.Datum,
                NodeValue.Items,
                NodeValue.Numbers,
                Node {

    /// `<>`: a null pointer, an empty list, or no string.
    enum Nothing implements NodeValue {
        NOTHING
    }

    /// A number, a boolean, a word or an unquoted string, with its escapes undone.
    record Atom(String text) implements NodeValue {}

    /// A string in quotes: an element of a list of names.
    record Text(String text) implements NodeValue {}

    /// The value of a Const as it stands in the server's memory: `4 [ 1 0 0 0 0 0 0 0 ]`.
    ///
    /// @param length the value's length; a value passed in a register has eight bytes nevertheless
    record Datum(int length, Bytes memory) implements NodeValue {}

    /// A list of values.
    record Items(List<NodeValue> items) implements NodeValue {
        public Items(List<NodeValue> items) {
            this.items = List.copyOf(items);
        }
    }

    /// A bitmapset `(b 8 9)`, or a list of integers `(i 1 2)`, of oids `(o 23)` or of transaction ids `(x 7)`.
    record Numbers(List<Integer> numbers) implements NodeValue {
        public Numbers(List<Integer> numbers) {
            this.numbers = List.copyOf(numbers);
        }
    }
}
