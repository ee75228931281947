package io.pgtrickle.dataflow.aggregate;

import io.pgtrickle.dataflow.expression.NumericArithmetic;
import io.pgtrickle.dataflow.plan.AggregateFunction.Kind;
import io.pgtrickle.model.Numeric;
import io.pgtrickle.model.Numeric.Finite;
import io.pgtrickle.model.type.ByteReader;
import io.pgtrickle.model.type.ByteWriter;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/// `variance` and `stddev` of whole numbers and numeric, as `numeric_stddev_internal` has them: from the exact count, sum and sum of
/// squares, with the scale that division gives.
final class NumericVariance implements Accumulator {

    private final Spread spread;
    private final NumericSum values = new NumericSum(Kind.SUM);
    private BigDecimal squares = BigDecimal.ZERO;

    NumericVariance(Spread spread) {
        this.spread = spread;
    }

    @Override
    public void add(Object value, long weight) {
        Numeric number = value instanceof Long whole ? Numeric.of(whole) : (Numeric) value;
        values.add(number, weight);
        if (number instanceof Finite(BigDecimal decimal)) {
            squares = squares.add(decimal.multiply(decimal).multiply(BigDecimal.valueOf(weight)));
        }
    }

    @Override
    public @Nullable Object result() {
        long count = values.count();
        if (count == 0 || spread.sample() && count == 1) {
            return null;
        }
        if (values.hasSpecials()) {
            return Numeric.Special.NAN;
        }
        BigDecimal n = BigDecimal.valueOf(count);
        BigDecimal sum = values.finiteSum();
        BigDecimal numerator =
                n.multiply(squares).subtract(sum.multiply(sum)).setScale(2 * sum.scale());
        if (numerator.signum() <= 0) {
            return Numeric.of(0);
        }
        BigDecimal denominator = n.multiply(spread.sample() ? n.subtract(BigDecimal.ONE) : n);
        Numeric variance = NumericArithmetic.divide(Numeric.of(numerator), Numeric.of(denominator));
        return spread.root() && variance instanceof Finite(BigDecimal decimal)
                ? Numeric.of(root(decimal))
                : variance;
    }

    /// With the scale of its argument, rounded half up; one digit more is enough to tell how.
    private static BigDecimal root(BigDecimal square) {
        int scale = square.scale();
        BigInteger shifted = square.setScale(2 * scale + 2).unscaledValue();
        return new BigDecimal(shifted.sqrt(), scale + 1).setScale(scale, RoundingMode.HALF_UP);
    }

    @Override
    public void read(ByteReader in) {
        values.read(in);
        int scale = (int) in.readVarLong();
        squares = new BigDecimal(new BigInteger(in.readBytes((int) in.readVarLong())), scale);
    }

    @Override
    public void write(ByteWriter out) {
        values.write(out);
        // no digit is lost: a square has at most twice the digits of what was squared
        BigDecimal kept = squares.setScale(2 * values.finiteSum().scale());
        byte[] unscaled = kept.unscaledValue().toByteArray();
        out.writeVarLong(kept.scale()).writeVarLong(unscaled.length).write(unscaled);
    }
}
