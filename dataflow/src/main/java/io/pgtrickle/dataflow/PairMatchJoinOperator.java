package io.pgtrickle.dataflow;

import io.pgtrickle.dataflow.expression.Compiler;
import io.pgtrickle.dataflow.expression.Evaluator;
import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.ZSet;
import io.pgtrickle.model.type.ByteReader;
import io.pgtrickle.model.type.ByteWriter;
import io.pgtrickle.state.Arrangement;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// LEFT, FULL, SEMI and ANTI joins with a condition that has to be looked at pair by pair, besides keys or without any. Of each row a of
/// A the number of its matches is kept,
///
///     m(a) = Σ over b in B with a ~ b of weight(b)
///
/// and likewise of each row of B for FULL. With `lone` what is shown of a row besides its pairs (`JoinOutput`),
///
///     out(A, B) = A ⋈ B + Σ over a of lone(a, m(a) > 0) + Σ over b of lone(b, m(b) > 0)
///
/// A change ΔA of one side adds to the numbers of the other side's rows, of which those are shown anew that got their first match or
/// lost their last. What goes is taken out of both sides before anything comes in (`JoinInput.part`); what is shown and
/// taken back within a step falls out in the sum.
///
/// Kept: the rows of both sides by key, with their matches.
///
/// Cost of a step: one scan a changed key and one evaluation a pair of a changed row with a row of its key, and one write a match
/// that comes or goes. For SEMI and ANTI a left row that is there already costs a look-up.
final class PairMatchJoinOperator implements Operator.Binary {

    private final JoinOutput output;
    private final Evaluator condition;
    private final Side left;
    private final Side right;

    /// @param plan one with a residual condition
    PairMatchJoinOperator(Plan.Join plan, Supplier<Arrangement> arrangements, Compiler compiler) {
        this.output = new JoinOutput(plan);
        this.condition = compiler.evaluator(plan.on().residual().orElseThrow());
        this.left = new Side(JoinInput.left(plan), arrangements.get());
        this.right = new Side(JoinInput.right(plan), arrangements.get());
    }

    @Override
    public ZSet step(ZSet leftDelta, ZSet rightDelta) {
        ZSet out = new ZSet();
        step(JoinInput.part(leftDelta, -1), JoinInput.part(rightDelta, -1), out);
        step(JoinInput.part(leftDelta, 1), JoinInput.part(rightDelta, 1), out);
        return out;
    }

    private void step(ZSet leftDelta, ZSet rightDelta, ZSet out) {
        left.input
                .group(leftDelta, (row, weight) -> output.left(row, weight, false, out))
                .forEach((key, changed) -> changeLeft(key, changed, out));
        right.input
                .group(rightDelta, (row, weight) -> output.right(row, weight, false, out))
                .forEach((key, changed) -> changeRight(key, changed, out));
    }

    private void changeLeft(byte[] key, List<WeightedRow> changed, ZSet out) {
        List<Entry> entries = left.entries(key, changed);
        if (output.showsPairs() || !entries.stream().allMatch(Entry::known)) {
            entries.forEach(entry -> entry.matches = 0);
            right.forEach(
                    key,
                    partner -> {
                        long came = 0;
                        for (Entry entry : entries) {
                            if (match(entry, partner)) {
                                entry.matches = Math.addExact(entry.matches, partner.weight);
                                came = Math.addExact(came, entry.change);
                                pair(
                                        entry,
                                        partner,
                                        Math.multiplyExact(entry.change, partner.weight),
                                        out);
                            }
                        }
                        if (came != 0 && output.showsLoneRight()) {
                            output.right(partner.row, -partner.weight, partner.matches > 0, out);
                            right.putMatches(partner, Math.addExact(partner.matches, came));
                            output.right(partner.row, partner.weight, partner.matches > 0, out);
                        }
                    });
        }
        for (Entry entry : entries) {
            left.putChange(entry);
            output.left(entry.row, entry.change, entry.matches > 0, out);
        }
    }

