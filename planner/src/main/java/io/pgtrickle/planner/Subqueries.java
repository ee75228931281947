package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.expression.Expression.Call;
import io.pgtrickle.dataflow.expression.Expression.Column;
import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.dataflow.plan.Plan.EquiKey;
import io.pgtrickle.dataflow.plan.Plan.JoinKind;
import io.pgtrickle.model.type.Collation;
import io.pgtrickle.model.type.SqlType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.IntFunction;
import java.util.function.IntUnaryOperator;
import java.util.function.UnaryOperator;

/// The subqueries of one SELECT. In an expression a subquery is a function of what it takes from the SELECT's rows: a call that only
/// this class can resolve, by joining the subquery's rows, for all of these values at once, to the SELECT's.
final class Subqueries {

    /// No function's oid.
    static final int SUBQUERY = 0;

    private final QueryScope scope;
    private final Map<String, Registered> registered = new LinkedHashMap<>();
    private final Deque<Map<Integer, Column>> parameters = new ArrayDeque<>();

    Subqueries(QueryScope scope) {
        this.scope = scope;
    }

    /// A query within this one.
    ///
    /// @param definer the scope that it stands in
    record Nested(Node query, QueryScope definer) {}

    /// A subquery of an expression.
    ///
    /// @param references the call's first arguments, in order
    /// @param columns what stands for the subquery's columns in its comparison, which is the call's last argument then
    record Registered(Node sublink, List<OuterReference> references, Map<Integer, Column> columns) {

        int kind() {
            return sublink.integer("subLinkType");
        }

        /// The comparison over the subquery's own columns.
        ///
        /// @param outputs what stands for a column of the subquery, by its number from 1
        Expression comparison(Expression test, IntFunction<Expression> outputs) {
            return Columns.replace(
                    test,
                    column -> {
                        for (Map.Entry<Integer, Column> own : columns.entrySet()) {
                            if (own.getValue().equals(column)) {
                                return outputs.apply(own.getKey());
                            }
                        }
                        return column;
                    });
        }
    }

    /// Rows with a column for each subquery, and expressions without subqueries.
    record Attachment(Rows rows, List<Expression> expressions) {}

    record Attached(Rows left, Rows right, List<Expression> conditions) {}

    static boolean isIn(Expression expression) {
        return isSubquery(expression)
                || Columns.children(expression).stream().anyMatch(Subqueries::isIn);
    }

    private static boolean isSubquery(Expression expression) {
        return expression instanceof Call call && call.functionOid() == SUBQUERY;
    }

    Registered of(Call subquery) {
        Registered known = registered.get(subquery.name());
        if (known == null) {
            throw Refusals.internal("a subquery of another query");
        }
        return known;
    }

    /// @param sublink a SUBLINK of one of the SELECT's expressions
    Expression register(Node sublink) {
        Node query = sublink.node("subselect");
        SequencedMap<OuterReference, Node> references = FreeReferences.of(query, scope);
        List<Expression> arguments = new ArrayList<>();
        references.forEach((reference, at) -> arguments.add(scope.argument(reference, at)));
        String name = name(sublink);
        Registered entry =
                registered.computeIfAbsent(
                        name,
                        _ ->
                                new Registered(
                                        sublink,
                                        List.copyOf(references.sequencedKeySet()),
                                        new HashMap<>()));
        sublink.optionalNode("testexpr")
                .ifPresent(test -> {
                    parameters.push(entry.columns());
                    arguments.add(scope.translate(test));
                    parameters.pop();
                });
        return new Call(SUBQUERY, name, arguments, type(sublink), Collation.NONE);
    }

    /// The same for the same subquery, wherever it is repeated.
    private String name(Node sublink) {
        return registered.entrySet().stream()
                .filter(known -> known.getValue().sublink().equals(sublink))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse("subquery " + registered.size());
    }

    private SqlType type(Node sublink) {
        int kind = sublink.integer("subLinkType");
        if (kind != Sublink.EXPRESSION && kind != Sublink.ARRAY) {
            return SqlType.BOOL;
        }
        Node query = sublink.node("subselect");
        Node first = NodeTypes.firstColumn(query);
        if (kind == Sublink.EXPRESSION) {
            return scope.typeWithin(query, first);
        }
        NodeTypes column = NodeTypes.of(first);
        CatalogReader catalog = scope.context().catalog();
        return catalog.type(catalog.arrayType(column.typeOid()), column.collationOid());
    }

    /// @param parameter a PARAM: a column of the subquery whose comparison is being translated
    Expression parameter(Node parameter) {
        Map<Integer, Column> columns = parameters.peek();
        if (columns == null) {
            throw Refusals.query("parameters in a query", "Write the value itself.");
        }
        SqlType type =
                scope.context()
                        .catalog()
                        .type(parameter.integer("paramtype"), parameter.integer("paramcollid"));
        return columns.computeIfAbsent(
                parameter.integer("paramid"), _ -> scope.slots().unnamed(type));
    }

    /// The rows for which all terms are true.
    Rows filter(Rows rows, List<Expression> terms) {
        List<Expression> plain = terms.stream().filter(term -> !isIn(term)).toList();
        Rows filtered = rows.filter(plain);
        List<Expression> rest = new ArrayList<>();
        for (Expression term : terms) {
            if (isIn(term)) {
                Optional<Rows> joined = new SubqueryConditions(scope).apply(filtered, term);
                if (joined.isPresent()) {
                    filtered = joined.get();
                } else {
                    rest.add(term);
                }
            }
        }
        Attachment attachment = attach(filtered, rest);
        return attachment.rows().filter(attachment.expressions());
    }

