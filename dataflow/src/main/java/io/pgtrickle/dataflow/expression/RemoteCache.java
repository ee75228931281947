package io.pgtrickle.dataflow.expression;

import io.pgtrickle.model.Bytes;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.remote.RemoteCall;
import io.pgtrickle.model.remote.RemoteFunctions;
import io.pgtrickle.model.remote.RemoteFunctions.Outcome;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The outcomes of remote calls by argument, the ones not used for longest forgotten first. It saves questions only: what it forgot is
/// asked again, and gives the same.
///
/// For the thread of its circuit.
final class RemoteCache {

    /// An estimate of what all outcomes and their arguments take in memory. Enough for the rows of one batch of any sane size,
    /// and small beside the heap although each compiled expression may have one.
    static final long MAX_BYTES = 8L << 20;

    private static final int ENTRY_BYTES = 160;
    private static final int CELL_BYTES = 24;

    private final RemoteFunctions functions;
    private final LinkedHashMap<Key, Outcome> outcomes = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;

    RemoteCache(RemoteFunctions functions) {
        this.functions = functions;
    }

    private record Key(RemoteCall call, Row arguments) {}

    /// Asks for those that aren't known, all at once.
    void prepare(RemoteCall call, Collection<Row> arguments) {
        Set<Row> missing = new LinkedHashSet<>();
        for (Row row : arguments) {
            if (outcomes.get(new Key(call, row)) == null) {
                missing.add(row);
            }
        }
        if (!missing.isEmpty()) {
            ask(call, List.copyOf(missing));
        }
    }

    Outcome get(RemoteCall call, Row arguments) {
        Outcome known = outcomes.get(new Key(call, arguments));
        return known != null ? known : ask(call, List.of(arguments)).getFirst();
    }

    private List<Outcome> ask(RemoteCall call, List<Row> arguments) {
        List<Outcome> answers = functions.evaluate(call, arguments);
        for (int i = 0; i < answers.size(); i++) {
            Key key = new Key(call, arguments.get(i));
            Outcome replaced = outcomes.put(key, answers.get(i));
            bytes += size(key, answers.get(i)) - (replaced == null ? 0 : size(key, replaced));
        }
        forget();
        return answers;
    }

    private void forget() {
        var oldest = outcomes.entrySet().iterator();
        // the youngest stays, however large it is
        for (int left = outcomes.size(); bytes > MAX_BYTES && left > 1; left--) {
            Map.Entry<Key, Outcome> entry = oldest.next();
            bytes -= size(entry.getKey(), entry.getValue());
            oldest.remove();
        }
    }

    private static long size(Key key, Outcome outcome) {
        List<Row> rows = new ArrayList<>(List.of(key.arguments()));
        if (outcome instanceof Outcome.Returned(List<Row> returned)) {
            rows.addAll(returned);
        }
        long size = ENTRY_BYTES;
        for (Row row : rows) {
            for (int i = 0; i < row.width(); i++) {
                size += size(row.get(i));
            }
        }
        return size;
    }

    private static long size(@Nullable Object cell) {
        return switch (cell) {
            case String text -> CELL_BYTES + 2L * text.length();
            case Bytes image -> CELL_BYTES + (long) image.length();
            case null, default -> CELL_BYTES;
        };
    }
}
