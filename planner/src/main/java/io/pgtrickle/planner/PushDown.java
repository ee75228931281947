package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.expression.Expression.Column;
import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.dataflow.plan.Plan.EquiKey;
import io.pgtrickle.dataflow.plan.Plan.JoinCondition;
import io.pgtrickle.dataflow.plan.Plan.JoinKind;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// From the top down, conditions go as near to the tables as they may, about as PostgreSQL's own planner does; inner joins are
/// put in order on the way.
///
/// A condition passes grouping, DISTINCT, set operations and partitions only where it looks at values, not at their images: the rows of a
/// group have keys that are equal (1.0 and 1.00), and it must be true for all of them or for none.
final class PushDown {

    private final PlanFacts facts;
    private final EquiKeys equiKeys;
    private final PlanProperties properties;

    PushDown(PlanFacts facts, PlanProperties properties) {
        this.facts = facts;
        this.equiKeys = facts.equiKeys();
        this.properties = properties;
    }

    Plan push(Plan plan) {
        return push(plan, List.of());
    }

    /// The rows of the plan for which all terms are true.
    private Plan push(Plan plan, List<Expression> terms) {
        if (Cluster.isRoot(plan, equiKeys)) {
            return new InnerJoins(Cluster.of(plan, terms, equiKeys), facts, properties, this::push)
                    .plan();
        }
        return switch (plan) {
            case Plan.Scan _, Plan.Values _, Plan.WorkingTable _ -> Conjuncts.filter(plan, terms);
            case Plan.Filter(Plan input, Expression predicate) -> {
                List<Expression> all = new ArrayList<>(Conjuncts.split(predicate));
                terms.stream().filter(term -> !all.contains(term)).forEach(all::add);
                yield push(input, all);
            }
            case Plan.Project(Plan input, List<Expression> columns) ->
                    new Plan.Project(
                            push(
                                    input,
                                    terms.stream()
                                            .flatMap(term ->
                                                    Conjuncts.split(
                                                            Columns.substitute(term, columns))
                                                            .stream())
                                            .toList()),
                            columns);
            case Plan.ProjectSet(Plan input, var functions, boolean ordinality) ->
                    below(
                            terms,
                            term -> Columns.of(term).length() <= input.types().size(),
                            passed ->
                                    new Plan.ProjectSet(
                                            push(input, passed), functions, ordinality));
            case Plan.Aggregate(Plan input, List<Expression> keys, var calls) ->
                    below(
                            terms,
                            term -> isOfKeys(term, keys),
                            passed ->
                                    new Plan.Aggregate(
                                            push(input, substituted(passed, keys)), keys, calls));
            case Plan.Distinct(Plan input) ->
                    below(
                            terms,
                            PushDown::isByValue,
                            passed -> new Plan.Distinct(push(input, passed)));
            case Plan.Union(List<Plan> inputs) ->
                    new Plan.Union(inputs.stream().map(input -> push(input, terms)).toList());
            case Plan.SetOperation(Plan left, Plan right, var operator, boolean all) ->
                    below(
                            terms,
                            term ->
                                    isByValue(term)
                                            && (operator == Plan.SetOperator.INTERSECT
                                                    || !RowFailures.possible(term)),
                            passed ->
                                    new Plan.SetOperation(
                                            push(left, passed),
                                            push(right, passed),
                                            operator,
                                            all));
            case Plan.TopK(Plan input, var partition, var order, var limit) ->
                    below(
                            terms,
                            term -> isOfPartition(term, partition),
                            passed -> new Plan.TopK(push(input, passed), partition, order, limit));
            case Plan.Window(Plan input, var partition, var order, var calls) ->
                    below(
                            terms,
                            term -> isOfPartition(term, partition),
                            passed ->
                                    new Plan.Window(push(input, passed), partition, order, calls));
            case Plan.Recursive(Plan base, Plan step, int id, boolean all) ->
                    Conjuncts.filter(new Plan.Recursive(push(base), push(step), id, all), terms);
            case Plan.Join join -> join(join, terms);
        };
    }

    private interface Node {
        Plan over(List<Expression> passed);
    }

