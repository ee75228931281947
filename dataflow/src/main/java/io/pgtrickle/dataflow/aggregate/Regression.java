package io.pgtrickle.dataflow.aggregate;

import io.pgtrickle.model.Row;
import io.pgtrickle.model.type.ByteReader;
import io.pgtrickle.model.type.ByteWriter;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// `corr`, `covar_pop`, `covar_samp` and `regr_*` of pairs (Y, X), by exact arithmetic and rounded once, like `FloatVariance`. An infinity or
/// NaN makes NaN of everything that it enters.
final class Regression implements Accumulator {

    private final int oid;
    private final FloatMoments moments = new FloatMoments();

    /// @param oid of the aggregate
    Regression(int oid) {
        this.oid = oid;
    }

    @Override
    public void add(Object value, long weight) {
        Row pair = (Row) value;
        moments.add(number(pair, 1), number(pair, 0), weight);
    }

    private static double number(Row pair, int index) {
        return (Double) Objects.requireNonNull(pair.get(index));
    }

    @Override
    public @Nullable Object result() {
        long count = moments.count();
        if (oid == 2818) {
            return count;
        }
        if (count == 0 || oid == 2828 && count == 1) {
            return null;
        }
        boolean finiteX = moments.finiteX();
        boolean finiteY = moments.finiteY();
        ExactSum n = ExactSum.ZERO.plus(1, count);
        return switch (oid) {
            case 2819 -> finiteX ? ratio(moments.scatterX(), n) : Double.NaN;
            case 2820 -> finiteY ? ratio(moments.scatterY(), n) : Double.NaN;
            case 2821 -> finiteX && finiteY ? ratio(moments.scatterXY(), n) : Double.NaN;
            case 2822 -> finiteX ? ratio(moments.x(), n) : moments.specialSumX();
            case 2823 -> finiteY ? ratio(moments.y(), n) : moments.specialSumY();
            case 2827 ->
                    finiteX && finiteY ? ratio(moments.scatterXY(), n.times(count)) : Double.NaN;
            case 2828 ->
                    finiteX && finiteY
                            ? ratio(moments.scatterXY(), n.times(count - 1))
                            : Double.NaN;
            default -> line(finiteX, finiteY, n);
        };
    }

    /// What is NULL for a vertical line, i.e. where all X are the same.
    private @Nullable Object line(boolean finiteX, boolean finiteY, ExactSum n) {
        boolean vertical = finiteX && moments.scatterX().signum() == 0;
        boolean horizontal = finiteY && moments.scatterY().signum() == 0;
        if (vertical || horizontal && oid == 2829) {
            return null;
        }
        if (horizontal && oid == 2824) {
            return 1.0;
        }
        if (!finiteX || !finiteY) {
            return Double.NaN;
        }
        ExactSum xx = moments.scatterX();
        ExactSum xy = moments.scatterXY();
        return switch (oid) {
            case 2824 -> ratio(xy.times(xy), xx.times(moments.scatterY()));
            case 2825 -> ratio(xy, xx);
            case 2826 -> ratio(moments.y().times(xx).minus(moments.x().times(xy)), n.times(xx));
            default -> {
                ExactSum square = xy.times(xy).dividedBy(xx.times(moments.scatterY()));
                yield FloatVariance.finite(square.root()) * (xy.signum() < 0 ? -1 : 1);
            }
        };
    }

    private static double ratio(ExactSum a, ExactSum b) {
        return FloatVariance.finite(a.dividedBy(b));
    }

    @Override
    public void read(ByteReader in) {
        moments.read(in);
    }

    @Override
    public void write(ByteWriter out) {
        moments.write(out);
    }
}
