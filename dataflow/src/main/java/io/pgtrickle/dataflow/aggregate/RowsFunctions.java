package io.pgtrickle.dataflow.aggregate;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.plan.AggregateCall;
import io.pgtrickle.dataflow.plan.AggregateFamily;
import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.type.SqlType;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The aggregates that are computed from all rows of their group.
public final class RowsFunctions {

    private RowsFunctions() {}

    /// @param call one that is supported and made of rows
    public static RowsFunction of(AggregateCall call) {
        if (!call.isSupported()) {
            throw unsupported(call);
        }
        RowsFunction function = function(call);
        if (!call.distinct()) {
            return function;
        }
        List<SqlType> types = call.arguments().stream().map(Expression::type).toList();
        return (rows, direct) -> function.result(distinct(rows, types), direct);
    }

    private static RowsFunction function(AggregateCall call) {
        int oid = call.function().oid();
        return switch (call.family().orElse(AggregateFamily.UNKNOWN)) {
            case STRING_AGG -> oid == 3545 ? Concatenation::bytes : Concatenation::text;
            case ARRAY_AGG -> oid == 4053 ? ArrayCollection::ofArrays : ArrayCollection::of;
            case ANY_VALUE -> (rows, _) -> first(rows);
            case RANGE_AGG -> new RangeUnion(argumentType(call));
            case RANGE_INTERSECT_AGG -> new RangeIntersection(argumentType(call));
            case PERCENTILE -> Percentile.of(oid);
            case MODE -> new Mode(call.clauses().order().getFirst().expression().type());
            case HYPOTHETICAL -> new HypotheticalRank(oid, call.clauses().order());
            case BITS -> new BitStrings(BitOperation.of(oid));
            case REGRESSION ->
                    (rows, _) -> {
                        Regression pairs = new Regression(oid);
                        rows.forEach(row -> pairs.add(row.values(), row.count()));
                        return pairs.result();
                    };
            case BOOLEAN, VARIANCE, UNKNOWN -> throw unsupported(call);
        };
    }

    private static PgtrickleException unsupported(AggregateCall call) {
        return PgtrickleException.of(
                ErrorCode.UNSUPPORTED_FUNCTION,
                "aggregate function \"" + call.function().name() + "\" is not supported");
    }

    private static SqlType argumentType(AggregateCall call) {
        return call.arguments().getFirst().type();
    }

    private static @Nullable Object first(List<CountedRow> rows) {
        return rows.isEmpty() ? null : rows.getFirst().values().get(0);
    }

    /// The single argument of a row, where it can't be NULL.
    static Object value(CountedRow row) {
        return Objects.requireNonNull(row.values().get(0));
    }

    /// Equal rows stand side by side, whatever their order; of each the first stays, once.
    private static List<CountedRow> distinct(List<CountedRow> rows, List<SqlType> types) {
        List<CountedRow> distinct = new ArrayList<>();
        for (CountedRow row : rows) {
            if (distinct.isEmpty() || !equal(types, distinct.getLast().values(), row.values())) {
                distinct.add(new CountedRow(row.values(), 1));
            }
        }
        return distinct;
    }

    private static boolean equal(List<SqlType> types, Row a, Row b) {
        for (int i = 0; i < types.size(); i++) {
            Object x = a.get(i);
            Object y = b.get(i);
            boolean same =
                    x == null || y == null
                            ? x == null && y == null
                            : types.get(i).compare(x, y) == 0;
            if (!same) {
                return false;
            }
        }
        return true;
    }
}
