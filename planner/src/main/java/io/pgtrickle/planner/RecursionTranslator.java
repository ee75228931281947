package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.expression.Expression.Column;
import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.model.type.SqlType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// WITH RECURSIVE: its first part, and its second part over the rows that the round before added.
final class RecursionTranslator {

    private RecursionTranslator() {}

    /// @param entry the reference: by the second part to itself, or from outside
    /// @return the plan of its columns; empty where the WITH query isn't recursive
    static Optional<Plan> plan(CommonTable table, Node entry, PlannerContext context) {
        if (!table.recursive()) {
            return Optional.empty();
        }
        if (table.definition().isSet("search_clause") || table.definition().isSet("cycle_clause")) {
            throw Refusals.query(
                    "SEARCH and CYCLE clauses", "Write out the columns that they stand for.");
        }
        if (!table.references().isEmpty()) {
            throw Refusals.query(
                    "recursive queries that refer to an outer query",
                    "Move the WITH RECURSIVE to the outermost query.");
        }
        List<SqlType> types = types(table, context);
        if (entry.flag("self_reference")) {
            return Optional.of(new Plan.WorkingTable(table.number(), types));
        }
        Node query = table.query();
        for (String clause : List.of("limitCount", "limitOffset", "cteList")) {
            if (query.isSet(clause)) {
                throw Refusals.query(
                        "recursive queries with LIMIT or a WITH of their own",
                        "Put the LIMIT into the query that reads the recursive one.");
            }
        }
        Node operation = query.node("setOperations");
        QueryScope scope = new QueryScope(Optional.of(table.scope()), query, context);
        boolean all = operation.flag("all");
        if (!all) {
            types.forEach(
                    type -> TypeChecks.equatableHere(type, "a recursive UNION", context.catalog()));
        }
        return Optional.of(
                new Plan.Recursive(
                        part(operation.node("larg"), scope, types),
                        part(operation.node("rarg"), scope, types),
                        table.number(),
                        all));
    }

    private static List<SqlType> types(CommonTable table, PlannerContext context) {
        List<Integer> types = table.definition().numbers("ctecoltypes");
        List<Integer> collations = table.definition().numbers("ctecolcollations");
        List<SqlType> columns = new ArrayList<>();
        for (int i = 0; i < types.size(); i++) {
            columns.add(context.catalog().type(types.get(i), collations.get(i)));
        }
        return columns;
    }

    private static Plan part(Node reference, QueryScope scope, List<SqlType> types) {
        if (!reference.kind().equals("RANGETBLREF")) {
            throw Refusals.query(
                    "recursive queries of more than two parts",
                    "Put the parts that aren't recursive into a WITH query of their own.");
        }
        Node subquery = scope.rangeTable().get(reference.integer("rtindex") - 1).node("subquery");
        Unnested rows = BlockTranslator.within(subquery, scope, Domain.NONE).translate(false);
        List<Expression> columns = new ArrayList<>();
        for (int i = 0; i < types.size(); i++) {
            int output = rows.outputs().get(i);
            columns.add(
                    Casts.implicit(
                            new Column(output, rows.plan().types().get(output)),
                            types.get(i),
                            scope.context()));
        }
        return new Plan.Project(rows.plan(), columns);
    }
}
