package io.pgtrickle.dataflow;

import io.pgtrickle.dataflow.SourceChange.UnchangedToast;
import io.pgtrickle.dataflow.plan.Source;
import io.pgtrickle.dataflow.plan.Source.Identity;
import io.pgtrickle.model.Numeric;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.type.SqlType;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Transactions over tables, and what the tables hold after each: few keys, so that rows come, change and go often; few
/// values, so that there are ties and duplicates; NULLs; one value far more frequent than the others.
final class GeneratedChanges {

    private static final int KEYS = 12;

    private final RandomGenerator random;
    private final List<Source> sources;
    private final Map<Source, List<Row>> tables = new LinkedHashMap<>();

    GeneratedChanges(RandomGenerator random, List<Source> sources) {
        this.random = random;
        this.sources = sources;
        sources.forEach(source -> tables.put(source, new ArrayList<>()));
    }

    /// The rows after the transactions so far.
    Map<Source, List<Row>> tables() {
        return tables;
    }

    Map<Source, List<SourceChange>> transaction() {
        Map<Source, List<SourceChange>> changes = new LinkedHashMap<>();
        for (int i = 1 + random.nextInt(6); i > 0; i--) {
            Source source = sources.get(random.nextInt(sources.size()));
            changes.computeIfAbsent(source, _ -> new ArrayList<>()).add(change(source));
        }
        return changes;
    }

    private SourceChange change(Source source) {
        List<Row> rows = Objects.requireNonNull(tables.get(source));
        boolean keyed = source.identity() instanceof Identity.Key;
        int kind = random.nextInt(100);
        if (kind == 0) {
            rows.clear();
            return new SourceChange.Truncate();
        }
        if (rows.isEmpty() || kind < 45 && (!keyed || rows.size() < KEYS)) {
            Row row = row(source, keyed ? freeKey(rows) : (Long) (long) random.nextInt(KEYS));
            rows.add(row);
            return new SourceChange.Insert(row);
        }
        int place = random.nextInt(rows.size());
        Row old = rows.get(place);
        if (kind < 65) {
            rows.remove(place);
            return new SourceChange.Delete(keyed ? keyOf(old) : old);
        }
        boolean newKey = random.nextInt(4) == 0 && rows.size() < KEYS;
        Row row = row(source, newKey ? freeKey(rows) : (Long) Objects.requireNonNull(old.get(0)));
        return update(rows, place, keyed, row);
    }

    private SourceChange update(List<Row> rows, int place, boolean keyed, Row row) {
        Row old = rows.get(place);
        @Nullable Object[] sent = row.toArray();
        @Nullable Object[] meant = row.toArray();
        for (int i = 2; i < sent.length; i++) {
            if (random.nextInt(5) == 0) {
                sent[i] = UnchangedToast.VALUE;
                meant[i] = old.get(i);
            }
        }
        rows.set(place, Row.of(meant));
        return new SourceChange.Update(keyed ? keyOf(old) : old, Row.of(sent));
    }

    private static Row keyOf(Row row) {
        @Nullable Object[] cells = new @Nullable Object[row.width()];
        cells[0] = row.get(0);
        return Row.of(cells);
    }

    private Long freeKey(List<Row> rows) {
        while (true) {
            long key = random.nextInt(KEYS);
            if (rows.stream().noneMatch(row -> Objects.equals(row.get(0), key))) {
                return key;
            }
        }
    }

    private Row row(Source source, Long key) {
        @Nullable Object[] cells = new @Nullable Object[source.columns().size()];
        cells[0] = key;
        for (int i = 1; i < cells.length; i++) {
            cells[i] = random.nextInt(7) == 0 ? null : value(source.columns().get(i).type());
        }
        return Row.of(cells);
    }

    private Object value(SqlType type) {
        int pick = random.nextInt(3) == 0 ? random.nextInt(6) : 1;
        return switch (type) {
            case SqlType.Integral _ -> (long) pick;
            case SqlType.NumericType _ ->
                    List.of(
                                    Fixtures.decimal("1.0"),
                                    Fixtures.decimal("1.00"),
                                    Fixtures.decimal("-3"),
                                    Numeric.of(new BigDecimal("123456789012345678901.5")),
                                    random.nextInt(4) == 0
                                            ? Numeric.Special.NAN
                                            : Fixtures.decimal("0.000"),
                                    random.nextInt(4) == 0
                                            ? Numeric.Special.POSITIVE_INFINITY
                                            : Fixtures.decimal("7"))
                            .get(pick);
            case SqlType.DoublePrecision _ ->
                    List.of(0.1, -0.0, 1e16, -1e16, random.nextInt(4) == 0 ? Double.NaN : 0.3, 0.0)
                            .get(pick);
            case SqlType.Text _ -> List.of("", "a", "ab", "\u00e9", "\ud83d\ude00", "b").get(pick);
            default -> throw new AssertionError("no values of " + type);
        };
    }
}
