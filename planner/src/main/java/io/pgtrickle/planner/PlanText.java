package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.expression.Expression.Branch;
import io.pgtrickle.dataflow.expression.Expression.Call;
import io.pgtrickle.dataflow.order.ServerOrder;
import io.pgtrickle.dataflow.plan.AggregateCall;
import io.pgtrickle.dataflow.plan.AggregateFunction;
import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.dataflow.plan.Plan.EquiKey;
import io.pgtrickle.dataflow.plan.Plan.JoinCondition;
import io.pgtrickle.dataflow.plan.Source;
import io.pgtrickle.dataflow.plan.WindowCall;
import io.pgtrickle.model.remote.RemoteCall;
import io.pgtrickle.model.type.Collation;
import io.pgtrickle.model.type.Oids;
import io.pgtrickle.model.type.SqlType;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collector;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// A plan as text: complete (each function's oid, each type, each collation), so that two plans that print alike are alike, and
/// fit to be read. A relation stands under its name; `#2` is the third column of the node's input.
final class PlanText {

    private static final Map<Integer, String> TYPE_NAMES =
            Map.ofEntries(
                    Map.entry(Oids.CHAR, "char"),
                    Map.entry(Oids.INT2, "int2"),
                    Map.entry(Oids.INT4, "int4"),
                    Map.entry(Oids.INT8, "int8"),
                    Map.entry(Oids.OID, "oid"),
                    Map.entry(Oids.DATE, "date"),
                    Map.entry(Oids.TIME, "time"),
                    Map.entry(Oids.TIMESTAMP, "timestamp"),
                    Map.entry(Oids.TIMESTAMPTZ, "timestamptz"),
                    Map.entry(Oids.MONEY, "money"),
                    Map.entry(Oids.TEXT, "text"),
                    Map.entry(Oids.VARCHAR, "varchar"),
                    Map.entry(Oids.BPCHAR, "bpchar"),
                    Map.entry(Oids.NAME, "name"),
                    Map.entry(Oids.BYTEA, "bytea"),
                    Map.entry(Oids.UUID, "uuid"),
                    Map.entry(Oids.MACADDR, "macaddr"),
                    Map.entry(Oids.MACADDR8, "macaddr8"),
                    Map.entry(Oids.BIT, "bit"),
                    Map.entry(Oids.VARBIT, "varbit"),
                    Map.entry(Oids.INET, "inet"),
                    Map.entry(Oids.CIDR, "cidr"));

    private PlanText() {}

    static String of(Plan plan) {
        StringBuilder out = new StringBuilder();
        print(plan, 0, out);
        return out.toString();
    }

    private static void print(Plan plan, int depth, StringBuilder out) {
        out.repeat("  ", depth)
                .append(
                        switch (plan) {
                            case Plan.Scan(Source source) -> scan(source);
                            case Plan.Filter(_, Expression predicate) -> "Filter " + of(predicate);
                            case Plan.Project(_, List<Expression> columns) ->
                                    "Project " + typed(columns);
                            case Plan.Join(_, _, Plan.JoinKind kind, JoinCondition on) ->
                                    "Join "
                                            + (kind == Plan.JoinKind.INNER
                                                    ? ""
                                                    : kind.name().toLowerCase(Locale.ROOT) + " ")
                                            + condition(on);
                            case Plan.Values(List<List<Expression>> rows, List<SqlType> types) ->
                                    "Values "
                                            + rows.stream().map(PlanText::list).collect(joining())
                                            + " "
                                            + types.stream().map(PlanText::of).collect(joining());
                            case Plan.ProjectSet(
                                            _,
                                            List<Plan.SetFunction> functions,
                                            boolean ordinality) ->
                                    "ProjectSet "
                                            + functions.stream()
                                                    .map(PlanText::function)
                                                    .collect(joining())
                                            + (ordinality ? " with ordinality" : "");
                            case Plan.Distinct _ -> "Distinct";
                            case Plan.Union _ -> "Union";
                            case Plan.SetOperation(_, _, Plan.SetOperator operator, boolean all) ->
                                    (operator == Plan.SetOperator.INTERSECT
                                                    ? "Intersect"
                                                    : "Except")
                                            + (all ? " all" : "");
                            case Plan.TopK(
                                            _,
                                            List<Expression> partition,
                                            List<Plan.SortKey> order,
                                            Plan.Limit limit) ->
                                    "TopK by "
                                            + typed(partition)
                                            + " "
                                            + order(order)
                                            + " "
                                            + of(limit);
                            case Plan.Window(
                                            _,
                                            List<Expression> partition,
                                            List<Plan.SortKey> order,
                                            List<WindowCall> calls) ->
                                    "Window by "
                                            + typed(partition)
                                            + " "
                                            + order(order)
                                            + " "
                                            + calls.stream().map(PlanText::call).collect(joining());
                            case Plan.Recursive(_, _, int id, boolean all) ->
                                    "Recursive " + id + (all ? " all" : "");
                            case Plan.WorkingTable(int id, List<SqlType> types) ->
                                    "WorkingTable "
                                            + id
                                            + " "
                                            + types.stream().map(PlanText::of).collect(joining());
                            case Plan.Aggregate(
                                            _,
                                            List<Expression> keys,
                                            List<AggregateCall> calls) ->
                                    "Aggregate by "
                                            + typed(keys)
                                            + " "
                                            + calls.stream().map(PlanText::call).collect(joining());
                        })
                .append('\n');
        plan.inputs().forEach(input -> print(input, depth + 1, out));
    }

