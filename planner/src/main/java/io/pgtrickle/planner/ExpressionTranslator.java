package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.expression.Expression.Branch;
import io.pgtrickle.dataflow.expression.Expression.Call;
import io.pgtrickle.dataflow.plan.Plan.SetFunction;
import io.pgtrickle.model.type.Oids;
import io.pgtrickle.model.type.SqlType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/// From scalar nodes of the tree to expressions. What isn't known is refused, by the name that the user gave it.
///
/// PostgreSQL 14 calls some kinds otherwise than its successors (`CASE` for `CASEEXPR`): both names are listed.
final class ExpressionTranslator implements ArrayTranslator.ElementTranslator {

    /// A simple CASE compares its argument in each branch; the argument is repeated in the expression. This many nodes at most.
    private static final int MAX_REPEATED_NODES = 10_000;

    /// Of `RowCompareType` and, since 18, `CompareType`.
    private static final int LESS_OR_EQUAL = 2;

    private static final int GREATER_OR_EQUAL = 4;

    private static final int UNKNOWN = 705;
    private static final int DEFAULT_COLLATION = 100;

    private final CatalogReader catalog;
    private final FunctionCalls calls;
    private final ArrayTranslator arrays;
    private final ContainerTranslator containers;
    private final ConstantDecoder constants;
    private final Scope scope;
    private final Deque<Expression> caseArguments = new ArrayDeque<>();

    ExpressionTranslator(CatalogReader catalog, FunctionSupport support, Scope scope) {
        this.catalog = catalog;
        this.calls = new FunctionCalls(catalog, support);
        this.constants = new ConstantDecoder(catalog);
        this.arrays = new ArrayTranslator(catalog, constants);
        this.containers = new ContainerTranslator(catalog, this::translate);
        this.scope = scope;
    }

    /// What an expression may refer to.
    interface Scope {

        Expression column(Node variable);

        /// The type of what makes rows without a type of their own.
        SqlType row(Node expression);

        Expression aggregate(Node aggref);

        Expression subquery(Node sublink);

        /// A column of the subquery whose comparison is being translated.
        Expression parameter(Node parameter);

        Expression window(Node windowFunction);

        Expression grouping(Node groupingFunction);

        /// @param call one that returns a set
        Expression setFunction(Node call);
    }

    @Override
    public Expression translate(Node node) {
        Expression translated =
                switch (node.kind()) {
                    case "VAR" -> scope.column(node);
                    case "AGGREF" -> scope.aggregate(node);
                    case "SUBLINK" -> scope.subquery(node);
                    case "PARAM" -> scope.parameter(node);
                    case "WINDOWFUNC" -> scope.window(node);
                    case "GROUPINGFUNC" -> scope.grouping(node);
                    case "ROWCOMPAREEXPR", "ROWCOMPARE" -> rowComparison(node);
                    case "CONST" -> constant(node);
                    case "OPEXPR" ->
                            node.flag("opretset")
                                    ? scope.setFunction(node)
                                    : operator(node, type(node, "opresulttype", "opcollid"));
                    case "FUNCEXPR" ->
                            node.flag("funcretset") ? scope.setFunction(node) : function(node);
                    case "DISTINCTEXPR" -> distinct(node);
                    case "NULLIFEXPR" -> nullIf(node);
                    case "COERCEVIAIO" -> coerceViaText(node);
                    case "ARRAYCOERCEEXPR" -> coerceArray(node);
                    case "SCALARARRAYOPEXPR" -> quantified(node);
                    case "BOOLEXPR" -> bool(node);
                    case "NULLTEST" -> nullTest(node);
                    case "BOOLEANTEST" -> booleanTest(node);
                    case "CASEEXPR", "CASE" -> choice(node);
                    case "CASETESTEXPR" -> caseTest();
                    case "COALESCEEXPR", "COALESCE" ->
                            new Expression.Coalesce(
                                    list(node, "args"),
                                    type(node, "coalescetype", "coalescecollid"));
                    case "MINMAXEXPR", "MINMAX" -> extreme(node);
                    case "RELABELTYPE" ->
                            Relabeling.relabel(
                                    translate(node.node("arg")),
                                    type(node, "resulttype", "resultcollid"),
                                    catalog);
                    case "COERCETODOMAIN" -> domain(node);
                    case "COLLATEEXPR", "COLLATE" ->
                            Relabeling.collate(
                                    translate(node.node("arg")),
                                    catalog.collation(node.integer("collOid")));
                    case "XMLEXPR" -> new XmlTranslator(catalog, this::translate).expression(node);
                    case "JSONCONSTRUCTOREXPR" ->
                            new JsonTranslator(catalog, this).constructor(node);
                    case "JSONVALUEEXPR" -> new JsonTranslator(catalog, this).value(node);
                    case "JSONISPREDICATE" -> new JsonTranslator(catalog, this).test(node);
                    case "JSONEXPR" -> new JsonTranslator(catalog, this).query(node);
                    case "ARRAYEXPR", "ARRAY" ->
                            node.integer("array_typeid") == RowTypes.RECORD_ARRAY
                                    ? calls.rows(list(node, "elements"), scope.row(node))
                                    : containers.array(node);
                    case "SUBSCRIPTINGREF" ->
                            containers.subscript(node, type(node, "refrestype", "refcollid"));
                    case "ROWEXPR", "ROW" -> containers.row(node);
                    case "FIELDSELECT" -> containers.field(node);
                    case "CONVERTROWTYPEEXPR" -> containers.converted(node);
                    default -> throw UnsupportedExpression.of(node);
                };
        return ConstantFolding.fold(translated);
    }