    /// A column for each subquery in the expressions.
    Attachment attach(Rows rows, List<Expression> expressions) {
        Map<Call, Expression> values = new LinkedHashMap<>();
        SubqueryValues computation = new SubqueryValues(scope, rows);
        Rows extended = rows;
        for (Expression expression : expressions) {
            extended = attach(computation, extended, expression, values);
        }
        List<Expression> resolved = new ArrayList<>();
        for (Expression expression : expressions) {
            resolved.add(resolve(expression, values));
        }
        return new Attachment(extended, resolved);
    }

    private Rows attach(
            SubqueryValues computation,
            Rows rows,
            Expression expression,
            Map<Call, Expression> values) {
        Rows extended = rows;
        for (Expression child : Columns.children(expression)) {
            extended = attach(computation, extended, child, values);
        }
        if (!(expression instanceof Call call) || !isSubquery(call) || values.containsKey(call)) {
            return extended;
        }
        List<Expression> arguments =
                call.arguments().stream().map(argument -> resolve(argument, values)).toList();
        SubqueryValues.Value value = computation.of(extended, of(call), arguments);
        values.put(call, value.expression());
        return value.rows();
    }

    private static Expression resolve(Expression expression, Map<Call, Expression> values) {
        return Columns.rewrite(
                expression,
                node ->
                        node instanceof Call call
                                ? Optional.ofNullable(values.get(call))
                                : Optional.empty());
    }

    /// For the condition of an outer join: a subquery goes to the side that its values come from. Empty where one takes values of both.
    Optional<Attached> attachToSides(Rows left, Rows right, List<Expression> conditions) {
        Rows one = left;
        Rows other = right;
        List<Expression> resolved = new ArrayList<>();
        for (Expression condition : conditions) {
            Map<Call, Expression> values = new LinkedHashMap<>();
            for (Call call : outermost(condition)) {
                boolean toRight = available(call, right);
                if (!toRight && !available(call, left)) {
                    return Optional.empty();
                }
                Attachment attachment = attach(toRight ? other : one, List.of(call));
                values.put(call, attachment.expressions().getFirst());
                if (toRight) {
                    other = attachment.rows();
                } else {
                    one = attachment.rows();
                }
            }
            resolved.add(resolve(condition, values));
        }
        return Optional.of(new Attached(one, other, resolved));
    }

    private static List<Call> outermost(Expression expression) {
        if (expression instanceof Call call && isSubquery(call)) {
            return List.of(call);
        }
        List<Call> calls = new ArrayList<>();
        Columns.children(expression).forEach(child -> calls.addAll(outermost(child)));
        return calls;
    }

    /// Whether the rows have all that the subquery takes, its own columns apart.
    boolean available(Call call, Rows rows) {
        List<Integer> own = of(call).columns().values().stream().map(Column::index).toList();
        return Columns.of(call).stream().allMatch(slot -> rows.has(slot) || own.contains(slot));
    }

    /// The distinct values of the arguments in the rows.
    Domain domain(Rows rows, List<OuterReference> references, List<Expression> arguments) {
        if (references.isEmpty()) {
            return Domain.NONE;
        }
        for (Expression argument : arguments) {
            TypeChecks.equatable(
                    argument.type(), "a reference to an outer query", scope.context().catalog());
        }
        return new Domain(
                references,
                new Plan.Distinct(new Plan.Project(rows.plan(), rows.place(arguments))));
    }

    /// @param names the slots of the query's columns, by their numbers from 0
    /// @param completion adds what is made of them
    record Placement(IntUnaryOperator names, UnaryOperator<Rows> completion) {}

    /// Joins a query of FROM to what stands to its left.
    ///
    /// @param on over the rows and the query's columns
    /// @param place gives the query's rows their slots
    Rows joined(Rows left, Nested nested, JoinKind kind, List<Expression> on, Placement place) {
        SequencedMap<OuterReference, Node> references =
                FreeReferences.of(nested.query(), nested.definer());
        List<Expression> arguments = new ArrayList<>();
        references.forEach((reference, at) -> arguments.add(scope.argument(reference, at)));
        Domain domain = domain(left, List.copyOf(references.sequencedKeySet()), arguments);
        Unnested rows =
                BlockTranslator.within(nested.query(), nested.definer(), domain).translate(false);
        List<Integer> slots = new ArrayList<>();
        for (int i = 0; i < rows.plan().types().size(); i++) {
            int output = rows.outputs().indexOf(i);
            slots.add(
                    output >= 0
                            ? place.names().applyAsInt(output)
                            : scope.slots().unnamed(rows.plan().types().get(i)).index());
        }
        Rows right = place.completion().apply(new Rows(rows.plan(), slots));
        if (rows.matches().isEmpty() && kind == JoinKind.INNER && on.isEmpty()) {
            return left.cross(right);
        }
        return new OuterPairs(this)
                .join(left, right, kind, keys(rows.matches(), left, arguments, right.plan()), on);
    }

    /// By which a subquery's rows belong to the outer rows.
    static List<EquiKey> keys(
            List<Unnested.Match> matches, Rows outer, List<Expression> arguments, Plan inner) {
        List<EquiKey> keys = new ArrayList<>();
        for (Unnested.Match match : matches) {
            keys.add(
                    new EquiKey(
                            outer.place(
                                    Columns.replace(
                                            match.outer(),
                                            column -> arguments.get(column.index()))),
                            new Column(match.column(), inner.types().get(match.column())),
                            match.nullsMatch()));
        }
        return keys;
    }
}