    private static String scan(Source source) {
        String identity =
                switch (source.identity()) {
                    case Source.Identity.WholeRow() -> "whole row";
                    case Source.Identity.Key(List<Integer> columns) -> "key " + columns;
                };
        return "Scan "
                + source.schema()
                + "."
                + source.name()
                + " "
                + source.columns().stream().map(PlanText::column).collect(joining())
                + " by "
                + identity;
    }

    private static String column(Source.SourceColumn column) {
        return column.attributeNumber()
                + ":"
                + column.name()
                + " "
                + of(column.type())
                + (column.notNull() ? " not null" : "");
    }

    private static String condition(JoinCondition on) {
        String keys =
                on.keys().isEmpty()
                        ? "all pairs"
                        : on.keys().stream()
                                .map((EquiKey key) ->
                                        of(key.left())
                                                + (key.nullsMatch() ? " is " : " = ")
                                                + of(key.right())
                                                + " "
                                                + of(key.left().type()))
                                .collect(joining());
        return keys + on.residual().map(residual -> " where " + of(residual)).orElse("");
    }

    private static String call(AggregateCall call) {
        AggregateCall.Clauses clauses = call.clauses();
        return of(call.function())
                + "("
                + (clauses.distinct() ? "distinct " : "")
                + (call.arguments().isEmpty() && clauses.order().isEmpty()
                        ? "*"
                        : call.arguments().stream()
                                .map(PlanText::of)
                                .collect(Collectors.joining(", ")))
                + (clauses.order().isEmpty() ? "" : " order " + order(clauses.order()))
                + ")"
                + (clauses.direct().isEmpty() ? "" : " of " + list(clauses.direct()))
                + clauses.filter().map(filter -> " filter " + of(filter)).orElse("")
                + " "
                + of(call.type())
                + call.argument().map(input -> " of " + of(input.type())).orElse("");
    }

    /// The functions whose meaning the planner knows by their names, the others with their oids.
    private static String of(AggregateFunction function) {
        return (function.kind() == AggregateFunction.Kind.OTHER
                        ? function.name() + "/" + Integer.toUnsignedString(function.oid())
                        : function.kind().name().toLowerCase(Locale.ROOT))
                + (function.collation().oid() == 0 ? "" : "/" + of(function.collation()));
    }

    private static String call(WindowCall call) {
        WindowCall.Frame frame = call.frame();
        return of(call.function())
                + list(call.arguments())
                + call.filter().map(filter -> " filter " + of(filter)).orElse("")
                + (frame.equals(WindowCall.Frame.DEFAULT)
                        ? ""
                        : " over "
                                + frame.mode().name().toLowerCase(Locale.ROOT)
                                + " "
                                + of(frame.start())
                                + " to "
                                + of(frame.end())
                                + (frame.exclusion() == WindowCall.Exclusion.NO_OTHERS
                                        ? ""
                                        : " without "
                                                + frame.exclusion()
                                                        .name()
                                                        .toLowerCase(Locale.ROOT)
                                                        .replace('_', ' ')))
                + " "
                + of(call.type());
    }