    /// No stream: deep expressions would fill the stack with its frames.
    private List<Expression> list(Node node, String field) {
        List<Expression> expressions = new ArrayList<>();
        for (Node element : node.nodes(field)) {
            expressions.add(translate(element));
        }
        return expressions;
    }

    /// A node's type; of one that makes rows without a type, what is in them.
    SqlType type(Node node, String typeField, String collationField) {
        if (RowTypes.isUntold(node.integer(typeField))) {
            return scope.row(node);
        }
        return catalog.type(node.integer(typeField), node.integer(collationField));
    }

    /// A literal that stayed without a type, as in `count('x')`, is a text.
    private Expression constant(Node node) {
        boolean untyped = node.integer("consttype") == UNKNOWN;
        SqlType type =
                untyped
                        ? catalog.type(Oids.TEXT, DEFAULT_COLLATION)
                        : type(node, "consttype", "constcollid");
        if (node.flag("constisnull")) {
            return new Expression.Constant(null, type);
        }
        return new Expression.Constant(
                untyped ? constants.decodeUntyped(node) : constants.decode(type, node), type);
    }

    /// Without an equality of our own it is spelled out.
    private Expression distinct(Node node) {
        Expression equality = operator(node, SqlType.BOOL);
        if (equality instanceof Call call) {
            return new Expression.IsDistinct(call);
        }
        List<Expression> sides = Columns.children(equality);
        return new Expression.Case(
                List.of(
                        new Branch(
                                new Expression.IsNull(sides.get(0), false),
                                new Expression.IsNull(sides.get(1), true)),
                        new Branch(
                                new Expression.IsNull(sides.get(1), false),
                                new Expression.Constant(true, SqlType.BOOL))),
                new Expression.Not(equality),
                SqlType.BOOL);
    }

    private Expression nullIf(Node node) {
        SqlType type = type(node, "opresulttype", "opcollid");
        Expression equality = operator(node, SqlType.BOOL);
        return equality instanceof Call call
                ? new Expression.NullIf(call, type)
                : new Expression.Case(
                        List.of(new Branch(equality, new Expression.Constant(null, type))),
                        Columns.children(equality).getFirst(),
                        type);
    }

    private Expression coerceViaText(Node node) {
        return calls.castViaText(
                translate(node.node("arg")),
                node.integer("resulttype"),
                type(node, "resulttype", "resultcollid"));
    }

    private Expression coerceArray(Node node) {
        return calls.castArray(
                translate(node.node("arg")), node, type(node, "resulttype", "resultcollid"));
    }

    private Expression operator(Node node, SqlType type) {
        return calls.call(
                new FunctionCalls.Request(
                        node.integer("opfuncid"),
                        node.integer("opno"),
                        type,
                        node.integer("inputcollid")),
                list(node, "args"));
    }

    private Expression function(Node node) {
        return calls.callNamed(
                new FunctionCalls.Request(
                        node.integer("funcid"),
                        0,
                        type(node, "funcresulttype", "funccollid"),
                        node.integer("inputcollid"),
                        node.flag("funcvariadic")),
                arguments(node));
    }

    /// @param call a FUNCEXPR or OPEXPR that returns a set
    /// @param types of the columns of its rows
    /// @param definition the columns as the query defines them, `AS (…)`; empty where it doesn't
    SetFunction setFunction(Node call, List<SqlType> types, String definition) {
        return calls.setFunction(
                setRequest(call, types.getFirst()), arguments(call), types, definition);
    }

