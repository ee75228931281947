package io.pgtrickle.planner;

import java.util.Map;

/// A WITH query, where it is defined. It is written out at each place that reads it; equal plans are kept once.
///
/// @param scope of the query that the WITH belongs to
/// @param references what it takes from queries around that one
/// @param number tells recursive queries apart
record CommonTable(
        Node definition, QueryScope scope, Map<OuterReference, Node> references, int number) {

    static CommonTable of(Node definition, QueryScope scope) {
        return new CommonTable(
                definition,
                scope,
                FreeReferences.of(definition.node("ctequery"), scope),
                scope.context().recursions().incrementAndGet());
    }

    String name() {
        return definition.text("ctename");
    }

    Node query() {
        return definition.node("ctequery");
    }

    boolean recursive() {
        return definition.flag("cterecursive");
    }
}
