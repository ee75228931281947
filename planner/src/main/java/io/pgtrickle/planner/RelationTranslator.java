package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.expression.Expression.Column;
import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.model.type.SqlType;
import io.pgtrickle.postgres.ColumnInfo;
import io.pgtrickle.postgres.TableInfo;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/// From a relation that FROM names to a plan: a table is scanned, a partitioned table and one with children is the union of those,
/// a view is its query.
final class RelationTranslator {

    private final CatalogReader catalog;
    private final TableChecks checks;
    private final TableScan scans;

    RelationTranslator(CatalogReader catalog, TableChecks checks) {
        this.catalog = catalog;
        this.checks = checks;
        this.scans = new TableScan(catalog);
    }

    /// @param attributes the number of each of the plan's columns in the relation
    record Columns(Plan plan, List<Integer> attributes) {
        Columns(Plan plan, List<Integer> attributes) {
            this.plan = plan;
            this.attributes = List.copyOf(attributes);
        }
    }

    /// @param used the columns that the query uses
    /// @param withChildren whether tables that inherit from it are read too
    Columns translate(int oid, Set<Integer> used, boolean withChildren, PlannerContext context) {
        TableInfo relation = catalog.table(oid);
        if (catalog.isResultTable(oid)) {
            return result(relation, used, context);
        }
        if (relation.kind() != TableInfo.Kind.VIEW) {
            return table(oid, used, withChildren, context);
        }
        context.parents().add(Integer.toUnsignedLong(oid));
        Unnested view =
                BlockTranslator.translateWhole(NodeTree.parseQuery(catalog.viewTree(oid)), context);
        return new Columns(
                view.plan(), IntStream.rangeClosed(1, view.outputs().size()).boxed().toList());
    }

    /// One of our own views is its query too: so both follow their tables in the same step, whatever lies between them.
    private Columns result(TableInfo table, Set<Integer> used, PlannerContext context) {
        Node query =
                HiddenColumns.without(
                        NodeTree.parseQuery(catalog.resultTree(table.oid())), catalog);
        List<String> outputs =
                query.nodes("targetList").stream()
                        .filter(target -> !target.flag("resjunk"))
                        .map(target -> target.text("resname"))
                        .toList();
        Plan plan = BlockTranslator.translateWhole(query, context).plan();
        List<Expression> columns = new ArrayList<>();
        List<Integer> attributes = used.stream().sorted().toList();
        for (int attribute : attributes) {
            String name = TableChecks.column(table, attribute).name();
            int place = outputs.indexOf(name);
            if (place < 0) {
                throw Refusals.source(
                        "column \""
                                + name
                                + "\" of table "
                                + TableChecks.name(table)
                                + " isn't one of the view's query",
                        "Name the columns of the view one by one.");
            }
            columns.add(new Column(place, plan.types().get(place)));
        }
        return new Columns(new Plan.Project(plan, columns), attributes);
    }

    /// @param withChildren whether tables that inherit from it are read too
    private Columns table(
            int oid, Set<Integer> used, boolean withChildren, PlannerContext context) {
        TableInfo table = catalog.table(oid);
        checks.check(table);
        used.forEach(attribute -> checks.checkColumn(table, attribute));
        boolean partitioned = table.kind() == TableInfo.Kind.PARTITIONED_TABLE;
        if (!partitioned && (table.children().isEmpty() || !withChildren)) {
            return scan(table, used);
        }
        context.parents().add(Integer.toUnsignedLong(oid));
        List<Integer> attributes = used.stream().sorted().toList();
        List<Plan> members = new ArrayList<>();
        members(table, members(table), attributes, members);
        if (members.isEmpty()) {
            return new Columns(new Plan.Values(List.of(), types(table, attributes)), attributes);
        }
        return new Columns(
                members.size() == 1 ? members.getFirst() : new Plan.Union(members), attributes);
    }

    private Columns scan(TableInfo table, Set<Integer> used) {
        BitSet wanted = new BitSet();
        used.forEach(wanted::set);
        TableScan.Scanned scanned = scans.scan(table, wanted);
        return new Columns(scanned.plan(), scanned.attributes());
    }

    private List<SqlType> types(TableInfo table, List<Integer> attributes) {
        return attributes.stream()
                .map(attribute -> TableChecks.column(table, attribute))
                .map(column -> catalog.type(column.typeOid(), column.collationOid()))
                .toList();
    }

    /// The table itself, unless it is partitioned, and all below it.
    private List<TableInfo> members(TableInfo table) {
        List<TableInfo> members = new ArrayList<>();
        if (table.kind() != TableInfo.Kind.PARTITIONED_TABLE) {
            members.add(table);
        }
        for (int child : table.children()) {
            TableInfo info = catalog.table(child);
            checks.check(info);
            for (TableInfo member : members(info)) {
                if (members.stream().noneMatch(known -> known.oid() == member.oid())) {
                    members.add(member);
                }
            }
        }
        return members;
    }

    private void members(
            TableInfo root, List<TableInfo> tables, List<Integer> attributes, List<Plan> members) {
        for (TableInfo table : tables) {
            List<Integer> own =
                    attributes.stream().map(attribute -> own(root, table, attribute)).toList();
            Columns scanned = scan(table, Set.copyOf(own));
            List<Expression> columns = new ArrayList<>();
            for (int attribute : own) {
                int place = scanned.attributes().indexOf(attribute);
                columns.add(new Column(place, scanned.plan().types().get(place)));
            }
            members.add(new Plan.Project(scanned.plan(), columns));
        }
    }

    /// Children have the columns by name, possibly at other places.
    private int own(TableInfo root, TableInfo table, int attribute) {
        String name = TableChecks.column(root, attribute).name();
        int own =
                table.columns().stream()
                        .filter(column -> column.name().equals(name))
                        .findFirst()
                        .map(ColumnInfo::attributeNumber)
                        .orElseThrow(() ->
                                Refusals.internal(
                                        "column \"" + name + "\" isn't in a child table"));
        checks.checkColumn(table, own);
        return own;
    }
}
