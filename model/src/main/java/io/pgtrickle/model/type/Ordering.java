package io.pgtrickle.model.type;

import io.pgtrickle.model.BitString;
import io.pgtrickle.model.Bytes;
import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.Interval;
import io.pgtrickle.model.Jsonb;
import io.pgtrickle.model.Labelled;
import io.pgtrickle.model.Multirange;
import io.pgtrickle.model.Numeric;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.Range;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.SqlArray;
import io.pgtrickle.model.TimeWithZone;
import java.math.BigInteger;
import java.util.List;

/// SQL's comparison of two values of one type; the same order as the keys' (`KeyEncoding`).
final class Ordering {

    private static final BigInteger MICROS_A_DAY = BigInteger.valueOf(86_400_000_000L);

    private Ordering() {}

    static int compare(SqlType type, Object a, Object b) {
        return switch (type) {
            case SqlType.Bool _ -> Boolean.compare((Boolean) a, (Boolean) b);
            case SqlType.Integral(_, int width, boolean signed) ->
                    signed || width < 8
                            ? Long.compare((Long) a, (Long) b)
                            : Long.compareUnsigned((Long) a, (Long) b);
            case SqlType.Real _ -> compareDoubles((Float) a, (Float) b);
            case SqlType.DoublePrecision _ -> compareDoubles((Double) a, (Double) b);
            case SqlType.NumericType _ -> Numeric.compare((Numeric) a, (Numeric) b);
            case SqlType.Text(_, boolean blankPadded, _) ->
                    blankPadded
                            ? compareCodePoints(
                                    withoutTrailingBlanks((String) a),
                                    withoutTrailingBlanks((String) b))
                            : compareCodePoints((String) a, (String) b);
            case SqlType.ByteString _, SqlType.Opaque _ -> ((Bytes) a).compareTo((Bytes) b);
            case SqlType.LabelledType _ -> ((Labelled) a).label().compareTo(((Labelled) b).label());
            case SqlType.IntervalType _ -> span((Interval) a).compareTo(span((Interval) b));
            case SqlType.EnumType(_, List<String> labels) ->
                    Integer.compare(rank(type, labels, a), rank(type, labels, b));
            case SqlType.TimeTzType _ -> compareTimes((TimeWithZone) a, (TimeWithZone) b);
            case SqlType.BitType _ -> compareBits((BitString) a, (BitString) b);
            case SqlType.NetworkType _ -> NetworkOrder.compare((Bytes) a, (Bytes) b);
            case SqlType.JsonbType _ -> JsonbOrder.compare((Jsonb) a, (Jsonb) b);
            case SqlType.ArrayType(_, _, SqlType element) ->
                    ContainerOrder.compareArrays(element, (SqlArray) a, (SqlArray) b);
            case SqlType.CompositeType(_, List<SqlType.Field> fields) ->
                    ContainerOrder.compareComposites(fields, (Row) a, (Row) b);
            case SqlType.RangeType(_, SqlType subtype) ->
                    RangeOrder.compare(subtype, (Range) a, (Range) b);
            case SqlType.MultirangeType(_, SqlType.RangeType range) ->
                    RangeOrder.compare(range.subtype(), (Multirange) a, (Multirange) b);
        };
    }

    /// By the instant; of equal instants the one further east is less (`timetz_cmp_internal`).
    private static int compareTimes(TimeWithZone a, TimeWithZone b) {
        int instants = Long.compare(instant(a), instant(b));
        return instants != 0 ? instants : Integer.compare(a.zone(), b.zone());
    }

    static long instant(TimeWithZone time) {
        return time.micros() + time.zone() * 1_000_000L;
    }

    private static int compareBits(BitString a, BitString b) {
        int bytes = a.bytes().compareTo(b.bytes());
        return bytes != 0 ? bytes : Integer.compare(a.length(), b.length());
    }

    /// PostgreSQL's order of floats: −0 equals 0, NaN equals NaN and is above everything.
    private static int compareDoubles(double a, double b) {
        return Double.compare(a == 0 ? 0.0 : a, b == 0 ? 0.0 : b);
    }

    /// The order of the UTF-8 bytes, which is that of code points and not that of UTF-16 units.
    static int compareCodePoints(String a, String b) {
        int common = Math.min(a.length(), b.length());
        for (int i = 0; i < common; i++) {
            char x = a.charAt(i);
            char y = b.charAt(i);
            if (x != y) {
                boolean xHigh = Character.isSurrogate(x);
                boolean yHigh = Character.isSurrogate(y);
                return xHigh == yHigh ? Character.compare(x, y) : xHigh ? 1 : -1;
            }
        }
        return Integer.compare(a.length(), b.length());
    }

    static String withoutTrailingBlanks(String text) {
        int end = text.length();
        while (end > 0 && text.charAt(end - 1) == ' ') {
            end--;
        }
        return text.substring(0, end);
    }

    /// The span that PostgreSQL compares, in microseconds: a month is 30 days, a day 24 hours (`interval_cmp_value`).
    static BigInteger span(Interval interval) {
        long days = interval.months() * 30L + interval.days();
        return BigInteger.valueOf(days)
                .multiply(MICROS_A_DAY)
                .add(BigInteger.valueOf(interval.micros()));
    }

    static int rank(SqlType type, List<String> labels, Object label) {
        int rank = labels.indexOf((String) label);
        if (rank < 0) {
            throw PgtrickleException.of(
                    ErrorCode.SOURCE_CHANGED,
                    "enum type "
                            + type.oid()
                            + " has a label \""
                            + label
                            + "\" that is not known yet");
        }
        return rank;
    }
}
