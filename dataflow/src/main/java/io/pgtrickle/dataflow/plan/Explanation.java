package io.pgtrickle.dataflow.plan;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.expression.ExpressionText;
import io.pgtrickle.dataflow.plan.Plan.EquiKey;
import io.pgtrickle.dataflow.plan.Plan.JoinCondition;
import io.pgtrickle.dataflow.plan.Plan.Limit;
import io.pgtrickle.dataflow.plan.Plan.SetFunction;
import io.pgtrickle.dataflow.plan.Plan.SetOperator;
import io.pgtrickle.dataflow.plan.Plan.SortKey;
import io.pgtrickle.model.type.SqlType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// A plan in words: what is computed by which keys, how it is kept fresh, and what state that takes.
public final class Explanation {

    private Explanation() {}

    /// One operator in words.
    ///
    /// @param name its kind, and for a scan the table
    /// @param keys what its state is partitioned by; empty where it has none
    /// @param strategy the cost of a change and the state kept
    public record Line(String name, String keys, String strategy) {

        @Override
        public String toString() {
            return name + (keys.isEmpty() ? "" : " by " + keys) + ": " + strategy;
        }
    }

    /// One line an operator, readers before their inputs, inputs indented by two blanks. A sub-plan that is equal to an earlier one is not kept
    /// twice: it says so and isn't spelled out again.
    public static List<String> lines(Plan plan) {
        List<String> lines = new ArrayList<>();
        append(plan, 0, new HashMap<>(), lines);
        return lines;
    }

    private static void append(Plan plan, int depth, Map<Plan, Integer> seen, List<String> lines) {
        String indent = "  ".repeat(depth);
        Integer earlier = seen.putIfAbsent(plan, lines.size() + 1);
        if (earlier != null) {
            lines.add(indent + of(plan).name() + ": shared with line " + earlier);
            return;
        }
        lines.add(indent + of(plan));
        plan.inputs().forEach(input -> append(input, depth + 1, seen, lines));
    }

    /// What the columns of a plan's rows are called.
    public static List<String> columnNames(Plan plan) {
        return names(plan);
    }

    /// The operator at the top of a plan.
    public static Line of(Plan plan) {
        Line line = line(plan);
        SortedSet<String> remote = RemoteParts.of(plan);
        return remote.isEmpty()
                ? line
                : new Line(
                        line.name(),
                        line.keys(),
                        line.strategy()
                                + "; evaluated in PostgreSQL: "
                                + String.join(", ", remote));
    }

    private static Line line(Plan plan) {
        return switch (plan) {
            case Plan.Scan(Source source) -> scan(source);
            case Plan.Filter(Plan input, Expression predicate) ->
                    new Line(
                            "filter " + ExpressionText.of(predicate, names(input)),
                            "",
                            "linear, no state");
            case Plan.Project(Plan input, List<Expression> columns) ->
                    new Line("project " + list(columns, names(input)), "", "linear, no state");
            case Plan.Join join -> join(join);
            case Plan.Aggregate(Plan input, List<Expression> keys, List<AggregateCall> calls) ->
                    aggregate(names(input), keys, calls);
            case Plan.Values(List<List<Expression>> rows, _) ->
                    new Line("values of " + rows.size() + " rows", "", "constant, no state");
            case Plan.ProjectSet(Plan input, List<SetFunction> functions, _) ->
                    new Line(
                            "rows of "
                                    + functions.stream()
                                            .map(function -> call(function, names(input)))
                                            .collect(Collectors.joining(", ")),
                            "",
                            "linear, no state");
            case Plan.Distinct _ ->
                    new Line(
                            "distinct",
                            "all columns",
                            "one look-up a changed row, keeps each row with its count");
            case Plan.Union _ -> new Line("union all", "", "linear, no state");
            case Plan.SetOperation(_, _, SetOperator operator, boolean all) ->
                    new Line(
                            operator.name().toLowerCase(Locale.ROOT) + (all ? " all" : ""),
                            "all columns",
                            "one look-up a changed row, keeps each row with its counts on both sides");
            case Plan.TopK topK -> topK(topK);
            case Plan.Window window -> window(window);
            case Plan.Recursive(_, _, _, boolean all) ->
                    new Line(
                            all ? "recursive union all" : "recursive union",
                            "",
                            "rounds over what changed, keeps each round's rows");
            case Plan.WorkingTable _ -> new Line("working table", "", "the round before");
        };
    }