    private static Plan below(List<Expression> terms, Predicate<Expression> mayPass, Node node) {
        List<Expression> passed = terms.stream().filter(mayPass).toList();
        List<Expression> kept = terms.stream().filter(mayPass.negate()).toList();
        return Conjuncts.filter(node.over(passed), kept);
    }

    private static List<Expression> substituted(List<Expression> terms, List<Expression> columns) {
        return terms.stream().map(term -> Columns.substitute(term, columns)).toList();
    }

    /// Without keys there is a row for no rows too.
    private static boolean isOfKeys(Expression term, List<Expression> keys) {
        return !keys.isEmpty() && Columns.of(term).length() <= keys.size() && isByValue(term);
    }

    private static boolean isOfPartition(Expression term, List<Expression> partition) {
        BitSet columns = Columns.of(term);
        return !columns.isEmpty()
                && RowProperties.columns(partition).containsAll(columns.stream().boxed().toList())
                && isByValue(term);
    }

    /// Whether the condition is the same for equal values.
    private static boolean isByValue(Expression term) {
        return switch (term) {
            case Column(_, var type) -> type.equalMeansSameImage();
            case Expression.Call call -> isComparison(call) || areByValue(call);
            case Expression.IsNull(Column _, _) -> true;
            case Expression.IsDistinct(Expression.Call equality) ->
                    isComparison(equality) || areByValue(equality);
            case Expression _ -> areByValue(term);
        };
    }

    private static boolean areByValue(Expression parent) {
        return Columns.children(parent).stream().allMatch(PushDown::isByValue);
    }

    private static boolean isComparison(Expression.Call call) {
        return List.of("=", "<>", "<", "<=", ">", ">=").contains(call.name())
                && !RowFailures.possible(call)
                && call.arguments().stream()
                        .allMatch(argument ->
                                argument instanceof Column
                                        || argument instanceof Expression.Constant
                                        || isByValue(argument));
    }

    private Plan join(Plan.Join join, List<Expression> terms) {
        int width = join.left().types().size();
        JoinTerms on = JoinTerms.of(join.on(), width, equiKeys);
        return switch (join.kind()) {
            case LEFT, SEMI, ANTI ->
                    below(
                            terms,
                            term -> Columns.of(term).length() <= width,
                            passed -> oneSided(join, on, passed));
            case INNER, FULL -> {
                Plan node =
                        new Plan.Join(
                                push(join.left()),
                                push(join.right()),
                                join.kind(),
                                condition(on, width));
                yield Conjuncts.filter(node, terms);
            }
        };
    }

    /// Right rows that can't match don't matter. Where a left row has a constant in a key, so has its partner.
    private Plan oneSided(Plan.Join join, JoinTerms on, List<Expression> passed) {
        int width = join.left().types().size();
        List<Expression> ofLeft = new ArrayList<>(passed);
        if (join.kind() == JoinKind.SEMI) {
            ofLeft.addAll(on.left());
        }
        Plan left = push(join.left(), ofLeft);
        EqualityClasses classes = new EqualityClasses(equiKeys);
        ofLeft.forEach(classes::add);
        KnownValues.of(left, equiKeys).forEach(classes::add);
        classes.close();
        List<Expression> ofRight = new ArrayList<>(on.right());
        for (EquiKey key : on.keys()) {
            if (!key.nullsMatch()) {
                classes.constantOf(key.left())
                        .flatMap(value -> equiKeys.equality(key.right(), value))
                        .filter(term -> !RowFailures.possible(term))
                        .ifPresent(ofRight::add);
            }
        }
        JoinTerms rest =
                new JoinTerms(
                        on.keys(),
                        join.kind() == JoinKind.SEMI ? List.of() : on.left(),
                        List.of(),
                        on.both());
        return new Plan.Join(
                left, push(join.right(), ofRight), join.kind(), condition(rest, width));
    }

    private static JoinCondition condition(JoinTerms on, int width) {
        List<Expression> residual = new ArrayList<>(on.left());
        on.right().forEach(term -> residual.add(Columns.shift(term, width)));
        residual.addAll(on.both());
        Optional<Expression> rest = Conjuncts.combined(residual);
        return new JoinCondition(on.keys(), rest);
    }
}