    private static String of(WindowCall.Bound bound) {
        return switch (bound) {
            case WindowCall.Bound.UnboundedPreceding _ -> "first";
            case WindowCall.Bound.Preceding(WindowCall.Offset offset) -> "-" + of(offset.value());
            case WindowCall.Bound.CurrentRow _ -> "current";
            case WindowCall.Bound.Following(WindowCall.Offset offset) -> "+" + of(offset.value());
            case WindowCall.Bound.UnboundedFollowing _ -> "last";
        };
    }

    private static String of(Plan.Limit limit) {
        return "limit "
                + limit.count().map(String::valueOf).orElse("all")
                + (limit.offset() == 0 ? "" : " offset " + limit.offset())
                + (limit.withTies() ? " with ties" : "");
    }

    private static String order(List<Plan.SortKey> order) {
        return order.stream()
                .map(key ->
                        of(key.expression())
                                + " "
                                + of(key.expression().type())
                                + (key.descending() ? " desc" : "")
                                + (key.nullsFirst() ? " nulls first" : ""))
                .collect(joining());
    }

    private static String function(Plan.SetFunction function) {
        return function.name()
                + "/"
                + Integer.toUnsignedString(function.functionOid())
                + list(function.arguments())
                + " "
                + function.types().stream().map(PlanText::of).collect(joining())
                + function.remote().map(call -> " " + of(call)).orElse("");
    }

    private static String typed(List<Expression> expressions) {
        return expressions.stream().map(e -> of(e) + " " + of(e.type())).collect(joining());
    }

    private static String list(List<? extends Expression> expressions) {
        return expressions.stream().map(PlanText::of).collect(Collectors.joining(", ", "(", ")"));
    }

    private static Collector<CharSequence, ?, String> joining() {
        return Collectors.joining(", ", "[", "]");
    }

    static String of(Expression expression) {
        return switch (expression) {
            case Expression.Column(int index, _) -> "#" + index;
            case Expression.Constant(Object value, SqlType type) ->
                    Optional.ofNullable(value).map(PlanText::literal).orElse("null")
                            + "::"
                            + of(type);
            case Call call -> of(call);
            case Expression.Remote remote -> of(remote.call()) + list(remote.arguments());
            case Expression.Relabel(Expression input, SqlType type) -> of(input) + "::" + of(type);
            case Expression.Label(Expression input, List<ServerOrder> orders) ->
                    orders.stream()
                            .map(order -> of(order.ranks()))
                            .collect(Collectors.joining(", ", "label(" + of(input) + ", ", ")"));
            case Expression.Unlabel(Expression input, SqlType type) ->
                    "unlabel(" + of(input) + ")::" + of(type);
            case Expression.And(List<Expression> terms) -> "and" + list(terms);
            case Expression.Or(List<Expression> terms) -> "or" + list(terms);
            case Expression.Not(Expression input) -> "not(" + of(input) + ")";
            case Expression.IsNull(Expression input, boolean negated) ->
                    (negated ? "is_not_null(" : "is_null(") + of(input) + ")";
            case Expression.BooleanTest(
                            Expression input,
                            Optional<Boolean> tested,
                            boolean negated) ->
                    (negated ? "is_not_" : "is_")
                            + tested.map(String::valueOf).orElse("unknown")
                            + "("
                            + of(input)
                            + ")";
            case Expression.IsDistinct(Call equality) -> "is_distinct(" + of(equality) + ")";
            case Expression.NullIf(Call equality, SqlType type) ->
                    "nullif(" + of(equality) + ")::" + of(type);
            case Expression.Case(List<Branch> branches, Expression otherwise, SqlType type) ->
                    branches.stream()
                            .map(branch ->
                                    "when "
                                            + of(branch.condition())
                                            + " then "
                                            + of(branch.result())
                                            + " ")
                            .collect(
                                    Collectors.joining(
                                            "",
                                            "case(",
                                            "else " + of(otherwise) + ")::" + of(type)));
            case Expression.Coalesce(List<Expression> terms, SqlType type) ->
                    "coalesce" + list(terms) + "::" + of(type);
            case Expression.Extreme(boolean greatest, List<Expression> terms, SqlType type) ->
                    (greatest ? "greatest" : "least") + list(terms) + "::" + of(type);
            case Expression.Quantified(boolean all, List<Call> comparisons) ->
                    (all ? "all" : "any") + list(comparisons);
            case Expression.MakeRow(List<Expression> fields, SqlType type) ->
                    of(type) + list(fields);
            case Expression.Field(Expression input, int index, SqlType type) ->
                    of(input) + "." + index + "::" + of(type);
            case Expression.FieldOfEach(Expression input, int index, SqlType type) ->
                    of(input) + ".each." + index + "::" + of(type);
            case Expression.OnlyOne(Expression value, Expression count) ->
                    "only_one(" + of(value) + ", " + of(count) + ")";
            case Expression.Image(Expression input) -> "image(" + of(input) + ")";
        };
    }

