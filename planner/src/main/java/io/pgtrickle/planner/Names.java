package io.pgtrickle.planner;

import java.util.ArrayList;
import java.util.List;

/// A list of names in a tree.
final class Names {

    private Names() {}

    /// @return `""` for a dropped column
    static List<String> of(List<NodeValue> items) {
        List<String> names = new ArrayList<>();
        for (NodeValue item : items) {
            switch (item) {
                case NodeValue.Text(String text) -> names.add(text);
                case NodeValue.Atom(String text) -> names.add(text);
                case NodeValue.Nothing _ -> names.add("");
                case NodeValue.Datum _, NodeValue.Items _, NodeValue.Numbers _, Node _ ->
                        throw Refusals.internal("a list of names with something else in it");
            }
        }
        return names;
    }
}
