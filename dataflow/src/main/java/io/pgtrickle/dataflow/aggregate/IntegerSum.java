package io.pgtrickle.dataflow.aggregate;

import io.pgtrickle.dataflow.expression.NumericArithmetic;
import io.pgtrickle.dataflow.expression.RowErrors;
import io.pgtrickle.dataflow.plan.AggregateFunction.Kind;
import io.pgtrickle.model.Numeric;
import io.pgtrickle.model.type.ByteReader;
import io.pgtrickle.model.type.ByteWriter;
import io.pgtrickle.model.type.Oids;
import java.math.BigDecimal;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/// `sum` and `avg` of int2, int4 and int8, `sum` of money. As in PostgreSQL the sum of int2 and int4 is an int8, that of int8 a numeric, and
/// the average a numeric.
final class IntegerSum implements Accumulator {

    private final Kind kind;
    private final int argumentOid;
    private long count;
    private BigInteger sum = BigInteger.ZERO;

    IntegerSum(Kind kind, int argumentOid) {
        this.kind = kind;
        this.argumentOid = argumentOid;
    }

    @Override
    public void add(Object value, long weight) {
        count = Math.addExact(count, weight);
        sum = sum.add(BigInteger.valueOf((Long) value).multiply(BigInteger.valueOf(weight)));
    }

    @Override
    public @Nullable Object result() {
        if (count == 0) {
            return null;
        }
        Numeric exact = Numeric.of(new BigDecimal(sum));
        if (kind == Kind.AVG) {
            return NumericArithmetic.divide(exact, Numeric.of(count));
        }
        if (argumentOid == Oids.INT8) {
            return exact;
        }
        if (sum.bitLength() > 63) {
            throw RowErrors.outOfRange(argumentOid == Oids.MONEY ? "money" : "bigint");
        }
        return sum.longValue();
    }

    @Override
    public void read(ByteReader in) {
        count = in.readVarLong();
        sum = new BigInteger(in.readBytes((int) in.readVarLong()));
    }

    @Override
    public void write(ByteWriter out) {
        byte[] bytes = sum.toByteArray();
        out.writeVarLong(count).writeVarLong(bytes.length).write(bytes);
    }
}
