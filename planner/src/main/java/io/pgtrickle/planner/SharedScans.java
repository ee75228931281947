package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.expression.Expression.Column;
import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.dataflow.plan.Source;
import io.pgtrickle.dataflow.plan.Source.Identity;
import io.pgtrickle.dataflow.plan.Source.SourceColumn;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// A table that is read at several places is read once, with the columns of all of them, since its rows are kept.
final class SharedScans {

    private final Map<Long, Source> sources;

    private SharedScans(Map<Long, Source> sources) {
        this.sources = sources;
    }

    static Plan share(Plan plan) {
        Map<Long, Source> sources = new HashMap<>();
        collect(plan, sources);
        return new SharedScans(sources).replace(plan);
    }

    private static void collect(Plan plan, Map<Long, Source> sources) {
        if (plan instanceof Plan.Scan(Source source)) {
            sources.merge(source.relationOid(), source, SharedScans::united);
        }
        plan.inputs().forEach(input -> collect(input, sources));
    }

    private static Source united(Source one, Source other) {
        if (one.equals(other)) {
            return one;
        }
        Map<Integer, SourceColumn> columns = new TreeMap<>();
        one.columns().forEach(column -> columns.put(column.attributeNumber(), column));
        other.columns().forEach(column -> columns.put(column.attributeNumber(), column));
        List<Integer> numbers = List.copyOf(columns.keySet());
        Identity identity =
                switch (one.identity()) {
                    case Identity.WholeRow whole -> whole;
                    case Identity.Key(List<Integer> key) ->
                            new Identity.Key(
                                    key.stream()
                                            .map(place -> one.columns().get(place))
                                            .map(column ->
                                                    numbers.indexOf(column.attributeNumber()))
                                            .toList());
                };
        return new Source(
                one.relationOid(),
                one.schema(),
                one.name(),
                List.copyOf(columns.values()),
                identity);
    }

    private Plan replace(Plan plan) {
        return switch (plan) {
            case Plan.Scan(Source source) -> {
                List<Expression> columns = columns(source);
                yield picked(new Plan.Scan(united(source)), columns);
            }
            case Plan.Filter(Plan.Scan(Source source), Expression predicate) -> {
                List<Expression> columns = columns(source);
                yield picked(
                        new Plan.Filter(
                                new Plan.Scan(united(source)),
                                Columns.substitute(predicate, columns)),
                        columns);
            }
            case Plan _ -> PlanInputs.map(plan, this::replace);
        };
    }

    private static Plan picked(Plan plan, List<Expression> columns) {
        return Simplify.isIdentity(columns, plan.types()) ? plan : new Plan.Project(plan, columns);
    }

    private Source united(Source source) {
        return sources.getOrDefault(source.relationOid(), source);
    }

    /// Where the source's columns are in the united one.
    private List<Expression> columns(Source source) {
        List<Integer> numbers =
                united(source).columns().stream().map(SourceColumn::attributeNumber).toList();
        List<Expression> columns = new ArrayList<>();
        for (SourceColumn column : source.columns()) {
            columns.add(new Column(numbers.indexOf(column.attributeNumber()), column.type()));
        }
        return columns;
    }
}
