package io.pgtrickle.dataflow.expression;

import io.pgtrickle.dataflow.order.Labelling;
import io.pgtrickle.dataflow.order.OrderDictionary;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.type.SqlType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A value with its place in PostgreSQL's order.
final class LabelEvaluator implements Evaluator {

    private final RemoteArguments input;
    private final SqlType labelled;
    private final Map<SqlType, OrderDictionary> dictionaries;

    /// @param dictionaries of all parts that get labels
    LabelEvaluator(Evaluator input, SqlType labelled, Map<SqlType, OrderDictionary> dictionaries) {
        this.input = new RemoteArguments(new Evaluator[] {input});
        this.labelled = labelled;
        this.dictionaries = Map.copyOf(dictionaries);
    }

    @Override
    public void prepare(Collection<Row> rows) {
        Map<SqlType, List<Object>> parts = new HashMap<>();
        for (Row argument : input.ofAll(rows)) {
            Object value = argument.get(0);
            if (value != null) {
                Labelling.map(
                        labelled,
                        value,
                        (type, part) -> {
                            parts.computeIfAbsent(type, _ -> new ArrayList<>()).add(part);
                            return part;
                        });
            }
        }
        parts.forEach((type, values) -> dictionary(type).prepare(values));
    }

    @Override
    public boolean needsPreparation() {
        return true;
    }

    @Override
    public @Nullable Object evaluate(Row row) {
        Object value = input.of(row).get(0);
        return value == null
                ? null
                : Labelling.map(labelled, value, (type, part) -> dictionary(type).label(part));
    }

    private OrderDictionary dictionary(SqlType type) {
        return Objects.requireNonNull(dictionaries.get(type));
    }
}
