package io.pgtrickle.dataflow.aggregate;

import io.pgtrickle.dataflow.plan.Plan.SortKey;
import io.pgtrickle.model.Row;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `rank`, `dense_rank`, `percent_rank` and `cume_dist` that the row of the direct arguments would have in the group.
record HypotheticalRank(int oid, List<SortKey> order) implements RowsFunction {

    @Override
    public Object result(List<CountedRow> rows, Row direct) {
        long all = 0;
        long before = 0;
        long peers = 0;
        long distinctBefore = 0;
        @Nullable Row last = null;
        for (CountedRow row : rows) {
            all = Math.addExact(all, row.count());
            int comparison = compare(row.values(), direct);
            if (comparison < 0) {
                before += row.count();
                distinctBefore += last == null || compare(last, row.values()) != 0 ? 1 : 0;
                last = row.values();
            } else if (comparison == 0) {
                peers += row.count();
            }
        }
        return switch (oid) {
            case 3986 -> (Object) (before + 1);
            case 3992 -> distinctBefore + 1;
            case 3988 -> all == 0 ? 0.0 : (double) before / (double) all;
            default -> (double) (before + peers + 1) / (double) (all + 1);
        };
    }

    private int compare(Row a, Row b) {
        for (int i = 0; i < order.size(); i++) {
            SortKey key = order.get(i);
            Object x = a.get(i);
            Object y = b.get(i);
            if (x == null || y == null) {
                if (x != null || y != null) {
                    return (x == null) == key.nullsFirst() ? -1 : 1;
                }
                continue;
            }
            int comparison = key.expression().type().compare(x, y);
            if (comparison != 0) {
                return key.descending() ? -comparison : comparison;
            }
        }
        return 0;
    }
}
