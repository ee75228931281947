package io.pgtrickle.dataflow.expression;

import io.pgtrickle.model.Row;
import io.pgtrickle.model.type.ByteReader;
import io.pgtrickle.model.type.ByteWriter;
import io.pgtrickle.model.type.SqlType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// PostgreSQL's set-returning functions that are evaluated here, by oid in `pg_proc`: series of whole numbers, and arrays taken apart.
/// All of them are strict: over a NULL they return no rows.
public final class NativeSetFunctions {

    private static final Map<Integer, Function> BY_OID =
            Map.of(
                    1066, NativeSetFunctions::series,
                    1067, NativeSetFunctions::series,
                    1068, NativeSetFunctions::series,
                    1069, NativeSetFunctions::series,
                    1191, NativeSetFunctions::subscripts,
                    1192, NativeSetFunctions::subscripts,
                    2331, NativeSetFunctions::unnest);

    private NativeSetFunctions() {}

    /// Whether a call of the function can be evaluated here.
    ///
    /// @param columns the types of its rows
    public static boolean supports(int functionOid, List<SqlType> columns) {
        return BY_OID.containsKey(functionOid) && columns.size() == 1;
    }

    @FunctionalInterface
    interface Function {

        /// @param arguments without NULLs
        List<Row> rows(Call call, Object[] arguments);
    }

    /// @param types of the arguments
    /// @param result the type of the one column
    record Call(List<SqlType> types, SqlType result) {}

    static Optional<SetEvaluator> find(int functionOid, Evaluator[] arguments, Call call) {
        return Optional.ofNullable(BY_OID.get(functionOid))
                .map(function -> evaluator(function, arguments.clone(), call));
    }

    private static SetEvaluator evaluator(Function function, Evaluator[] arguments, Call call) {
        return row -> {
            Object[] values = new Object[arguments.length];
            boolean complete = true;
            for (int i = 0; i < values.length; i++) {
                Object value = arguments[i].evaluate(row);
                if (value == null) {
                    complete = false;
                } else {
                    values[i] = value;
                }
            }
            return complete ? function.rows(call, values) : List.of();
        };
    }

    private static List<Row> series(Call call, Object[] arguments) {
        long next = (Long) arguments[0];
        long last = (Long) arguments[1];
        long step = arguments.length < 3 ? 1 : (Long) arguments[2];
        if (step == 0) {
            throw RowErrors.of("22023", "step size cannot equal zero");
        }
        List<Row> rows = new ArrayList<>();
        while (step > 0 ? next <= last : next >= last) {
            add(rows, next);
            long sum = next + step;
            // a sum past the end of the type ends the series
            if (((next ^ sum) & (step ^ sum)) < 0) {
                break;
            }
            next = sum;
        }
        return rows;
    }

    private static List<Row> subscripts(Call call, Object[] arguments) {
        ArrayImage array = ArrayImage.of(call.types().getFirst(), arguments[0]);
        long dimension = (Long) arguments[1];
        boolean reverse = arguments.length > 2 && (Boolean) arguments[2];
        List<Row> rows = new ArrayList<>();
        if (dimension < 1 || dimension > array.lengths().size()) {
            return rows;
        }
        int length = array.lengths().get((int) dimension - 1);
        long lower = array.lowerBounds().get((int) dimension - 1);
        for (int i = 0; i < length; i++) {
            add(rows, reverse ? lower + length - 1 - i : lower + i);
        }
        return rows;
    }

    private static List<Row> unnest(Call call, Object[] arguments) {
        ArrayImage array = ArrayImage.of(call.types().getFirst(), arguments[0]);
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < array.count(); i++) {
            add(rows, array.next(call.result()));
        }
        return rows;
    }

    private static void add(List<Row> rows, @Nullable Object value) {
        if (rows.size() == SetEvaluator.MAX_ROWS) {
            throw RowErrors.of(
                    "54000",
                    "a set-returning function returned more than "
                            + SetEvaluator.MAX_ROWS
                            + " rows for one row");
        }
        rows.add(Row.of(value));
    }

    /// An array as `array_send` makes it: dimensions, flags, the element type, each dimension's length and lower bound, then the
    /// elements with their lengths, -1 for NULL.
    private record ArrayImage(ByteReader in, List<Integer> lengths, List<Integer> lowerBounds) {

        static ArrayImage of(SqlType type, Object value) {
            ByteWriter out = new ByteWriter();
            type.encode(value, out);
            ByteReader in = new ByteReader(out.toByteArray());
            int dimensions = in.readInt();
            in.readInt();
            in.readInt();
            List<Integer> lengths = new ArrayList<>();
            List<Integer> lowerBounds = new ArrayList<>();
            for (int i = 0; i < dimensions; i++) {
                lengths.add(in.readInt());
                lowerBounds.add(in.readInt());
            }
            return new ArrayImage(in, lengths, lowerBounds);
        }

        int count() {
            return lengths.isEmpty() ? 0 : lengths.stream().reduce(1, Math::multiplyExact);
        }

        @Nullable Object next(SqlType type) {
            int length = in.readInt();
            return length < 0 ? null : type.decode(in.readBytes(length), 0, length);
        }
    }
}
