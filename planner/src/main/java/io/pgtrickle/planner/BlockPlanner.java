package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.plan.AggregateCall;
import io.pgtrickle.dataflow.plan.AggregateFunction;
import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.postgres.TableInfo;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/// From a `SelectBlock` to a plan: scans, joins, then groups, HAVING and the select list.
final class BlockPlanner {

    private final EquiKeys equiKeys;
    private final TableScan scans;
    private final IntPredicate strict;

    BlockPlanner(CatalogReader catalog, FunctionSupport support) {
        this.equiKeys = new EquiKeys(catalog, support);
        this.scans = new TableScan(catalog);
        this.strict = functionOid -> catalog.function(functionOid).strict();
    }

    Relation plan(SelectBlock block) {
        return plan(block, IntStream.range(0, block.outputs().size()).boxed().toList());
    }

    /// @param kept the outputs that somebody reads; the others aren't computed
    private Relation plan(SelectBlock block, List<Integer> kept) {
        List<Expression> outputs = kept.stream().map(block.outputs()::get).toList();
        if (block.grouping().isEmpty()) {
            JoinPlanner.Part joined = join(block, Columns.of(outputs));
            return joined.relation().project(outputs.stream().map(joined::place).toList());
        }
        SelectBlock.Grouping grouping = block.grouping().get();
        return group(join(block, slotsBelow(grouping)), grouping)
                .filter(grouping.having(), strict)
                .project(outputs);
    }

    private static BitSet slotsBelow(SelectBlock.Grouping grouping) {
        BitSet slots = Columns.of(grouping.keys());
        for (AggregateCall call : grouping.calls()) {
            call.expressions().forEach(expression -> slots.or(Columns.of(expression)));
        }
        return slots;
    }

    private JoinPlanner.Part join(SelectBlock block, BitSet outputs) {
        JoinPlanner joins = new JoinPlanner(block, outputs, equiKeys, strict);
        BitSet needed = joins.needed();
        int[] bases = block.bases();
        List<JoinPlanner.Part> parts = new ArrayList<>();
        for (int i = 0; i < bases.length; i++) {
            SelectBlock.Leaf leaf = block.leaves().get(i);
            parts.add(part(leaf, bases[i], needed.get(bases[i], bases[i] + leaf.width())));
        }
        return joins.join(parts);
    }

    /// @param used the columns of the leaf that are needed, the first being 0
    private JoinPlanner.Part part(SelectBlock.Leaf leaf, int base, BitSet used) {
        return switch (leaf) {
            case SelectBlock.Leaf.Table(TableInfo table, _) -> {
                BitSet attributes = new BitSet();
                used.stream().forEach(column -> attributes.set(column + 1));
                TableScan.Scanned scanned = scans.scan(table, attributes);
                yield new JoinPlanner.Part(
                        scanned.relation(),
                        scanned.attributes().stream()
                                .map(attribute -> base + attribute - 1)
                                .toList());
            }
            case SelectBlock.Leaf.Nested(SelectBlock block) -> {
                List<Integer> kept = used.stream().boxed().toList();
                yield new JoinPlanner.Part(
                        plan(block, kept), kept.stream().map(column -> base + column).toList());
            }
        };
    }

    private static Relation group(JoinPlanner.Part input, SelectBlock.Grouping grouping) {
        List<Expression> keys = grouping.keys().stream().map(input::place).toList();
        List<AggregateCall> calls =
                grouping.calls().stream().map(call -> call.map(input::place)).toList();
        BitSet notNull = new BitSet();
        for (int i = 0; i < keys.size(); i++) {
            notNull.set(i, Nullability.notNull(keys.get(i), input.relation().notNull()::get));
        }
        for (int i = 0; i < calls.size(); i++) {
            notNull.set(keys.size() + i, calls.get(i).kind() == AggregateFunction.Kind.COUNT);
        }
        Set<Integer> declared = new HashSet<>();
        IntStream.range(0, grouping.declared()).forEach(declared::add);
        return new Relation(
                new Plan.Aggregate(input.relation().plan(), keys, calls),
                notNull,
                Set.of(declared));
    }
}
