package io.pgtrickle.dataflow.expression;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.Row;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The arguments of a remote call.
final class RemoteArguments {

    private final Evaluator[] evaluators;

    RemoteArguments(Evaluator[] evaluators) {
        this.evaluators = evaluators.clone();
    }

    Row of(Row row) {
        @Nullable Object[] cells = new @Nullable Object[evaluators.length];
        for (int i = 0; i < cells.length; i++) {
            cells[i] = evaluators[i].evaluate(row);
        }
        return Row.of(cells);
    }

    /// Those that can be computed. An error is no matter here: a CASE or an AND may never come to this call, and if one does,
    /// the error comes again.
    List<Row> ofAll(Collection<Row> rows) {
        List<Row> arguments = new ArrayList<>(rows.size());
        for (Row row : rows) {
            try {
                arguments.add(of(row));
            } catch (PgtrickleException e) {
                if (e.code() != ErrorCode.ROW_ERROR) {
                    throw e;
                }
            }
        }
        return arguments;
    }
}
