package io.pgtrickle.dataflow;

import io.pgtrickle.dataflow.expression.Compiler;
import io.pgtrickle.dataflow.expression.SetEvaluator;
import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.dataflow.plan.Plan.SetFunction;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.ZSet;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Each row once for each row of its set-returning functions, in lockstep. Linear, since the functions see one row at a time:
///
///     Δ(P A) = P ΔA
///
/// Cost of a step: one call of each function a changed row, plus the rows that come of it. No state.
final class ProjectSetOperator implements Operator.Unary {

    private final List<SetEvaluator> functions;
    private final int[] widths;
    private final boolean ordinality;
    private final PreparedRows rows;

    ProjectSetOperator(Plan.ProjectSet plan, Compiler compiler) {
        this.functions =
                plan.functions().stream().map(function -> compile(function, compiler)).toList();
        this.widths = plan.functions().stream().mapToInt(f -> f.types().size()).toArray();
        this.ordinality = plan.ordinality();
        this.rows = new PreparedRows(functions);
    }

    private static SetEvaluator compile(SetFunction function, Compiler compiler) {
        return function.remote()
                .map(call -> compiler.rows(call, function.arguments()))
                .orElseGet(() ->
                        compiler.rows(
                                function.functionOid(),
                                function.arguments(),
                                function.types().getFirst()));
    }

    @Override
    public ZSet step(ZSet delta) {
        ZSet projected = new ZSet();
        rows.forEach(delta, (row, weight) -> project(row, weight, projected));
        return projected;
    }

    private void project(Row row, long weight, ZSet projected) {
        List<List<Row>> sets = new ArrayList<>(functions.size());
        int longest = 0;
        for (SetEvaluator function : functions) {
            List<Row> set = function.evaluate(row);
            sets.add(set);
            longest = Math.max(longest, set.size());
        }
        for (int i = 0; i < longest; i++) {
            projected.add(row.concat(lockstep(sets, i)), weight);
        }
    }

    private Row lockstep(List<List<Row>> sets, int index) {
        int width = ordinality ? 1 : 0;
        for (int each : widths) {
            width += each;
        }
        @Nullable Object[] cells = new @Nullable Object[width];
        int next = 0;
        for (int function = 0; function < widths.length; function++) {
            List<Row> set = sets.get(function);
            for (int column = 0; column < widths[function]; column++) {
                cells[next++] = index < set.size() ? set.get(index).get(column) : null;
            }
        }
        if (ordinality) {
            cells[next] = index + 1L;
        }
        return Row.of(cells);
    }
}