    /// With what PostgreSQL is asked, and the oids of its types.
    private static String of(RemoteCall call) {
        List<String> arguments =
                IntStream.rangeClosed(1, call.arity())
                        .mapToObj(i -> "$" + i + "::" + of(call.arguments().get(i - 1)))
                        .toList();
        return "remote["
                + call.text().over(arguments)
                + " -> "
                + call.columns().stream().map(PlanText::of).collect(Collectors.joining(", "))
                + "]";
    }

    private static String of(Call call) {
        return call.name()
                + "/"
                + Integer.toUnsignedString(call.functionOid())
                + list(call.arguments())
                + (call.collation().oid() == 0 ? "" : "/" + of(call.collation()));
    }

    private static String literal(Object value) {
        return value instanceof String text
                ? "'" + text.replace("'", "''") + "'"
                : value.toString();
    }

    private static String of(Collation collation) {
        return "collation "
                + Integer.toUnsignedString(collation.oid())
                + (collation.deterministic() ? "" : " nondeterministic")
                + (collation.byteOrder() ? " bytewise" : "");
    }

    static String of(SqlType type) {
        return switch (type) {
            case SqlType.Bool _ -> "bool";
            case SqlType.Real _ -> "float4";
            case SqlType.DoublePrecision _ -> "float8";
            case SqlType.NumericType _ -> "numeric";
            case SqlType.IntervalType _ -> "interval";
            case SqlType.Integral(int oid, int width, boolean signed) ->
                    TYPE_NAMES.getOrDefault(oid, oid + "/" + width + (signed ? "" : " unsigned"));
            case SqlType.Text(int oid, boolean blankPadded, Collation collation) ->
                    TYPE_NAMES.getOrDefault(oid, oid + (blankPadded ? "/padded" : ""))
                            + (collation.oid() == 0 || collation.oid() == 100
                                    ? ""
                                    : "(" + of(collation) + ")");
            case SqlType.ByteString(int oid) -> TYPE_NAMES.getOrDefault(oid, String.valueOf(oid));
            case SqlType.EnumType(_, List<String> labels) ->
                    labels.stream()
                            .map(PlanText::literal)
                            .collect(Collectors.joining(", ", "enum(", ")"));
            case SqlType.TimeTzType _ -> "timetz";
            case SqlType.BitType(int oid) -> TYPE_NAMES.getOrDefault(oid, String.valueOf(oid));
            case SqlType.NetworkType(int oid) -> TYPE_NAMES.getOrDefault(oid, String.valueOf(oid));
            case SqlType.JsonbType _ -> "jsonb";
            case SqlType.ArrayType(_, _, SqlType element) -> of(element) + "[]";
            case SqlType.CompositeType(_, List<SqlType.Field> fields) ->
                    fields.stream()
                            .map(field -> field.name() + " " + of(field.type()))
                            .collect(Collectors.joining(", ", "row(", ")"));
            case SqlType.RangeType(_, SqlType subtype) -> "range(" + of(subtype) + ")";
            case SqlType.MultirangeType(_, SqlType.RangeType range) -> "multi" + of(range);
            case SqlType.Opaque opaque ->
                    "opaque("
                            + Integer.toUnsignedString(opaque.oid())
                            + (opaque.imageEquality() ? " comparable" : "")
                            + ")";
            case SqlType.LabelledType(SqlType base) -> "labelled(" + of(base) + ")";
        };
    }
}
