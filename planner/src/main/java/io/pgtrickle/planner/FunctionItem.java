package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.dataflow.plan.Plan.SetFunction;
import io.pgtrickle.model.type.SqlType;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/// A function in FROM, or several in ROWS FROM; XMLTABLE and JSON_TABLE too.
final class FunctionItem {

    private final QueryScope scope;
    private final int index;
    private final Node entry;

    /// @param index of the entry in the range table
    FunctionItem(QueryScope scope, int index, Node entry) {
        this.scope = scope;
        this.index = index;
        this.entry = entry;
    }

    /// @param left what the functions may refer to
    Rows rows(Rows left) {
        if (!left.isUnit() && FreeReferences.ofPart(entry, scope).isEmpty()) {
            return left.cross(rows(Rows.unit()));
        }
        if (entry.integer("rtekind") == RangeTable.TABLE_FUNCTION) {
            return sets(List.of(scope.setFunctions().table(entry.node("tablefunc"))), false, left);
        }
        List<Node> items = entry.nodes("functions");
        boolean ordinality = entry.flag("funcordinality");
        return items.stream().noneMatch(this::returnsRows)
                ? scalars(items, ordinality, left)
                : sets(
                        items.stream().map(item -> scope.setFunctions().inFrom(item)).toList(),
                        ordinality,
                        left);
    }

    private Rows sets(List<SetFunction> calls, boolean ordinality, Rows left) {
        List<Expression> arguments = new ArrayList<>();
        calls.forEach(call -> arguments.addAll(call.arguments()));
        Subqueries.Attachment attached = scope.subqueries().attach(left, arguments);
        Rows rows = attached.rows();
        List<SetFunction> placed = new ArrayList<>();
        int next = 0;
        int width = ordinality ? 1 : 0;
        for (SetFunction call : calls) {
            int end = next + call.arguments().size();
            placed.add(call.of(rows.place(attached.expressions().subList(next, end))));
            next = end;
            width += call.types().size();
        }
        List<Integer> slots = new ArrayList<>(rows.slots());
        slots.addAll(slots(width));
        return new Rows(new Plan.ProjectSet(rows.plan(), placed, ordinality), slots);
    }

    private List<Integer> slots(int width) {
        return IntStream.rangeClosed(1, width)
                .map(attribute -> scope.slots().number(new Slots.Owner.Variable(index, attribute)))
                .boxed()
                .toList();
    }

    /// Whether it is more than one value.
    private boolean returnsRows(Node item) {
        Node call = item.node("funcexpr");
        return call.kind().equals("FUNCEXPR")
                && (call.flag("funcretset")
                        || !item.numbers("funccoltypes").isEmpty()
                        || scope.context().catalog().isComposite(NodeTypes.of(call).typeOid()));
    }

    /// Functions that return one value: one row.
    private Rows scalars(List<Node> items, boolean ordinality, Rows left) {
        List<Expression> columns = new ArrayList<>();
        for (Node item : items) {
            Node call = item.node("funcexpr");
            if (scope.context().catalog().isComposite(NodeTypes.of(call).typeOid())) {
                throw Refusals.query(
                        "functions in FROM that return one row of several columns",
                        "Keep their rows in a table.");
            }
            columns.add(scope.translate(call));
        }
        if (ordinality) {
            columns.add(new Expression.Constant(1L, SqlType.INT8));
        }
        Subqueries.Attachment attached = scope.subqueries().attach(left, columns);
        return attached.rows().extend(attached.expressions(), slots(columns.size()));
    }
}
