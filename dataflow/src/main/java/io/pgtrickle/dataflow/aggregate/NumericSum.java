package io.pgtrickle.dataflow.aggregate;

import io.pgtrickle.dataflow.expression.NumericArithmetic;
import io.pgtrickle.dataflow.plan.AggregateFunction.Kind;
import io.pgtrickle.model.Numeric;
import io.pgtrickle.model.type.ByteReader;
import io.pgtrickle.model.type.ByteWriter;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// `sum` and `avg` of numeric. The sum is shown with the largest display scale of the values that are present
/// (`numeric_sum` in `numeric.c`), so values are counted by their scale; NaN and the infinities are counted beside the sum.
final class NumericSum implements Accumulator {

    private final Kind kind;
    private final SortedMap<Integer, Long> countByScale = new TreeMap<>();
    private final long[] specials = new long[Numeric.Special.values().length];
    private BigDecimal sum = BigDecimal.ZERO;

    NumericSum(Kind kind) {
        this.kind = kind;
    }

    @Override
    public void add(Object value, long weight) {
        switch ((Numeric) value) {
            case Numeric.Special special ->
                    specials[special.ordinal()] =
                            Math.addExact(specials[special.ordinal()], weight);
            case Numeric.Finite(BigDecimal decimal) -> {
                sum = sum.add(decimal.multiply(BigDecimal.valueOf(weight)));
                long count = Math.addExact(countByScale.getOrDefault(decimal.scale(), 0L), weight);
                if (count == 0) {
                    countByScale.remove(decimal.scale());
                } else {
                    countByScale.put(decimal.scale(), count);
                }
            }
        }
    }

    @Override
    public @Nullable Object result() {
        long count = count();
        if (count == 0) {
            return null;
        }
        return kind == Kind.AVG ? NumericArithmetic.divide(sum(), Numeric.of(count)) : sum();
    }

    long count() {
        long count = 0;
        for (long special : specials) {
            count = Math.addExact(count, special);
        }
        for (long finite : countByScale.values()) {
            count = Math.addExact(count, finite);
        }
        return count;
    }

    private Numeric sum() {
        boolean infinite = specials[Numeric.Special.POSITIVE_INFINITY.ordinal()] > 0;
        boolean minusInfinite = specials[Numeric.Special.NEGATIVE_INFINITY.ordinal()] > 0;
        if (specials[Numeric.Special.NAN.ordinal()] > 0 || infinite && minusInfinite) {
            return Numeric.Special.NAN;
        }
        if (infinite) {
            return Numeric.Special.POSITIVE_INFINITY;
        }
        if (minusInfinite) {
            return Numeric.Special.NEGATIVE_INFINITY;
        }
        // no digit is lost: every digit of the sum is within the largest scale
        return NumericArithmetic.checked(sum.setScale(countByScale.lastKey()));
    }

    boolean hasSpecials() {
        return specials[0] > 0 || specials[1] > 0 || specials[2] > 0;
    }

    /// Of the values that are numbers.
    BigDecimal finiteSum() {
        return countByScale.isEmpty() ? BigDecimal.ZERO : sum.setScale(countByScale.lastKey());
    }

    @Override
    public void read(ByteReader in) {
        for (int i = 0; i < specials.length; i++) {
            specials[i] = in.readVarLong();
        }
        for (long scales = in.readVarLong(); scales > 0; scales--) {
            int scale = (int) in.readVarLong();
            countByScale.put(scale, in.readVarLong());
        }
        int scale = (int) in.readVarLong();
        sum = new BigDecimal(new BigInteger(in.readBytes((int) in.readVarLong())), scale);
    }

    @Override
    public void write(ByteWriter out) {
        for (long special : specials) {
            out.writeVarLong(special);
        }
        out.writeVarLong(countByScale.size());
        for (Map.Entry<Integer, Long> entry : countByScale.entrySet()) {
            out.writeVarLong(entry.getKey()).writeVarLong(entry.getValue());
        }
        BigDecimal kept =
                countByScale.isEmpty() ? BigDecimal.ZERO : sum.setScale(countByScale.lastKey());
        byte[] unscaled = kept.unscaledValue().toByteArray();
        out.writeVarLong(kept.scale()).writeVarLong(unscaled.length).write(unscaled);
    }
}
