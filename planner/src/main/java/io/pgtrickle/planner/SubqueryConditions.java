package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.expression.Expression.Call;
import io.pgtrickle.dataflow.expression.Expression.Column;
import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.dataflow.plan.Plan.JoinKind;
import io.pgtrickle.model.type.SqlType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/// A subquery that is a whole condition of WHERE, or such a one negated: a semi-join or an anti-join, since false and NULL
/// are one there.
///
///     EXISTS Q            a partner
///     NOT EXISTS Q        no partner
///     x op ANY Q          a partner for which `x op y` is true
///     NOT (x op ANY Q)    no partner for which `x op y` is true or NULL
///     x op ALL Q          no partner for which `x op y` is false or NULL
///     NOT (x op ALL Q)    a partner for which `x op y` is false
final class SubqueryConditions {

    private final QueryScope scope;
    private final Subqueries subqueries;

    SubqueryConditions(QueryScope scope) {
        this.scope = scope;
        this.subqueries = scope.subqueries();
    }

    /// Empty where the term is something else.
    Optional<Rows> apply(Rows rows, Expression term) {
        boolean negated = term instanceof Expression.Not;
        Expression inner = term instanceof Expression.Not(Expression input) ? input : term;
        if (!(inner instanceof Call call) || call.functionOid() != Subqueries.SUBQUERY) {
            return Optional.empty();
        }
        Subqueries.Registered subquery = subqueries.of(call);
        if (call.arguments().stream().anyMatch(Subqueries::isIn)) {
            return Optional.empty();
        }
        return switch (subquery.kind()) {
            case Sublink.EXISTS ->
                    Optional.of(
                            join(
                                    rows,
                                    subquery,
                                    call.arguments(),
                                    negated ? JoinKind.ANTI : JoinKind.SEMI,
                                    Truth.ANY_ROW));
            case Sublink.ANY -> Optional.of(any(rows, subquery, call.arguments(), negated));
            case Sublink.ALL ->
                    Optional.of(
                            join(
                                    rows,
                                    subquery,
                                    call.arguments(),
                                    negated ? JoinKind.SEMI : JoinKind.ANTI,
                                    negated ? Truth.FALSE : Truth.NOT_TRUE));
            default -> Optional.empty();
        };
    }

    /// What the comparison must be for a row of the subquery to be a partner.
    private enum Truth {
        ANY_ROW,
        TRUE,
        NOT_FALSE,
        FALSE,
        NOT_TRUE;

        Expression of(Expression test) {
            return switch (this) {
                case ANY_ROW -> new Expression.Constant(true, SqlType.BOOL);
                case TRUE -> test;
                case NOT_FALSE -> new Expression.BooleanTest(test, Optional.of(false), true);
                case FALSE -> new Expression.BooleanTest(test, Optional.of(false), false);
                case NOT_TRUE -> new Expression.BooleanTest(test, Optional.of(true), true);
            };
        }
    }

    /// `x NOT IN Q` over one column asks three cheap questions instead of looking at all pairs: no y equals x, no y is NULL, and
    /// x isn't NULL unless Q is empty.
    private Rows any(
            Rows rows,
            Subqueries.Registered subquery,
            List<Expression> arguments,
            boolean negated) {
        if (!negated) {
            return join(rows, subquery, arguments, JoinKind.SEMI, Truth.TRUE);
        }
        Partner partner = partner(rows, subquery, arguments);
        Optional<SubqueryEquality> equality =
                SubqueryEquality.of(partner.test().orElseThrow(), partner.rows());
        if (equality.isEmpty()) {
            return partner.join(rows, JoinKind.ANTI, Truth.NOT_FALSE);
        }
        Rows equal = partner.join(rows, JoinKind.ANTI, Truth.TRUE);
        Expression y = equality.get().inner();
        Expression x = equality.get().outer();
        Rows unknown =
                partner.only(new Expression.IsNull(y, false))
                        .join(equal, JoinKind.ANTI, Truth.ANY_ROW);
        return partner.with(new Expression.IsNull(x, false))
                .join(unknown, JoinKind.ANTI, Truth.ANY_ROW);
    }

    private Rows join(
            Rows rows,
            Subqueries.Registered subquery,
            List<Expression> arguments,
            JoinKind kind,
            Truth truth) {
        return partner(rows, subquery, arguments).join(rows, kind, truth);
    }

    /// The subquery's rows, and when one of them belongs to an outer row.
    ///
    /// @param keys of the join, over the plans' columns
    /// @param conditions over slots of both
    /// @param test the comparison, over slots of both
    private record Partner(
            Rows rows,
            List<Plan.EquiKey> keys,
            List<Expression> conditions,
            Optional<Expression> test) {

        Rows join(Rows outer, JoinKind kind, Truth truth) {
            List<Expression> all = new ArrayList<>(conditions);
            if (truth != Truth.ANY_ROW) {
                all.add(truth.of(test.orElseThrow()));
            }
            return outer.join(rows, kind, keys, all);
        }

        /// Of its rows those for which the condition, over their own columns, is true.
        Partner only(Expression condition) {
            return new Partner(rows.filter(List.of(condition)), keys, conditions, test);
        }

        Partner with(Expression condition) {
            List<Expression> all = new ArrayList<>(conditions);
            all.add(condition);
            return new Partner(rows, keys, all, test);
        }
    }

    private Partner partner(
            Rows outer, Subqueries.Registered subquery, List<Expression> arguments) {
        int references = subquery.references().size();
        List<Expression> outside = arguments.subList(0, references);
        Node query = subquery.sublink().node("subselect");
        Domain domain = subqueries.domain(outer, subquery.references(), outside);
        BlockTranslator block = BlockTranslator.within(query, scope, domain);
        Optional<BlockTranslator.Conditional> simple = block.translateConditional();
        if (simple.isPresent()) {
            BlockTranslator.Conditional rows = simple.get();
            List<Integer> slots = names(rows.plan());
            return new Partner(
                    new Rows(rows.plan(), slots),
                    List.of(),
                    rows.conditions().stream()
                            .map(condition -> named(condition, slots, outside))
                            .toList(),
                    test(
                            subquery,
                            arguments,
                            column -> named(rows.outputs().get(column - 1), slots, outside)));
        }
        Unnested rows = BlockTranslator.within(query, scope, domain).translate(false);
        List<Integer> slots = names(rows.plan());
        return new Partner(
                new Rows(rows.plan(), slots),
                Subqueries.keys(rows.matches(), outer, outside, rows.plan()),
                List.of(),
                test(
                        subquery,
                        arguments,
                        column -> {
                            int place = rows.outputs().get(column - 1);
                            return new Column(slots.get(place), rows.plan().types().get(place));
                        }));
    }

    private List<Integer> names(Plan plan) {
        return plan.types().stream().map(type -> scope.slots().unnamed(type).index()).toList();
    }

    /// From columns of the subquery's plan, and outer references behind them, to slots.
    private static Expression named(
            Expression expression, List<Integer> slots, List<Expression> outside) {
        return Columns.replace(
                expression,
                column ->
                        column.index() < slots.size()
                                ? new Column(slots.get(column.index()), column.type())
                                : outside.get(column.index() - slots.size()));
    }

    private static Optional<Expression> test(
            Subqueries.Registered subquery,
            List<Expression> arguments,
            IntFunction<Expression> outputs) {
        return arguments.size() == subquery.references().size()
                ? Optional.empty()
                : Optional.of(subquery.comparison(arguments.getLast(), outputs));
    }
}
