package io.pgtrickle.planner;

import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.dataflow.plan.Source;
import io.pgtrickle.dataflow.plan.Source.SourceColumn;
import io.pgtrickle.postgres.ColumnInfo;
import io.pgtrickle.postgres.TableInfo;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/// From a table to a scan of the columns that are needed: those that the query uses and those of the identity; at least one, since
/// rows without columns can't be copied.
final class TableScan {

    private final CatalogReader catalog;

    TableScan(CatalogReader catalog) {
        this.catalog = catalog;
    }

    /// @param attributes the columns' numbers in the table, in the order of the plan
    record Scanned(Plan plan, List<Integer> attributes) {
        Scanned(Plan plan, List<Integer> attributes) {
            this.plan = plan;
            this.attributes = List.copyOf(attributes);
        }
    }

    /// @param used attribute numbers
    Scanned scan(TableInfo table, BitSet used) {
        BitSet needed = (BitSet) used.clone();
        if (table.replicaIdentity() instanceof TableInfo.ReplicaIdentity.Key(List<Integer> key)) {
            key.forEach(needed::set);
        }
        if (needed.isEmpty()) {
            needed.set(anyColumn(table));
        }
        List<Integer> attributes = needed.stream().boxed().toList();
        List<SourceColumn> columns = new ArrayList<>();
        for (int i = 0; i < attributes.size(); i++) {
            ColumnInfo column = TableChecks.column(table, attributes.get(i));
            columns.add(
                    new SourceColumn(
                            column.attributeNumber(),
                            column.name(),
                            catalog.type(column.typeOid(), column.collationOid()),
                            column.notNull()));
        }
        Source source =
                new Source(
                        Integer.toUnsignedLong(table.oid()),
                        table.name().schema(),
                        table.name().name(),
                        columns,
                        identity(table, attributes));
        return new Scanned(new Plan.Scan(source), attributes);
    }

    private static int anyColumn(TableInfo table) {
        return table.columns().stream()
                .filter(column -> column.generation() == ColumnInfo.Generation.NONE)
                .findFirst()
                .map(ColumnInfo::attributeNumber)
                .orElseThrow(() ->
                        Refusals.source(
                                "table " + TableChecks.name(table) + " has generated columns only",
                                "Add an ordinary column."));
    }

    private static Source.Identity identity(TableInfo table, List<Integer> attributes) {
        return switch (table.replicaIdentity()) {
            case TableInfo.ReplicaIdentity.Key(List<Integer> key) ->
                    new Source.Identity.Key(key.stream().map(attributes::indexOf).toList());
            case TableInfo.ReplicaIdentity.Full() -> new Source.Identity.WholeRow();
            case TableInfo.ReplicaIdentity.None() ->
                    throw Refusals.internal(
                            "table " + TableChecks.name(table) + " has no replica identity");
        };
    }
}