    private void changeRight(byte[] key, List<WeightedRow> changed, ZSet out) {
        List<Entry> entries = right.entries(key, changed);
        entries.forEach(entry -> entry.matches = 0);
        left.forEach(
                key,
                partner -> {
                    long came = 0;
                    for (Entry entry : entries) {
                        if (match(partner, entry)) {
                            entry.matches = Math.addExact(entry.matches, partner.weight);
                            came = Math.addExact(came, entry.change);
                            pair(
                                    partner,
                                    entry,
                                    Math.multiplyExact(partner.weight, entry.change),
                                    out);
                        }
                    }
                    if (came != 0) {
                        output.left(partner.row, -partner.weight, partner.matches > 0, out);
                        left.putMatches(partner, Math.addExact(partner.matches, came));
                        output.left(partner.row, partner.weight, partner.matches > 0, out);
                    }
                });
        for (Entry entry : entries) {
            right.putChange(entry);
            output.right(entry.row, entry.change, entry.matches > 0, out);
        }
    }

    private boolean match(Entry left, Entry right) {
        return Boolean.TRUE.equals(condition.evaluate(left.row.concat(right.row)));
    }

    private void pair(Entry left, Entry right, long weight, ZSet out) {
        if (output.showsPairs()) {
            output.pair(left.row, right.row, weight, out);
        }
    }

    /// A row that is kept or is to be kept, while a step works on it.
    private static final class Entry {

        private final byte[] key;
        private final Row row;
        private final long weight;
        private final long change;
        private long matches;

        Entry(byte[] key, Row row, long weight, long change) {
            this.key = key;
            this.row = row;
            this.weight = weight;
            this.change = change;
        }

        boolean known() {
            return weight != 0;
        }
    }

    @FunctionalInterface
    private interface EntryVisitor {
        void accept(Entry entry);
    }

    /// One input's integral: join key, then row image → weight, number of matches.
    private static final class Side {

        private final JoinInput input;
        private final Arrangement rows;

        Side(JoinInput input, Arrangement rows) {
            this.input = input;
            this.rows = rows;
        }

        /// The changed rows of a key as they were kept before.
        List<Entry> entries(byte[] key, List<WeightedRow> changed) {
            return changed.stream()
                    .map(row -> {
                        byte[] entry = input.entry(key, row.row());
                        return read(entry, row.row(), rows.get(entry), row.weight());
                    })
                    .toList();
        }

        void forEach(byte[] key, EntryVisitor visitor) {
            try (Arrangement.Cursor cursor = rows.scan(key)) {
                while (cursor.next()) {
                    byte[] entry = cursor.key();
                    visitor.accept(
                            read(entry, input.row(key, entry), Optional.of(cursor.value()), 0));
                }
            }
        }

        private static Entry read(byte[] key, Row row, Optional<byte[]> value, long change) {
            if (value.isEmpty()) {
                return new Entry(key, row, 0, change);
            }
            ByteReader in = new ByteReader(value.get());
            Entry entry = new Entry(key, row, in.readVarLong(), change);
            entry.matches = in.readVarLong();
            return entry;
        }

        void putMatches(Entry entry, long matches) {
            if (matches < 0) {
                throw PgtrickleException.of(
                        ErrorCode.STATE_INCONSISTENT,
                        "a row of a join has " + matches + " matches");
            }
            entry.matches = matches;
            put(entry, entry.weight);
        }

        void putChange(Entry entry) {
            long weight = Math.addExact(entry.weight, entry.change);
            if (weight < 0) {
                throw PgtrickleException.of(
                        ErrorCode.STATE_INCONSISTENT,
                        "a row of a join was retracted " + -weight + " times too often");
            }
            if (weight == 0) {
                rows.delete(entry.key);
            } else {
                put(entry, weight);
            }
        }

        private void put(Entry entry, long weight) {
            rows.put(
                    entry.key,
                    new ByteWriter()
                            .writeVarLong(weight)
                            .writeVarLong(entry.matches)
                            .toByteArray());
        }
    }
}
