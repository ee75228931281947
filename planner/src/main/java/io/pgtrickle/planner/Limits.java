package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.expression.Expression.Call;
import io.pgtrickle.dataflow.expression.Expression.Column;
import io.pgtrickle.dataflow.expression.Expression.Constant;
import io.pgtrickle.dataflow.plan.AggregateFunction;
import io.pgtrickle.dataflow.plan.AggregateFunction.Kind;
import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.dataflow.plan.Plan.Limit;
import io.pgtrickle.dataflow.plan.Plan.SortKey;
import io.pgtrickle.dataflow.plan.WindowCall;
import io.pgtrickle.model.type.Collation;
import io.pgtrickle.model.type.Oids;
import io.pgtrickle.model.type.SqlType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// LIMIT and OFFSET of one SELECT. Constants are a TopK; what is computed is compared with the rows' numbers:
///
///     LIMIT n OFFSET m            m < row_number() and row_number() - m <= n
///     FETCH n ROWS WITH TIES      the same with rank() for the end
final class Limits {

    private static final int ROW_NUMBER = 3100;
    private static final int RANK = 3101;
    private static final int INT8_MINUS = 464;
    private static final int INT8_GREATER = 470;
    private static final int INT8_LESS_OR_EQUAL = 471;

    private final QueryScope scope;
    private final Node query;

    Limits(QueryScope scope, Node query) {
        this.scope = scope;
        this.query = query;
    }

    /// What is computed; none where both are constants.
    List<Expression> computed() {
        List<Expression> computed = new ArrayList<>();
        for (String field : List.of("limitCount", "limitOffset")) {
            expression(field)
                    .filter(limit -> !(limit instanceof Constant))
                    .ifPresent(computed::add);
        }
        return computed;
    }

    /// `LIMIT ALL` and `OFFSET NULL` are no limits.
    boolean exist() {
        return !computed().isEmpty()
                || constant("limitCount").isPresent()
                || constant("limitOffset").isPresent();
    }

    private Optional<Expression> expression(String field) {
        return query.optionalNode(field).map(scope::translate);
    }

    private Optional<Long> constant(String field) {
        Optional<Expression> limit = expression(field);
        return limit.isPresent() && limit.get() instanceof Constant(Object value, _)
                ? Optional.ofNullable((Long) value).map(number -> checked(number, field))
                : Optional.empty();
    }

    private static long checked(long number, String field) {
        if (number < 0) {
            boolean limit = field.equals("limitCount");
            throw Refusals.negative(limit ? "LIMIT" : "OFFSET", limit ? "2201W" : "2201X");
        }
        return number;
    }

    private boolean withTies() {
        return query.integer("limitOption") == 1;
    }

    /// @param partition by which the rows belong to outer ones
    /// @param order over the rows' columns
    Rows apply(Rows rows, List<Expression> partition, List<SortKey> order) {
        if (!exist()) {
            return rows;
        }
        if (!computed().isEmpty()) {
            return numbered(rows, partition, order);
        }
        Optional<Long> count = constant("limitCount");
        long offset = constant("limitOffset").orElse(0L);
        return count.isEmpty() && offset == 0
                ? rows
                : new Rows(
                        new Plan.TopK(
                                rows.plan(),
                                partition,
                                order,
                                new Limit(count, offset, withTies())),
                        rows.slots());
    }

    private Rows numbered(Rows rows, List<Expression> partition, List<SortKey> order) {
        Column number = scope.slots().unnamed(SqlType.INT8);
        Column place = scope.slots().unnamed(SqlType.INT8);
        List<Integer> slots = new ArrayList<>(rows.slots());
        slots.add(number.index());
        slots.add(place.index());
        Rows numbered =
                new Rows(
                        new Plan.Window(
                                rows.plan(),
                                partition,
                                order,
                                List.of(
                                        call(ROW_NUMBER, "row_number"),
                                        withTies()
                                                ? call(RANK, "rank")
                                                : call(ROW_NUMBER, "row_number"))),
                        slots);
        List<Expression> limits =
                List.of(
                        expression("limitCount").orElse(new Constant(null, SqlType.INT8)),
                        expression("limitOffset").orElse(new Constant(null, SqlType.INT8)));
        Subqueries.Attachment attached = scope.subqueries().attach(numbered, limits);
        Expression count = attached.expressions().get(0);
        Expression given = attached.expressions().get(1);
        Expression offset =
                ConstantFolding.fold(
                        new Expression.Coalesce(
                                List.of(notNegative(given, false), new Constant(0L, SqlType.INT8)),
                                SqlType.INT8));
        List<Expression> conditions = new ArrayList<>();
        conditions.add(compare(INT8_GREATER, ">", number, offset));
        if (!isNull(count)) {
            Expression limit = notNegative(count, true);
            Expression passed =
                    new Call(INT8_MINUS, "-", List.of(place, offset), SqlType.INT8, Collation.NONE);
            Expression within =
                    new Expression.And(
                            List.of(
                                    compare(
                                            INT8_GREATER,
                                            ">",
                                            limit,
                                            new Constant(0L, SqlType.INT8)),
                                    compare(INT8_LESS_OR_EQUAL, "<=", passed, limit)));
            conditions.add(new Expression.Or(List.of(new Expression.IsNull(limit, false), within)));
        }
        return attached.rows().filter(conditions);
    }

    private static boolean isNull(Expression expression) {
        return expression instanceof Constant(Object value, _) && value == null;
    }

    private static WindowCall call(int function, String name) {
        return new WindowCall(
                new AggregateFunction(Kind.OTHER, function, name, Collation.NONE),
                List.of(),
                Optional.empty(),
                WindowCall.Frame.DEFAULT,
                SqlType.INT8);
    }

    private static Expression compare(int function, String name, Expression a, Expression b) {
        return new Call(function, name, List.of(a, b), SqlType.BOOL, Collation.NONE);
    }

    /// A negative one is PostgreSQL's error, in its own words.
    private Expression notNegative(Expression value, boolean limit) {
        if (value instanceof Constant) {
            return value;
        }
        return new RemoteText(scope.context().catalog())
                .write(limit ? "limit" : "offset")
                .argument(value, Oids.INT8)
                .sql(
                        " OPERATOR(pg_catalog.+) (SELECT 0 FROM (VALUES (0)) AS v(n) "
                                + (limit ? "LIMIT 1 OPERATOR(pg_catalog.+) " : "OFFSET ")
                                + "LEAST(")
                .argument(value, Oids.INT8)
                .sql(", " + (limit ? "-1) OPERATOR(pg_catalog.+) 1" : "0)") + ")")
                .scalar(SqlType.INT8);
    }
}
