package io.pgtrickle.planner;

import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.model.type.SqlType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// WITH RECURSIVE: its first part, and its second part over the rows that the round before added.
final class RecursionTranslator {

    private RecursionTranslator() {}

    /// @param entry the reference: by the second part to itself, or from outside
    /// @param sources of the values that the query takes from outside, the first of them that has all is taken: so the query is the same
    ///     wherever it is read
    /// @return the rows of its columns, with those values; empty where the WITH query isn't recursive
    static Optional<Recursion> of(
            CommonTable table, Node entry, List<Rows> sources, QueryScope reader) {
        if (!table.recursive()) {
            return Optional.empty();
        }
        List<OuterReference> references = List.copyOf(table.references().keySet());
        List<Integer> outside =
                references.stream()
                        .map(reference -> reader.slots().number(new Slots.Owner.Outer(reference)))
                        .toList();
        Rows source =
                sources.stream()
                        .filter(rows -> outside.stream().allMatch(rows::has))
                        .findFirst()
                        .orElseThrow(() ->
                                Refusals.query(
                                        "recursive queries that refer to an outer query from here",
                                        "Move the WITH RECURSIVE into the subquery that reads it."));
        List<SqlType> types = new ArrayList<>();
        outside.forEach(slot -> types.add(source.type(slot)));
        types.addAll(types(table));
        if (entry.flag("self_reference")) {
            return Optional.of(
                    new Recursion(new Plan.WorkingTable(table.number(), types), outside));
        }
        Domain domain =
                outside.isEmpty()
                        ? Domain.NONE
                        : new Domain(references, new Plan.Distinct(source.keep(outside).plan()));
        return Optional.of(new Recursion(plan(table, domain, types, reader.context()), outside));
    }

    /// @param outside the slots of the plan's first columns
    record Recursion(Plan plan, List<Integer> outside) {
        Recursion(Plan plan, List<Integer> outside) {
            this.plan = plan;
            this.outside = List.copyOf(outside);
        }
    }

    private static Plan plan(
            CommonTable table, Domain domain, List<SqlType> types, PlannerContext context) {
        Node query = table.query();
        for (String clause : List.of("limitCount", "limitOffset")) {
            if (query.isSet(clause)) {
                throw Refusals.query(
                        "recursive queries with LIMIT",
                        "Put the LIMIT into the query that reads the recursive one.");
            }
        }
        QueryScope scope = new QueryScope(Optional.of(table.scope()), query, context);
        query.nodes("cteList").forEach(own -> scope.define(CommonTable.of(own, scope)));
        Node operation = query.node("setOperations");
        boolean all = operation.flag("all");
        if (!all) {
            types.forEach(
                    type -> TypeChecks.equatableHere(type, "a recursive UNION", context.catalog()));
        }
        SetOperationTranslator parts = new SetOperationTranslator(scope, query, domain);
        List<SqlType> own = types.subList(domain.references().size(), types.size());
        return new Plan.Recursive(
                parts.part(operation.node("larg"), own),
                parts.part(operation.node("rarg"), own),
                table.number(),
                all);
    }

    private static List<SqlType> types(CommonTable table) {
        List<Integer> types = table.definition().numbers("ctecoltypes");
        List<Integer> collations = table.definition().numbers("ctecolcollations");
        List<Node> targets = table.query().nodes("targetList");
        CatalogReader catalog = table.scope().context().catalog();
        List<SqlType> columns = new ArrayList<>();
        for (int i = 0; i < types.size(); i++) {
            columns.add(
                    RowTypes.isUntold(types.get(i))
                            ? table.scope().typeWithin(table.query(), targets.get(i).node("expr"))
                            : catalog.type(types.get(i), collations.get(i)));
        }
        return columns;
    }
}
