package io.pgtrickle.model.remote;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.Row;
import java.util.List;

/// Evaluates calls in PostgreSQL, many argument rows at a time.
public interface RemoteFunctions {

    /// For where nothing can be asked of PostgreSQL.
    RemoteFunctions NONE =
            (call, _) -> {
                throw PgtrickleException.of(
                        ErrorCode.UNSUPPORTED_FUNCTION,
                        "\"" + call.name() + "\" can't be evaluated in PostgreSQL here");
            };

    /// @param arguments of the call's argument types, not empty
    /// @return one outcome for each, in their order
    /// @throws PgtrickleException of kind WORLD where the server can't be asked
    List<Outcome> evaluate(RemoteCall call, List<Row> arguments);

    /// What a call made of one row of arguments.
    sealed interface Outcome {

        /// A scalar's one row of one cell, or a set's rows in their order.
        record Returned(List<Row> rows) implements Outcome {
            public Returned(List<Row> rows) {
                this.rows = List.copyOf(rows);
            }
        }

        /// @param error ROW_ERROR with PostgreSQL's SQLSTATE and message; to be thrown only where the value is used
        record Failed(PgtrickleException error) implements Outcome {}

        /// @throws PgtrickleException where it failed
        default List<Row> rows() {
            return switch (this) {
                case Returned(List<Row> rows) -> rows;
                case Failed(PgtrickleException error) -> throw error;
            };
        }
    }
}
