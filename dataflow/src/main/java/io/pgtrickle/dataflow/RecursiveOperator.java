package io.pgtrickle.dataflow;

import io.pgtrickle.dataflow.expression.RowErrors;
import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.model.ZSet;
import io.pgtrickle.model.type.ByteReader;
import io.pgtrickle.model.type.ByteWriter;
import io.pgtrickle.model.type.RowCodec;
import io.pgtrickle.state.Arrangement;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// WITH RECURSIVE, by rounds, as PostgreSQL evaluates it. With S the step, D what a round derives and N what it adds,
///
///     D(0) = base, D(i + 1) = S(N(i)),    UNION ALL: N(i) = D(i)
///                                         UNION:     N(i) = the rows of D(i) that are in no earlier D
///
/// and the result is the sum of the N. Each is kept by round (DBSP, section 5: nested streams), so a step of the outside computes
/// for each round what has changed in it,
///
///     ΔD(i + 1) = S'(ΔN(i), Δinputs)
///
/// where S' is the step's circuit with the state of that round. A row that loses its derivation is gone, whatever cycles
/// it is on, since derivations stand on those of earlier rounds only.
///
/// Cost of a step: a change of the base costs what the rounds that it reaches change; a change of another input is met by every round
/// that there has been.
final class RecursiveOperator implements Operator.Nary {

    /// Rounds of a recursion: it is deeper than any sane chain, and soon reached by a recursion that doesn't end.
    static final int MAX_ROUNDS = 10_000;

    /// Rows that the rounds of one step may change, since a recursion that doesn't end may double in each round.
    static final long MAX_ROWS = 10_000_000;

    private static final byte[] ROUNDS = new byte[0];

    private final RoundCircuit step;
    private final Arrangement meta;
    private final List<Integral> integrals;
    private final @Nullable FirstFound found;

    /// The operator's inputs: the base, then the parts of the step that don't depend on the recursion.
    static List<Plan> inputs(Plan.Recursive plan) {
        return Stream.concat(Stream.of(plan.base()), RoundCircuit.inputs(plan).stream()).toList();
    }

    RecursiveOperator(
            Plan.Recursive plan,
            RoundCircuit.Operators operators,
            Supplier<Arrangement> arrangements) {
        List<Plan> inputs = RoundCircuit.inputs(plan);
        this.meta = arrangements.get();
        this.found = plan.all() ? null : new FirstFound(arrangements.get(), plan.types());
        this.step = new RoundCircuit(plan, inputs, operators, arrangements);
        this.integrals =
                step.needsIntegrals()
                        ? inputs.stream()
                                .map(input -> new Integral(input, arrangements.get()))
                                .toList()
                        : List.of();
    }

    @Override
    public ZSet step(List<ZSet> deltas) {
        List<ZSet> inputs = deltas.subList(1, deltas.size());
        for (int i = 0; i < integrals.size(); i++) {
            integrals.get(i).add(inputs.get(i));
        }
        ZSet output = rounds(deltas.getFirst(), inputs);
        step.endStep();
        return output;
    }

    private ZSet rounds(ZSet base, List<ZSet> inputs) {
        boolean changed = inputs.stream().anyMatch(delta -> !delta.isEmpty());
        RoundCircuit.Inputs known = new RoundCircuit.Inputs(inputs, Optional.empty());
        int knownRounds = knownRounds();
        ZSet output = new ZSet();
        ZSet derived = base;
        long rows = 0;
        int round = 0;
        // the first round takes part whenever an input changes, so that what the rounds share is
        // kept from the beginning
        while (!derived.isEmpty()
                || changed && round < Math.max(knownRounds, 1)
                || isLater(round)) {
            ZSet added = found == null ? derived : found.round(round, derived);
            if (found == null) {
                output.addAll(added);
            }
            rows += added.size();
            check(round, rows);
            derived = new ZSet();
            if (round < knownRounds) {
                if (changed || !added.isEmpty()) {
                    derived = step.run(round, added, known);
                }
            } else if (changed && round == 0 || !added.isEmpty()) {
                derived =
                        step.run(round, added, new RoundCircuit.Inputs(inputs, Optional.of(all())));
                meta.put(ROUNDS, new ByteWriter().writeVarLong(round + 1L).toByteArray());
            }
            round++;
        }
        if (found != null) {
            output.addAll(found.end());
        }
        return output;
    }

    private boolean isLater(int round) {
        return found != null && found.hasLater(round);
    }

    /// How many rounds there have been in any step.
    private int knownRounds() {
        return meta.get(ROUNDS).map(bytes -> (int) new ByteReader(bytes).readVarLong()).orElse(0);
    }

    private List<ZSet> all() {
        return integrals.stream().map(Integral::rows).toList();
    }

    private static void check(int round, long rows) {
        if (round >= MAX_ROUNDS) {
            throw RowErrors.of(
                    "54000", "a recursive query didn't end within " + MAX_ROUNDS + " rounds");
        }
        if (rows > MAX_ROWS) {
            throw RowErrors.of(
                    "54000",
                    "a recursive query changed more than " + MAX_ROWS + " rows in one step");
        }
    }

    /// An input's rows with their weights.
    private static final class Integral {

        private final WeightedArrangement kept;
        private final RowCodec codec;

        Integral(Plan input, Arrangement kept) {
            this.kept = new WeightedArrangement(kept);
            this.codec = new RowCodec(input.types());
        }

        void add(ZSet delta) {
            delta.forEach(
                    (row, weight) -> kept.add(codec.encode(row), weight, "a recursive query"));
        }

        ZSet rows() {
            ZSet rows = new ZSet();
            try (Arrangement.Cursor cursor = kept.scan(new byte[0])) {
                while (cursor.next()) {
                    rows.add(
                            codec.decode(cursor.key()), WeightedArrangement.weight(cursor.value()));
                }
            }
            return rows;
        }
    }
}