    /// The same where its rows are values of one column.
    SetFunction setOfRows(Node call, SqlType row) {
        return calls.setOfRows(setRequest(call, row), arguments(call));
    }

    private static FunctionCalls.Request setRequest(Node call, SqlType type) {
        boolean operator = call.kind().equals("OPEXPR");
        return new FunctionCalls.Request(
                call.integer(operator ? "opfuncid" : "funcid"),
                operator ? call.integer("opno") : 0,
                type,
                call.integer("inputcollid"),
                !operator && call.flag("funcvariadic"));
    }

    private List<RemoteCalls.Argument> arguments(Node call) {
        List<RemoteCalls.Argument> arguments = new ArrayList<>();
        for (Node argument : call.nodes("args")) {
            boolean named = argument.kind().equals("NAMEDARGEXPR");
            arguments.add(
                    new RemoteCalls.Argument(
                            named ? argument.text("name") : "",
                            translate(named ? argument.node("arg") : argument)));
        }
        return arguments;
    }

    private Expression quantified(Node node) {
        List<Node> args = node.nodes("args");
        boolean all = !node.flag("useOr");
        Expression scalar = translate(args.get(0));
        FunctionCalls.Request request =
                new FunctionCalls.Request(
                        node.integer("opfuncid"),
                        node.integer("opno"),
                        SqlType.BOOL,
                        node.integer("inputcollid"));
        if (!arrays.isList(args.get(1))) {
            return calls.quantified(request, all, scalar, translate(args.get(1)));
        }
        Optional<List<Expression>> elements = arrays.elements(args.get(1), this);
        if (elements.isEmpty()) {
            return new Expression.Constant(null, SqlType.BOOL);
        }
        if (elements.get().isEmpty()) {
            return new Expression.Constant(all, SqlType.BOOL);
        }
        List<Call> comparisons = new ArrayList<>();
        List<Expression> terms = new ArrayList<>();
        for (Expression element : elements.get()) {
            Expression comparison = calls.call(request, List.of(scalar, element));
            terms.add(comparison);
            if (comparison instanceof Call call) {
                comparisons.add(call);
            }
        }
        return comparisons.size() == terms.size()
                ? new Expression.Quantified(all, comparisons)
                : all ? new Expression.And(terms) : new Expression.Or(terms);
    }

    private Expression bool(Node node) {
        List<Expression> terms = list(node, "args");
        return switch (node.text("boolop")) {
            case "and" -> new Expression.And(terms);
            case "or" -> new Expression.Or(terms);
            case "not" -> new Expression.Not(terms.getFirst());
            default -> throw Refusals.internal("boolean operator " + node.text("boolop"));
        };
    }

    private Expression nullTest(Node node) {
        Node argument = node.node("arg");
        if (argument.kind().equals("ROWEXPR") || argument.kind().equals("ROW")) {
            return rowNullTest(argument, node.integer("nulltesttype") == 1);
        }
        if (node.flag("argisrow")) {
            return containers.nullTest(translate(argument), node.integer("nulltesttype") == 1);
        }
        return new Expression.IsNull(translate(argument), node.integer("nulltesttype") == 1);
    }

    /// `ROW(a, b) IS NULL` where all columns are, `IS NOT NULL` where none is.
    private Expression rowNullTest(Node row, boolean negated) {
        List<Expression> tests = new ArrayList<>();
        for (Expression column : list(row, "args")) {
            tests.add(new Expression.IsNull(column, negated));
        }
        return new Expression.And(tests);
    }