    private static Line scan(Source source) {
        String name = "scan " + source.schema() + "." + source.name();
        return switch (source.identity()) {
            case Source.Identity.Key(List<Integer> columns) ->
                    new Line(
                            name,
                            columns.stream()
                                    .map(column -> source.columns().get(column).name())
                                    .collect(Collectors.joining(", ")),
                            "one look-up a change, keeps the needed columns of each row by key");
            case Source.Identity.WholeRow _ ->
                    new Line(
                            name,
                            "",
                            "one look-up a change, keeps the needed columns of each row with its count");
        };
    }

    private static Line topK(Plan.TopK topK) {
        List<String> names = names(topK.input());
        Limit limit = topK.limit();
        String name =
                "first "
                        + limit.count().map(String::valueOf).orElse("all")
                        + (limit.withTies() ? " with ties" : "")
                        + (limit.offset() == 0 ? "" : " after " + limit.offset())
                        + (topK.order().isEmpty()
                                ? ""
                                : " ordered by " + order(topK.order(), names));
        return new Line(
                name,
                list(topK.partition(), names),
                "one short scan a touched partition, keeps all rows in order");
    }

    private static Line window(Plan.Window window) {
        List<String> names = names(window.input());
        String name =
                "window "
                        + window.calls().stream()
                                .map(call -> call(call, names))
                                .collect(Collectors.joining(", "))
                        + (window.order().isEmpty()
                                ? ""
                                : " ordered by " + order(window.order(), names));
        return new Line(
                name,
                list(window.partition(), names),
                "recomputes a touched partition, keeps its rows in order");
    }

    private static String order(List<SortKey> order, List<String> names) {
        return order.stream()
                .map(key ->
                        ExpressionText.of(key.expression(), names)
                                + (key.descending() ? " desc" : "")
                                + (key.nullsFirst() == key.descending()
                                        ? ""
                                        : key.nullsFirst() ? " nulls first" : " nulls last"))
                .collect(Collectors.joining(", "));
    }

    private static String call(WindowCall call, List<String> names) {
        return call.function().name() + "(" + list(call.arguments(), names) + ")";
    }

    private static String call(SetFunction function, List<String> names) {
        return function.name() + "(" + list(function.arguments(), names) + ")";
    }

    private static Line join(Plan.Join join) {
        Plan left = join.left();
        Plan right = join.right();
        JoinCondition on = join.on();
        String kind =
                switch (join.kind()) {
                    case INNER -> on.keys().isEmpty() ? "cross join" : "join";
                    case LEFT -> "left join";
                    case FULL -> "full join";
                    case SEMI -> "semi-join";
                    case ANTI -> "anti-join";
                };
        List<String> both = Stream.concat(names(left).stream(), names(right).stream()).toList();
        String residual =
                on.residual()
                        .map(condition -> " where " + ExpressionText.of(condition, both))
                        .orElse("");
        String keys =
                on.keys().stream()
                        .map((EquiKey key) ->
                                ExpressionText.of(key.left(), names(left))
                                        + (key.nullsMatch() ? " is not distinct from " : " = ")
                                        + ExpressionText.of(key.right(), names(right)))
                        .collect(Collectors.joining(", "));
        return new Line(kind + residual, keys, joinStrategy(join));
    }

    private static String joinStrategy(Plan.Join join) {
        boolean keyed = !join.on().keys().isEmpty();
        boolean paired = join.on().residual().isPresent();
        if (!paired && !join.kind().hasRightColumns()) {
            String all = keyed ? " of a key" : "";
            return "one look-up a changed row, all left rows"
                    + all
                    + " where the first partner comes or the last goes, keeps the left rows"
                    + (keyed ? " by key" : "")
                    + " and the number of right rows";
        }
        String kept =
                switch (join.kind()) {
                    case INNER -> "";
                    case LEFT, SEMI, ANTI ->
                            paired
                                    ? " and the number of each left row's matches"
                                    : " and the number of right rows";
                    case FULL ->
                            paired
                                    ? " and the number of each row's matches"
                                    : " and the number of rows of each";
                };
        return (keyed
                        ? "one scan a changed key, keeps both sides by key"
                        : "every pair of rows is looked at, keeps both sides")
                + kept;
    }

