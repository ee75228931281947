package io.pgtrickle.dataflow.aggregate;

import io.pgtrickle.dataflow.expression.RowErrors;
import io.pgtrickle.dataflow.plan.AggregateFunction.Kind;
import io.pgtrickle.model.type.ByteReader;
import io.pgtrickle.model.type.ByteWriter;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/// `sum` and `avg` of float4 and float8. PostgreSQL adds in the order in which it meets the rows, so that its last digits
/// depend on the plan; here the sum is exact and rounded once, so that it depends on the values only and retraction can't drift.
///
/// NaN and the infinities are counted beside the sum. So are negative zeros: a sum of nothing else is −0 in PostgreSQL.
/// A sum beyond the type's range is PostgreSQL's overflow error.
final class FloatSum implements Accumulator {

    private final Kind kind;
    private final boolean single;
    private long count;
    private long notANumber;
    private long infinite;
    private long minusInfinite;
    private long minusZero;
    private ExactSum sum = ExactSum.ZERO;

    /// @param single float4
    FloatSum(Kind kind, boolean single) {
        this.kind = kind;
        this.single = single;
    }

    @Override
    public void add(Object value, long weight) {
        double number = ((Number) value).doubleValue();
        count = Math.addExact(count, weight);
        if (Double.isNaN(number)) {
            notANumber = Math.addExact(notANumber, weight);
        } else if (number == Double.POSITIVE_INFINITY) {
            infinite = Math.addExact(infinite, weight);
        } else if (number == Double.NEGATIVE_INFINITY) {
            minusInfinite = Math.addExact(minusInfinite, weight);
        } else if (number == 0) {
            minusZero = Math.addExact(minusZero, 1 / number < 0 ? weight : 0);
        } else {
            sum = sum.plus(number, weight);
        }
    }

    @Override
    public @Nullable Object result() {
        if (count == 0) {
            return null;
        }
        if (kind == Kind.AVG) {
            return sum(false) / count;
        }
        return single ? (Object) (float) sum(true) : (Object) sum(false);
    }

    private double sum(boolean asFloat) {
        if (notANumber > 0 || infinite > 0 && minusInfinite > 0) {
            return Double.NaN;
        }
        if (infinite > 0) {
            return Double.POSITIVE_INFINITY;
        }
        if (minusInfinite > 0) {
            return Double.NEGATIVE_INFINITY;
        }
        if (minusZero == count && kind == Kind.SUM) {
            return -0.0;
        }
        double rounded = asFloat ? sum.toFloat() : sum.toDouble();
        if (Double.isInfinite(rounded)) {
            throw RowErrors.floatOverflow();
        }
        return rounded;
    }

    @Override
    public void read(ByteReader in) {
        count = in.readVarLong();
        notANumber = in.readVarLong();
        infinite = in.readVarLong();
        minusInfinite = in.readVarLong();
        minusZero = in.readVarLong();
        int exponent = in.readInt();
        sum = new ExactSum(new BigInteger(in.readBytes((int) in.readVarLong())), exponent);
    }

    @Override
    public void write(ByteWriter out) {
        byte[] mantissa = sum.mantissa().toByteArray();
        out.writeVarLong(count)
                .writeVarLong(notANumber)
                .writeVarLong(infinite)
                .writeVarLong(minusInfinite);
        out.writeVarLong(minusZero)
                .writeInt(sum.exponent())
                .writeVarLong(mantissa.length)
                .write(mantissa);
    }
}
