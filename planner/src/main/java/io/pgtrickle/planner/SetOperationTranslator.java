package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.expression.Expression.Column;
import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.dataflow.plan.Plan.SetOperator;
import io.pgtrickle.model.type.SqlType;
import java.util.ArrayList;
import java.util.List;
import java.util.SequencedMap;

/// UNION, INTERSECT and EXCEPT of a query's parts. The values of a domain are columns of each part, so parts meet only where
/// they belong to the same outer values.
final class SetOperationTranslator {

    private static final int UNION = 1;
    private static final int INTERSECT = 2;

    private final QueryScope scope;
    private final Node query;
    private final Domain domain;

    SetOperationTranslator(QueryScope scope, Node query, Domain domain) {
        this.scope = scope;
        this.query = query;
        this.domain = domain;
    }

    Rows translate() {
        Node operation = query.node("setOperations");
        Plan plan = part(operation);
        int leftmost = leftmost(operation);
        List<Integer> slots =
                new ArrayList<>(domain.slots(scope.slots()).stream().map(Column::index).toList());
        for (int i = 1; i <= operation.numbers("colTypes").size(); i++) {
            slots.add(scope.slots().number(new Slots.Owner.Variable(leftmost, i)));
        }
        return new Rows(plan, slots);
    }

    private static int leftmost(Node operation) {
        return operation.kind().equals("RANGETBLREF")
                ? operation.integer("rtindex")
                : leftmost(operation.node("larg"));
    }

    /// A part with its columns under these types.
    Plan part(Node node, List<SqlType> types) {
        return cast(part(node), types);
    }

    /// The domain's columns, then those of the part.
    private Plan part(Node node) {
        if (node.kind().equals("RANGETBLREF")) {
            return leaf(scope.rangeTable().get(node.integer("rtindex") - 1).node("subquery"));
        }
        List<SqlType> types = types(node);
        Plan left = cast(part(node.node("larg")), types);
        Plan right = cast(part(node.node("rarg")), types);
        boolean all = node.flag("all");
        int operator = node.integer("op");
        if (operator == UNION && all) {
            return new Plan.Union(List.of(left, right));
        }
        types.forEach(
                type -> TypeChecks.equatable(type, "a set operation", scope.context().catalog()));
        return operator == UNION
                ? new Plan.Distinct(new Plan.Union(List.of(left, right)))
                : new Plan.SetOperation(
                        left,
                        right,
                        operator == INTERSECT ? SetOperator.INTERSECT : SetOperator.EXCEPT,
                        all);
    }

    private List<SqlType> types(Node operation) {
        List<Integer> types = operation.numbers("colTypes");
        List<Integer> collations = operation.numbers("colCollations");
        List<SqlType> columns = new ArrayList<>();
        for (int i = 0; i < types.size(); i++) {
            columns.add(
                    RowTypes.isUntold(types.get(i))
                            ? scope.wholeType(leftmost(operation)).fields().get(i).type()
                            : scope.context().catalog().type(types.get(i), collations.get(i)));
        }
        return columns;
    }

    private Plan leaf(Node subquery) {
        SequencedMap<OuterReference, Node> references = FreeReferences.of(subquery, scope);
        List<Column> outside = domain.slots(scope.slots());
        List<OuterReference> own = List.copyOf(references.sequencedKeySet());
        Rows values = domain.rows(scope.slots());
        List<Expression> arguments = new ArrayList<>();
        references.forEach((reference, at) -> arguments.add(scope.argument(reference, at)));
        Domain inner = scope.subqueries().domain(values, own, arguments);
        Unnested rows = BlockTranslator.within(subquery, scope, inner).translate(false);
        Rows right =
                new Rows(
                        rows.plan(),
                        rows.plan().types().stream()
                                .map(type -> scope.slots().unnamed(type).index())
                                .toList());
        Rows joined =
                domain.isEmpty()
                        ? right
                        : values.join(
                                right,
                                Plan.JoinKind.INNER,
                                Subqueries.keys(rows.matches(), values, arguments, rows.plan()),
                                List.of());
        List<Integer> slots = new ArrayList<>(outside.stream().map(Column::index).toList());
        rows.outputs().forEach(output -> slots.add(right.slots().get(output)));
        return joined.keep(slots).plan();
    }

    /// The parts' columns may have narrower types than the whole.
    private Plan cast(Plan plan, List<SqlType> types) {
        List<Expression> columns = new ArrayList<>();
        int carried = domain.references().size();
        boolean same = true;
        for (int i = 0; i < plan.types().size(); i++) {
            Column column = new Column(i, plan.types().get(i));
            Expression cast =
                    i < carried
                            ? column
                            : Casts.implicit(column, types.get(i - carried), scope.context());
            same &= cast.equals(column);
            columns.add(cast);
        }
        return same ? plan : new Plan.Project(plan, columns);
    }
}
