package io.pgtrickle.dataflow;

import io.pgtrickle.dataflow.expression.Compiler;
import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.dataflow.plan.Plan.SortKey;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.type.RowCodec;
import io.pgtrickle.model.type.SqlType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What DISTINCT, set operations and limits mean, over sorted lists of rows.
final class NaiveSets {

    private NaiveSets() {}

    static List<Row> distinct(List<SqlType> types, List<Row> rows) {
        return groups(types, rows).stream().map(List::getFirst).toList();
    }

    static List<Row> setOperation(Plan.SetOperation plan, List<Row> left, List<Row> right) {
        List<SqlType> types = plan.types();
        List<Row> out = new ArrayList<>();
        for (List<Row> group : groups(types, left)) {
            Row shown = group.getFirst();
            long others = right.stream().filter(row -> compare(types, row, shown) == 0).count();
            long copies =
                    switch (plan.operator()) {
                        case INTERSECT ->
                                plan.all() ? Math.min(group.size(), others) : Math.min(1, others);
                        case EXCEPT -> plan.all() ? group.size() - others : others == 0 ? 1 : 0;
                    };
            for (long i = 0; i < copies; i++) {
                out.add(shown);
            }
        }
        return out;
    }

    static List<Row> topK(Plan.TopK plan, List<Row> rows) {
        List<SqlType> types = plan.types();
        List<SqlType> partitionTypes = plan.partition().stream().map(Expression::type).toList();
        Comparator<Row> byPartition =
                (a, b) ->
                        compare(
                                partitionTypes,
                                values(plan.partition(), a),
                                values(plan.partition(), b));
        Comparator<Row> byOrder = (a, b) -> compareBy(plan.order(), a, b);
        List<Row> sorted = new ArrayList<>(rows);
        sorted.sort(byPartition.thenComparing(byOrder).thenComparing(wholeRows(types)));
        List<Row> out = new ArrayList<>();
        long place = 0;
        long offset = plan.limit().offset();
        long end = plan.limit().count().map(count -> offset + count).orElse(Long.MAX_VALUE);
        Row previous = null;
        boolean tied = false;
        for (Row row : sorted) {
            if (previous == null || byPartition.compare(previous, row) != 0) {
                place = 0;
                tied = false;
            }
            boolean inside = place >= offset && place < end;
            boolean tie =
                    plan.limit().withTies()
                            && place >= end
                            && tied
                            && byOrder.compare(Objects.requireNonNull(previous), row) == 0;
            if (inside || tie) {
                out.add(row);
            }
            tied = inside || tie;
            previous = row;
            place++;
        }
        return out;
    }

    /// Rows that are equal in SQL, the one with the least image first.
    private static List<List<Row>> groups(List<SqlType> types, List<Row> rows) {
        List<Row> sorted = new ArrayList<>(rows);
        sorted.sort(wholeRows(types));
        List<List<Row>> groups = new ArrayList<>();
        for (Row row : sorted) {
            if (groups.isEmpty() || compare(types, groups.getLast().getFirst(), row) != 0) {
                groups.add(new ArrayList<>());
            }
            groups.getLast().add(row);
        }
        return groups;
    }

    private static Comparator<Row> wholeRows(List<SqlType> types) {
        RowCodec codec = new RowCodec(types);
        return ((Comparator<Row>) (a, b) -> compare(types, a, b))
                .thenComparing(codec::encode, Arrays::compareUnsigned);
    }

    /// By SQL's order of each column, NULL equal to NULL and after everything else.
    private static int compare(List<SqlType> types, Row a, Row b) {
        for (int i = 0; i < types.size(); i++) {
            int order = compare(types.get(i), a.get(i), b.get(i), false);
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    private static int compareBy(List<SortKey> order, Row a, Row b) {
        for (SortKey key : order) {
            Object x = Compiler.compile(key.expression()).evaluate(a);
            Object y = Compiler.compile(key.expression()).evaluate(b);
            int result = compare(key.expression().type(), x, y, key.nullsFirst());
            if (result != 0) {
                return x != null && y != null && key.descending() ? -result : result;
            }
        }
        return 0;
    }

    private static int compare(
            SqlType type, @Nullable Object a, @Nullable Object b, boolean nullsFirst) {
        if (a == null || b == null) {
            return Boolean.compare(a == null, b == null) * (nullsFirst ? -1 : 1);
        }
        return type.compare(a, b);
    }

    private static Row values(List<Expression> columns, Row row) {
        return Row.of(
                columns.stream().map(column -> Compiler.compile(column).evaluate(row)).toArray());
    }
}