    /// `(a, b) < (c, d)`: the first pair that isn't equal decides, and a NULL before that makes it NULL. Each operator is asked both
    /// ways round: `a <= b` and `b <= a` mean equal, as neither of `a < b` and `b < a` does.
    private Expression rowComparison(Node node) {
        List<Expression> left = list(node, "largs");
        List<Expression> right = list(node, "rargs");
        List<Integer> operators = node.numbers("opnos");
        List<Integer> collations = node.numbers("inputcollids");
        int kind = node.integer(node.has("rctype") ? "rctype" : "cmptype");
        boolean orEqual = kind == LESS_OR_EQUAL || kind == GREATER_OR_EQUAL;
        Expression rest = new Expression.Constant(orEqual, SqlType.BOOL);
        for (int i = operators.size() - 1; i >= 0; i--) {
            if (!left.get(i).type().equals(right.get(i).type())) {
                throw Refusals.query(
                        "comparisons of rows whose columns have different types",
                        "Cast the columns to one type.");
            }
            FunctionCalls.Request request =
                    new FunctionCalls.Request(
                            catalog.operator(operators.get(i)).functionOid(),
                            operators.get(i),
                            SqlType.BOOL,
                            collations.get(i));
            Expression forwards = calls.call(request, List.of(left.get(i), right.get(i)));
            Expression backwards = calls.call(request, List.of(right.get(i), left.get(i)));
            Expression decided = orEqual ? new Expression.Not(backwards) : forwards;
            Expression against = orEqual ? new Expression.Not(forwards) : backwards;
            rest =
                    new Expression.Case(
                            List.of(
                                    new Branch(
                                            new Expression.IsNull(forwards, false),
                                            new Expression.Constant(null, SqlType.BOOL)),
                                    new Branch(
                                            decided, new Expression.Constant(true, SqlType.BOOL)),
                                    new Branch(
                                            against, new Expression.Constant(false, SqlType.BOOL))),
                            rest,
                            SqlType.BOOL);
        }
        return rest;
    }

    /// In the order of `BoolTestType`: TRUE, NOT TRUE, FALSE, NOT FALSE, UNKNOWN, NOT UNKNOWN.
    private Expression booleanTest(Node node) {
        int kind = node.integer("booltesttype");
        Optional<Boolean> tested =
                switch (kind / 2) {
                    case 0 -> Optional.of(true);
                    case 1 -> Optional.of(false);
                    default -> Optional.empty();
                };
        return new Expression.BooleanTest(translate(node.node("arg")), tested, kind % 2 == 1);
    }

    @Override
    public Expression over(Expression element, Node cast) {
        caseArguments.push(element);
        Expression translated = translate(cast);
        caseArguments.pop();
        return translated;
    }

    private Expression choice(Node node) {
        Optional<Expression> argument = node.optionalNode("arg").map(this::translate);
        List<Node> whens = node.nodes("args");
        argument.ifPresent(repeated -> checkRepetition(repeated, whens.size()));
        List<Branch> branches = new ArrayList<>();
        for (Node when : whens) {
            Node test = when.node("expr");
            Expression condition =
                    argument.map(tested -> over(tested, test)).orElseGet(() -> translate(test));
            branches.add(new Branch(condition, translate(when.node("result"))));
        }
        SqlType type = type(node, "casetype", "casecollid");
        Expression otherwise =
                node.optionalNode("defresult")
                        .map(this::translate)
                        .orElseGet(() -> new Expression.Constant(null, type));
        return new Expression.Case(branches, otherwise, type);
    }

    private Expression caseTest() {
        Expression argument = caseArguments.peek();
        if (argument == null) {
            throw Refusals.clause(
                    "an assignment to a part of a value", "Select the parts as columns.");
        }
        return argument;
    }

    private static void checkRepetition(Expression argument, int times) {
        if ((long) size(argument, MAX_REPEATED_NODES) * times > MAX_REPEATED_NODES) {
            throw Refusals.query(
                            "simple CASE expressions of this size",
                            "Compute the CASE's argument as a column of a subquery in FROM.")
                    .withSqlState("54001");
        }
    }

    /// The number of nodes, counted no further than the limit: what is shared is counted each time.
    private static int size(Expression expression, int limit) {
        int size = 1;
        for (Expression child : Columns.children(expression)) {
            if (size > limit) {
                return size;
            }
            size += size(child, limit - size);
        }
        return size;
    }

    private Expression extreme(Node node) {
        SqlType type = type(node, "minmaxtype", "minmaxcollid");
        List<Expression> terms =
                list(node, "args").stream()
                        .map(term ->
                                Relabeling.collate(
                                        term, catalog.collation(node.integer("inputcollid"))))
                        .toList();
        boolean greatest = node.integer("op") == 0;
        String name = greatest ? "GREATEST" : "LEAST";
        for (Expression term : terms) {
            TypeChecks.orderable(term.type(), name, catalog);
        }
        return terms.stream().allMatch(term -> term.type().orderable())
                ? new Expression.Extreme(greatest, terms, type)
                : calls.extreme(name, terms, type);
    }

    private Expression domain(Node node) {
        int domain = node.integer("resulttype");
        if (catalog.hasDomainConstraints(domain)) {
            return calls.castToDomain(
                    translate(node.node("arg")), domain, type(node, "resulttype", "resultcollid"));
        }
        return Relabeling.relabel(
                translate(node.node("arg")), type(node, "resulttype", "resultcollid"), catalog);
    }
}