    private static Line aggregate(
            List<String> names, List<Expression> keys, List<AggregateCall> calls) {
        StringBuilder strategy =
                new StringBuilder("one read and write a touched group, keeps totals of each group");
        if (calls.stream().anyMatch(AggregateCall::keepsValues)) {
            strategy.append(" and its values in order");
        }
        if (!keys.stream().map(Expression::type).allMatch(SqlType::equalMeansSameImage)) {
            strategy.append(" and the images of its key");
        }
        String name =
                "aggregate "
                        + calls.stream()
                                .map(call -> call(call, names))
                                .collect(Collectors.joining(", "));
        return new Line(name.strip(), list(keys, names), strategy.toString());
    }

    private static String call(AggregateCall call, List<String> names) {
        AggregateCall.Clauses clauses = call.clauses();
        boolean within = !clauses.direct().isEmpty() || isOrderedSet(call);
        String arguments =
                within
                        ? list(clauses.direct(), names)
                        : call.arguments().isEmpty() ? "*" : list(call.arguments(), names);
        return call.function().name()
                + "("
                + (clauses.distinct() ? "distinct " : "")
                + arguments
                + (clauses.order().isEmpty() || within
                        ? ""
                        : " order by " + order(clauses.order(), names))
                + ")"
                + (within ? " within group (order by " + order(clauses.order(), names) + ")" : "")
                + clauses.filter()
                        .map(filter -> " filter (where " + ExpressionText.of(filter, names) + ")")
                        .orElse("");
    }

    /// `mode()` has no direct argument.
    private static boolean isOrderedSet(AggregateCall call) {
        return call.arguments().isEmpty() && !call.clauses().order().isEmpty();
    }

    private static String list(List<Expression> expressions, List<String> names) {
        return expressions.stream()
                .map(expression -> ExpressionText.of(expression, names))
                .collect(Collectors.joining(", "));
    }

    /// What to call the columns of a plan's rows: as the table does, where they come from one, else by their expression.
    private static List<String> names(Plan plan) {
        return switch (plan) {
            case Plan.Scan(Source source) ->
                    source.columns().stream()
                            .map(column -> source.name() + "." + column.name())
                            .toList();
            case Plan.Filter(Plan input, _) -> names(input);
            case Plan.Project(Plan input, List<Expression> columns) ->
                    texts(columns.stream(), names(input));
            case Plan.Join(Plan left, Plan right, Plan.JoinKind kind, _) ->
                    kind.hasRightColumns()
                            ? Stream.concat(names(left).stream(), names(right).stream()).toList()
                            : names(left);
            case Plan.Values(_, List<SqlType> types) -> numbered("column", types.size());
            case Plan.WorkingTable(_, List<SqlType> types) -> numbered("column", types.size());
            case Plan.ProjectSet(Plan input, List<SetFunction> functions, boolean ordinality) ->
                    Stream.of(
                                    names(input).stream(),
                                    functions.stream()
                                            .flatMap(function ->
                                                    function.types().stream()
                                                            .map(_ -> function.name())),
                                    ordinality ? Stream.of("ordinality") : Stream.<String>empty())
                            .flatMap(Function.identity())
                            .toList();
            case Plan.Distinct(Plan input) -> names(input);
            case Plan.TopK(Plan input, _, _, _) -> names(input);
            case Plan.Union(List<Plan> inputs) -> names(inputs.getFirst());
            case Plan.SetOperation(Plan left, _, _, _) -> names(left);
            case Plan.Recursive(Plan base, _, _, _) -> names(base);
            case Plan.Window(Plan input, _, _, List<WindowCall> calls) ->
                    Stream.concat(
                                    names(input).stream(),
                                    calls.stream().map(call -> call(call, names(input))))
                            .toList();
            case Plan.Aggregate(Plan input, List<Expression> keys, List<AggregateCall> calls) ->
                    Stream.concat(
                                    texts(keys.stream(), names(input)).stream(),
                                    calls.stream().map(call -> call(call, names(input))))
                            .toList();
        };
    }

    private static List<String> numbered(String name, int count) {
        return IntStream.rangeClosed(1, count).mapToObj(number -> name + number).toList();
    }

    private static List<String> texts(Stream<Expression> expressions, List<String> names) {
        return expressions.map(expression -> ExpressionText.of(expression, names)).toList();
    }
}
