package io.pgtrickle.postgres;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.remote.RemoteCall;
import io.pgtrickle.model.remote.RemoteFunctions;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/// One view's evaluations. A batch that fails is halved until each row has its own value or its own error.
final class RemoteBatches implements RemoteFunctions {

    /// Rows of one statement: its text has a place for each argument, so it is to stay small enough to be parsed quickly.
    static final int MAX_ROWS = 500;

    /// The protocol counts parameters in 16 bits.
    static final int MAX_PARAMETERS = 30_000;

    private static final String TIMEOUT = "57014";

    /// A session that ends so often in one batch is ended by the function itself.
    private static final int MAX_LOST_SESSIONS = 2;

    private final RemoteSessions sessions;
    private final RemoteContext context;

    /// One row has taken all the time that a batch has. The rest of the rows isn't tried: each might take as long.
    private boolean timedOut;

    RemoteBatches(RemoteSessions sessions, RemoteContext context) {
        this.sessions = sessions;
        this.context = context;
    }

    @Override
    public List<Outcome> evaluate(RemoteCall call, List<Row> arguments) {
        int size = Math.clamp(MAX_PARAMETERS / Math.max(1, call.arity()), 1, MAX_ROWS);
        List<Outcome> outcomes = new ArrayList<>(arguments.size());
        timedOut = false;
        for (int from = 0; from < arguments.size(); from += size) {
            batch(call, arguments.subList(from, Math.min(from + size, arguments.size())), outcomes);
        }
        return outcomes;
    }

    private void batch(RemoteCall call, List<Row> arguments, List<Outcome> into) {
        if (timedOut) {
            arguments.forEach(_ -> into.add(into.getLast()));
            return;
        }
        try {
            for (List<Row> rows : ask(call, arguments)) {
                into.add(new Outcome.Returned(rows));
            }
        } catch (SQLException e) {
            if (arguments.size() == 1) {
                into.add(new Outcome.Failed(rowError(call, e)));
                timedOut = TIMEOUT.equals(e.getSQLState());
                return;
            }
            int half = arguments.size() / 2;
            batch(call, arguments.subList(0, half), into);
            batch(call, arguments.subList(half, arguments.size()), into);
        }
    }

    /// @throws SQLException where the error is one of the rows'
    private List<List<Row>> ask(RemoteCall call, List<Row> arguments) throws SQLException {
        for (int lost = 0; ; lost++) {
            RemoteSession session = sessions.borrow();
            try {
                return session.evaluate(call, context, arguments);
            } catch (SQLException e) {
                if (isWorld(e)) {
                    throw SqlErrors.of(e, "can't evaluate \"" + call.name() + "\"");
                }
                // what a function does to its session must not look like a server that is gone
                if (session.isUsable() || lost == MAX_LOST_SESSIONS) {
                    throw e;
                }
            } finally {
                sessions.giveBack(session);
            }
        }
    }

    /// Resources that are exhausted, and the server's files. Connections that break are taken for the function's doing only after
    /// new ones could be made.
    private static boolean isWorld(SQLException error) {
        String state = error.getSQLState();
        return state != null && (state.startsWith("53") || state.startsWith("58"));
    }

    private static PgtrickleException rowError(RemoteCall call, SQLException error) {
        String message =
                ServerError.of(error)
                        .map(ServerError::message)
                        .filter(text -> !text.isEmpty())
                        .orElseGet(() -> "function \"" + call.name() + "\": " + error.getMessage());
        PgtrickleException result = PgtrickleException.of(ErrorCode.ROW_ERROR, message, error);
        String state = error.getSQLState();
        return state == null || state.length() != 5 ? result : result.withSqlState(state);
    }
}
