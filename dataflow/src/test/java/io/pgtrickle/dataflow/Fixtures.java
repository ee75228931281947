package io.pgtrickle.dataflow;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.expression.Expression.Call;
import io.pgtrickle.dataflow.plan.AggregateCall;
import io.pgtrickle.dataflow.plan.AggregateFunction;
import io.pgtrickle.dataflow.plan.AggregateFunction.Kind;
import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.dataflow.plan.Plan.EquiKey;
import io.pgtrickle.dataflow.plan.Plan.JoinCondition;
import io.pgtrickle.dataflow.plan.Source;
import io.pgtrickle.dataflow.plan.Source.Identity;
import io.pgtrickle.dataflow.plan.Source.SourceColumn;
import io.pgtrickle.model.Numeric;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.ZSet;
import io.pgtrickle.model.type.Collation;
import io.pgtrickle.model.type.Oids;
import io.pgtrickle.model.type.SqlType;
import io.pgtrickle.state.MemoryStateStore;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Short words for sources, plans and changes.
final class Fixtures {

    static final SqlType TEXT = new SqlType.Text(Oids.TEXT, false, Collation.C);

    /// Functions by their oid in `pg_proc`.
    static final int INT4_EQUAL = 65;

    static final int INT4_LESS = 66;
    static final int INT4_PLUS = 177;
    static final int INT4_DIVIDE = 154;
    static final int INT8_GREATER = 470;

    private Fixtures() {}

    /// A table whose columns are `name type`, with its key's columns first.
    static Source keyed(String name, int keyColumns, SourceColumn... columns) {
        List<Integer> key = new ArrayList<>();
        for (int i = 0; i < keyColumns; i++) {
            key.add(i);
        }
        return new Source(name.hashCode(), "public", name, List.of(columns), new Identity.Key(key));
    }

    static Source full(String name, SourceColumn... columns) {
        return new Source(
                name.hashCode(), "public", name, List.of(columns), new Identity.WholeRow());
    }

    static SourceColumn column(String name, SqlType type) {
        return new SourceColumn(1, name, type, false);
    }

    static Plan scan(Source source) {
        return new Plan.Scan(source);
    }

    static Expression column(Plan plan, int index) {
        return new Expression.Column(index, plan.types().get(index));
    }

    static Expression constant(SqlType type, @Nullable Object value) {
        return new Expression.Constant(value, type);
    }

    static Expression constant(long value) {
        return constant(SqlType.INT4, value);
    }

    static Call call(int oid, String name, SqlType type, Expression... arguments) {
        return new Call(oid, name, List.of(arguments), type, Collation.NONE);
    }

    static Plan join(Plan left, int leftColumn, Plan right, int rightColumn) {
        return new Plan.Join(
                left,
                right,
                Plan.JoinKind.INNER,
                new JoinCondition(
                        List.of(
                                new EquiKey(
                                        column(left, leftColumn),
                                        column(right, rightColumn),
                                        false)),
                        Optional.empty()));
    }

    static Plan aggregate(Plan input, int[] keys, AggregateCall... calls) {
        return new Plan.Aggregate(
                input,
                Arrays.stream(keys).mapToObj(key -> column(input, key)).toList(),
                List.of(calls));
    }

    static AggregateCall countAll() {
        return new AggregateCall(
                function(Kind.COUNT), List.of(), AggregateCall.Clauses.NONE, SqlType.INT8);
    }

    static AggregateCall callOf(Kind kind, Expression argument) {
        return new AggregateCall(
                function(kind),
                List.of(argument),
                AggregateCall.Clauses.NONE,
                resultType(kind, argument.type()));
    }

    private static AggregateFunction function(Kind kind) {
        return new AggregateFunction(kind, 0, kind.name().toLowerCase(Locale.ROOT), Collation.NONE);
    }

    static AggregateCall distinct(AggregateCall call) {
        return new AggregateCall(
                call.function(),
                call.arguments(),
                new AggregateCall.Clauses(call.filter(), true, List.of(), List.of()),
                call.type());
    }

    static AggregateCall filtered(AggregateCall call, Expression filter) {
        return new AggregateCall(
                call.function(),
                call.arguments(),
                new AggregateCall.Clauses(
                        Optional.of(filter), call.distinct(), List.of(), List.of()),
                call.type());
    }

    /// The type that PostgreSQL gives the aggregate.
    static SqlType resultType(Kind kind, SqlType argument) {
        boolean small = argument.oid() == Oids.INT2 || argument.oid() == Oids.INT4;
        return switch (kind) {
            case COUNT -> SqlType.INT8;
            case OTHER -> throw new AssertionError("an unknown function");
            case MIN, MAX -> argument;
            case SUM ->
                    small ? SqlType.INT8 : argument.oid() == Oids.INT8 ? SqlType.NUMERIC : argument;
            case AVG ->
                    argument instanceof SqlType.Integral || argument instanceof SqlType.NumericType
                            ? SqlType.NUMERIC
                            : SqlType.FLOAT8;
        };
    }

    static Row row(@Nullable Object... cells) {
        return Row.of(cells);
    }

    static Numeric decimal(String text) {
        return Numeric.of(new BigDecimal(text));
    }

    static SourceChange insert(@Nullable Object... cells) {
        return new SourceChange.Insert(Row.of(cells));
    }

    static SourceChange delete(@Nullable Object... cells) {
        return new SourceChange.Delete(Row.of(cells));
    }

    static SourceChange update(Row old, Row row) {
        return new SourceChange.Update(old, row);
    }

    static Circuit circuit(Plan plan) {
        return Circuit.of(plan, new MemoryStateStore().space("view"));
    }

    static ZSet step(Circuit circuit, Source source, SourceChange... changes) {
        return circuit.step(Map.of(source, List.of(changes)));
    }

    /// A Z-set of rows, each followed by its weight.
    static ZSet zset(Object... rowsAndWeights) {
        ZSet zset = new ZSet();
        for (int i = 0; i < rowsAndWeights.length; i += 2) {
            zset.add((Row) rowsAndWeights[i], ((Number) rowsAndWeights[i + 1]).longValue());
        }
        return zset;
    }
}
