package io.pgtrickle.dataflow.aggregate;

import io.pgtrickle.dataflow.expression.RowErrors;
import io.pgtrickle.model.type.ByteReader;
import io.pgtrickle.model.type.ByteWriter;
import org.jspecify.annotations.Nullable;

/// `variance` and `stddev` of float4 and float8. PostgreSQL's last digits depend on the order in which it meets the rows; here
/// the result is that of exact arithmetic, rounded once, so that nothing cancels and retraction leaves no trace. Any NaN or infinity makes it
/// NaN, as there.
final class FloatVariance implements Accumulator {

    private final Spread spread;
    private final FloatMoments moments = new FloatMoments();

    FloatVariance(Spread spread) {
        this.spread = spread;
    }

    @Override
    public void add(Object value, long weight) {
        moments.add(((Number) value).doubleValue(), 0, weight);
    }

    @Override
    public @Nullable Object result() {
        long count = moments.count();
        if (count == 0 || spread.sample() && count == 1) {
            return null;
        }
        if (!moments.finiteX()) {
            return Double.NaN;
        }
        ExactSum scatter = moments.scatterX();
        ExactSum n = ExactSum.ZERO.plus(1, count);
        finite(scatter.dividedBy(n));
        ExactSum variance = scatter.dividedBy(n.times(spread.sample() ? count - 1 : count));
        return finite(spread.root() ? variance.root() : variance);
    }

    /// @throws io.pgtrickle.model.PgtrickleException 22003 where it is too large
    static double finite(ExactSum exact) {
        double rounded = exact.toDouble();
        if (Double.isInfinite(rounded)) {
            throw RowErrors.floatOverflow();
        }
        return rounded;
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
