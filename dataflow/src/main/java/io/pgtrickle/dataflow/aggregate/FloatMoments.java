package io.pgtrickle.dataflow.aggregate;

import io.pgtrickle.model.type.ByteReader;
import io.pgtrickle.model.type.ByteWriter;
import java.math.BigInteger;

/// Count, sums, and sums of squares and products of pairs of doubles, without any rounding. NaN and the infinities are counted beside the
/// sums.
final class FloatMoments {

    private long count;
    private final long[] specialX = new long[3];
    private final long[] specialY = new long[3];
    private ExactSum x = ExactSum.ZERO;
    private ExactSum y = ExactSum.ZERO;
    private ExactSum xx = ExactSum.ZERO;
    private ExactSum yy = ExactSum.ZERO;
    private ExactSum xy = ExactSum.ZERO;

    void add(double valueX, double valueY, long weight) {
        count = Math.addExact(count, weight);
        boolean finiteX = countSpecial(valueX, specialX, weight);
        boolean finiteY = countSpecial(valueY, specialY, weight);
        ExactSum exactX = finiteX ? ExactSum.of(valueX) : ExactSum.ZERO;
        ExactSum exactY = finiteY ? ExactSum.of(valueY) : ExactSum.ZERO;
        x = x.plus(exactX.times(weight));
        y = y.plus(exactY.times(weight));
        xx = xx.plus(exactX.times(exactX).times(weight));
        yy = yy.plus(exactY.times(exactY).times(weight));
        xy = xy.plus(exactX.times(exactY).times(weight));
    }

    private static boolean countSpecial(double value, long[] specials, long weight) {
        if (Double.isFinite(value)) {
            return true;
        }
        int kind = Double.isNaN(value) ? 0 : value > 0 ? 1 : 2;
        specials[kind] = Math.addExact(specials[kind], weight);
        return false;
    }

    long count() {
        return count;
    }

    boolean finiteX() {
        return specialX[0] == 0 && specialX[1] == 0 && specialX[2] == 0;
    }

    boolean finiteY() {
        return specialY[0] == 0 && specialY[1] == 0 && specialY[2] == 0;
    }

    /// What the sum of X is where not all of it is finite.
    double specialSumX() {
        return specialSum(specialX);
    }

    double specialSumY() {
        return specialSum(specialY);
    }

    private static double specialSum(long[] specials) {
        if (specials[0] > 0 || specials[1] > 0 && specials[2] > 0) {
            return Double.NaN;
        }
        return specials[1] > 0 ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
    }

    ExactSum x() {
        return x;
    }

    ExactSum y() {
        return y;
    }

    /// The count times the sum of squares of the distances from the mean.
    ExactSum scatterX() {
        return xx.times(count).minus(x.times(x));
    }

    ExactSum scatterY() {
        return yy.times(count).minus(y.times(y));
    }

    /// The same for products of distances.
    ExactSum scatterXY() {
        return xy.times(count).minus(x.times(y));
    }

    void read(ByteReader in) {
        count = in.readVarLong();
        for (int i = 0; i < 3; i++) {
            specialX[i] = in.readVarLong();
            specialY[i] = in.readVarLong();
        }
        x = readSum(in);
        y = readSum(in);
        xx = readSum(in);
        yy = readSum(in);
        xy = readSum(in);
    }

    void write(ByteWriter out) {
        out.writeVarLong(count);
        for (int i = 0; i < 3; i++) {
            out.writeVarLong(specialX[i]).writeVarLong(specialY[i]);
        }
        write(x, out);
        write(y, out);
        write(xx, out);
        write(yy, out);
        write(xy, out);
    }

    private static ExactSum readSum(ByteReader in) {
        int exponent = in.readInt();
        return new ExactSum(new BigInteger(in.readBytes((int) in.readVarLong())), exponent);
    }

    private static void write(ExactSum sum, ByteWriter out) {
        byte[] mantissa = sum.mantissa().toByteArray();
        out.writeInt(sum.exponent()).writeVarLong(mantissa.length).write(mantissa);
    }
}
