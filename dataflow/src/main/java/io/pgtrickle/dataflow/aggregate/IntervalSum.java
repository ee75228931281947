package io.pgtrickle.dataflow.aggregate;

import io.pgtrickle.dataflow.expression.IntervalArithmetic;
import io.pgtrickle.dataflow.expression.RowErrors;
import io.pgtrickle.dataflow.plan.AggregateFunction.Kind;
import io.pgtrickle.model.Interval;
import io.pgtrickle.model.type.ByteReader;
import io.pgtrickle.model.type.ByteWriter;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/// `sum` and `avg` of interval: months, days and microseconds on their own. Infinite intervals exist since PostgreSQL 17 and are counted
/// beside the sums; both infinities at once are an error there.
final class IntervalSum implements Accumulator {

    private static final Interval INFINITE =
            new Interval(Integer.MAX_VALUE, Integer.MAX_VALUE, Long.MAX_VALUE);
    private static final Interval MINUS_INFINITE =
            new Interval(Integer.MIN_VALUE, Integer.MIN_VALUE, Long.MIN_VALUE);

    private final Kind kind;
    private long count;
    private long infinite;
    private long minusInfinite;
    private long months;
    private long days;
    private BigInteger micros = BigInteger.ZERO;

    IntervalSum(Kind kind) {
        this.kind = kind;
    }

    @Override
    public void add(Object value, long weight) {
        Interval interval = (Interval) value;
        count = Math.addExact(count, weight);
        if (interval.equals(INFINITE)) {
            infinite = Math.addExact(infinite, weight);
        } else if (interval.equals(MINUS_INFINITE)) {
            minusInfinite = Math.addExact(minusInfinite, weight);
        } else {
            months = Math.addExact(months, Math.multiplyExact(weight, interval.months()));
            days = Math.addExact(days, Math.multiplyExact(weight, interval.days()));
            micros =
                    micros.add(
                            BigInteger.valueOf(interval.micros())
                                    .multiply(BigInteger.valueOf(weight)));
        }
    }

    @Override
    public @Nullable Object result() {
        if (count == 0) {
            return null;
        }
        if (infinite > 0 && minusInfinite > 0) {
            throw RowErrors.of("22008", "interval out of range");
        }
        if (infinite > 0 || minusInfinite > 0) {
            return infinite > 0 ? INFINITE : MINUS_INFINITE;
        }
        if (months != (int) months || days != (int) days || micros.bitLength() > 63) {
            throw RowErrors.of("22008", "interval out of range");
        }
        Interval sum = new Interval((int) months, (int) days, micros.longValue());
        return kind == Kind.AVG ? IntervalArithmetic.divide(sum, (double) count) : sum;
    }

    @Override
    public void read(ByteReader in) {
        count = in.readVarLong();
        infinite = in.readVarLong();
        minusInfinite = in.readVarLong();
        months = in.readLong();
        days = in.readLong();
        micros = new BigInteger(in.readBytes((int) in.readVarLong()));
    }

    @Override
    public void write(ByteWriter out) {
        byte[] bytes = micros.toByteArray();
        out.writeVarLong(count).writeVarLong(infinite).writeVarLong(minusInfinite);
        out.writeLong(months).writeLong(days).writeVarLong(bytes.length).write(bytes);
    }
}
