package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.expression.Expression.Column;
import io.pgtrickle.dataflow.plan.AggregateCall;
import io.pgtrickle.dataflow.plan.AggregateFunction;
import io.pgtrickle.dataflow.plan.WindowCall;
import io.pgtrickle.dataflow.plan.WindowCall.Bound;
import io.pgtrickle.dataflow.plan.WindowCall.Exclusion;
import io.pgtrickle.dataflow.plan.WindowCall.Frame;
import io.pgtrickle.dataflow.plan.WindowCall.Mode;
import io.pgtrickle.dataflow.plan.WindowCall.Offset;
import io.pgtrickle.model.type.SqlType;
import io.pgtrickle.postgres.FunctionInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Collects the window function calls of one SELECT. Each has a slot, as if it were a column.
final class WindowTranslator {

    private static final int RANGE = 0x2;
    private static final int ROWS = 0x4;
    private static final int START_UNBOUNDED = 0x20;
    private static final int END_UNBOUNDED = 0x100;
    private static final int START_CURRENT = 0x200;
    private static final int END_CURRENT = 0x400;
    private static final int START_PRECEDING = 0x800;
    private static final int END_PRECEDING = 0x1000;
    private static final int EXCLUDE_CURRENT_ROW = 0x8000;
    private static final int EXCLUDE_GROUP = 0x10000;
    private static final int EXCLUDE_TIES = 0x20000;

    private final CatalogReader catalog;
    private final ExpressionTranslator expressions;
    private final Slots slots;
    private final List<Registered> registered = new ArrayList<>();

    /// @param node a WINDOWFUNC
    /// @param asked where the rows of the frame are collected, to ask PostgreSQL for the aggregate of them
    record Registered(Node node, Column slot, Optional<AskedAggregate> asked) {

        /// The number of the window that it is over.
        int window() {
            return node.integer("winref");
        }
    }

    WindowTranslator(CatalogReader catalog, ExpressionTranslator expressions, Slots slots) {
        this.catalog = catalog;
        this.expressions = expressions;
        this.slots = slots;
    }

    Expression register(Node node) {
        SqlType type = expressions.type(node, "wintype", "wincollid");
        for (Registered known : registered) {
            if (known.node().equals(node)) {
                return value(known);
            }
        }
        FunctionInfo info = catalog.function(node.integer("winfnoid"));
        Optional<AskedAggregate> asked =
                info.kind() == FunctionInfo.Kind.AGGREGATE && !isKnown(node, info, type)
                        ? Optional.of(new AskedAggregate(catalog, expressions, node))
                        : Optional.empty();
        Column slot = slots.unnamed(asked.map(AskedAggregate::collectedType).orElse(type));
        Registered added = new Registered(node, slot, asked);
        registered.add(added);
        return value(added);
    }

    private static Expression value(Registered function) {
        return function.asked().map(asked -> asked.value(function.slot())).orElse(function.slot());
    }

    private boolean isKnown(Node node, FunctionInfo info, SqlType type) {
        return new AggregateCall(
                        function(node, info), arguments(node), AggregateCall.Clauses.NONE, type)
                .isSupported();
    }

    private AggregateFunction function(Node node, FunctionInfo info) {
        return new AggregateFunction(
                AggregateTranslator.kind(info, catalog),
                info.oid(),
                info.name(),
                catalog.collation(node.integer("inputcollid")));
    }

    private List<Expression> arguments(Node node) {
        var collation = catalog.collation(node.integer("inputcollid"));
        List<Expression> arguments = new ArrayList<>();
        for (Node argument : node.nodes("args")) {
            arguments.add(Relabeling.collate(expressions.translate(argument), collation));
        }
        return arguments;
    }

    List<Registered> registered() {
        return List.copyOf(registered);
    }

    /// @param window a WINDOWCLAUSE
    WindowCall call(Registered function, Node window) {
        Node node = function.node();
        FunctionInfo info = catalog.function(node.integer("winfnoid"));
        WindowCall call =
                new WindowCall(
                        function.asked()
                                .map(AskedAggregate::collecting)
                                .orElseGet(() -> function(node, info)),
                        function.asked()
                                .map(asked -> List.of(asked.kept()))
                                .orElseGet(() -> arguments(node)),
                        node.optionalNode("aggfilter").map(expressions::translate),
                        frame(window),
                        function.slot().type());
        if (!call.isSupported()) {
            throw Refusals.query(
                    "RANGE frames of days or months over timestamps with time zone, or over values of this type,",
                    "Write the offset in hours, as in RANGE BETWEEN '24 hours' PRECEDING, or order by at AT TIME ZONE 'UTC'.");
        }
        return call;
    }

    private Frame frame(Node window) {
        int options = window.integer("frameOptions");
        Mode mode =
                (options & RANGE) != 0
                        ? Mode.RANGE
                        : (options & ROWS) != 0 ? Mode.ROWS : Mode.GROUPS;
        Exclusion exclusion =
                (options & EXCLUDE_CURRENT_ROW) != 0
                        ? Exclusion.CURRENT_ROW
                        : (options & EXCLUDE_GROUP) != 0
                                ? Exclusion.GROUP
                                : (options & EXCLUDE_TIES) != 0
                                        ? Exclusion.TIES
                                        : Exclusion.NO_OTHERS;
        return new Frame(mode, start(window, options), end(window, options), exclusion);
    }

    private Bound start(Node window, int options) {
        if ((options & START_UNBOUNDED) != 0) {
            return new Bound.UnboundedPreceding();
        }
        if ((options & START_CURRENT) != 0) {
            return new Bound.CurrentRow();
        }
        Offset offset = offset(window, "startOffset", "startInRangeFunc");
        return (options & START_PRECEDING) != 0
                ? new Bound.Preceding(offset)
                : new Bound.Following(offset);
    }

    private Bound end(Node window, int options) {
        if ((options & END_UNBOUNDED) != 0) {
            return new Bound.UnboundedFollowing();
        }
        if ((options & END_CURRENT) != 0) {
            return new Bound.CurrentRow();
        }
        Offset offset = offset(window, "endOffset", "endInRangeFunc");
        return (options & END_PRECEDING) != 0
                ? new Bound.Preceding(offset)
                : new Bound.Following(offset);
    }

    private Offset offset(Node window, String field, String function) {
        Optional<Expression> value = window.optionalNode(field).map(expressions::translate);
        if (value.isPresent() && value.get() instanceof Expression.Constant constant) {
            return new Offset(constant, window.integer(function));
        }
        throw Refusals.query(
                "frame offsets that aren't constants", "Write the offset as a number.");
    }
}
