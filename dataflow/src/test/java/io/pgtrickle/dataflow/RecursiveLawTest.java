package io.pgtrickle.dataflow;

import static io.pgtrickle.dataflow.Fixtures.column;
import static io.pgtrickle.dataflow.Fixtures.scan;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.dataflow.plan.Plan.EquiKey;
import io.pgtrickle.dataflow.plan.Plan.JoinCondition;
import io.pgtrickle.dataflow.plan.Plan.JoinKind;
import io.pgtrickle.dataflow.plan.Source;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.ZSet;
import io.pgtrickle.model.type.SqlType;
import io.pgtrickle.state.MemoryStateStore;
import io.pgtrickle.state.StateSpace;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Recursion over random graphs whose edges come and go, cycles included, against the rounds of the manual, evaluated anew after each step.
class RecursiveLawTest {

    private static final Source ROOTS = Fixtures.full("roots", column("node", SqlType.INT4));
    private static final Source EDGES =
            Fixtures.full("edges", column("src", SqlType.INT4), column("dst", SqlType.INT4));
    private static final Source BLOCKED = Fixtures.full("blocked", column("node", SqlType.INT4));

    private static final List<SqlType> NODE = List.of(SqlType.INT4);
    private static final List<SqlType> NODE_AND_DEPTH = List.of(SqlType.INT4, SqlType.INT4);
    private static final Plan WORKING = new Plan.WorkingTable(1, NODE);
    private static final int RUNS = Integer.getInteger("pgtrickle.law.runs", 60);

    record Case(String name, Plan plan) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case("reachable", recursive(reached(scan(EDGES)), false)),
                new Case("reachable where not blocked", recursive(unblocked(JoinKind.ANTI), false)),
                new Case("reachable where allowed", recursive(unblocked(JoinKind.SEMI), false)),
                new Case(
                        "reachable over distinct edges",
                        recursive(
                                new Plan.Distinct(reached(new Plan.Distinct(scan(EDGES)))), false)),
                new Case("reachable over two edges", recursive(twice(), false)),
                new Case("reachable with NULLs", recursive(outer(), false)),
                new Case("walks of at most three edges", walks(3)),
                new Case("reachable, joined with the edges", joined()));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theSumOfTheDeltasIsTheEvaluationOfTheSum(Case given) {
        for (long seed = 0; seed < RUNS; seed++) {
            Random random = new Random(seed);
            Map<Source, List<Row>> tables = new HashMap<>();
            MemoryStateStore store = new MemoryStateStore();
            StateSpace space = store.space("view");
            Circuit circuit = Circuit.of(given.plan, space);
            ZSet output = new ZSet();
            output.addAll(circuit.initialize());
            for (int step = 0; step < 25; step++) {
                Map<Source, List<SourceChange>> changes = changes(random, tables);
                if (!given.name.contains("where")) {
                    // what the plan doesn't read isn't sent to it
                    changes.remove(BLOCKED);
                }
                output.addAll(circuit.step(changes));
                assertThat(output)
                        .as("%s, seed %d, step %d: %s", given, seed, step, tables)
                        .isEqualTo(new NaiveEvaluation(tables).evaluate(given.plan));
                if (random.nextInt(5) == 0) {
                    store.checkpoint(List.of(space), Map.of());
                    store = store.reopen();
                    space = store.space("view");
                    circuit = Circuit.of(given.plan, space);
                }
            }
        }
    }

    @Test
    void aRecursionThatDoesNotEndIsAnError() {
        Circuit circuit = Fixtures.circuit(recursive(reached(scan(EDGES)), true));
        circuit.initialize();
        circuit.step(Map.of(EDGES, List.of(Fixtures.insert(1L, 2L), Fixtures.insert(2L, 1L))));
        assertThatThrownBy(() -> Fixtures.step(circuit, ROOTS, Fixtures.insert(1L)))
                .isInstanceOfSatisfying(
                        PgtrickleException.class,
                        error -> assertThat(error.sqlState()).isEqualTo("54000"));
    }

    @Test
    void aChangeCostsWhatItReaches() {
        Circuit circuit = Fixtures.circuit(recursive(reached(scan(EDGES)), false));
        circuit.initialize();
        List<SourceChange> chain = new ArrayList<>();
        for (long i = 0; i < 500; i++) {
            chain.add(Fixtures.insert(i, i + 1));
        }
        circuit.step(Map.of(EDGES, chain));
        assertThat(Fixtures.step(circuit, ROOTS, Fixtures.insert(0L)).size()).isEqualTo(501);
        assertThat(Fixtures.step(circuit, EDGES, Fixtures.delete(498L, 499L)))
                .isEqualTo(Fixtures.zset(Row.of(499L), -1, Row.of(500L), -1));
        assertThat(Fixtures.step(circuit, EDGES, Fixtures.insert(0L, 499L)))
                .isEqualTo(Fixtures.zset(Row.of(499L), 1, Row.of(500L), 1));
    }

    private static Plan recursive(Plan step, boolean all) {
        return new Plan.Recursive(scan(ROOTS), step, 1, all);
    }

    private static Plan reached(Plan edges) {
        Plan join = Fixtures.join(WORKING, 0, edges, 0);
        return new Plan.Project(join, List.of(column(join, 2)));
    }

    private static Plan unblocked(JoinKind kind) {
        Plan reached = reached(scan(EDGES));
        return new Plan.Join(reached, scan(BLOCKED), kind, on(reached, 0, scan(BLOCKED), 0));
    }

    private static Plan twice() {
        Plan once = Fixtures.join(WORKING, 0, scan(EDGES), 0);
        Plan twice = Fixtures.join(once, 2, scan(EDGES), 0);
        return new Plan.Project(twice, List.of(column(twice, 4)));
    }

    private static Plan outer() {
        Plan join =
                new Plan.Join(WORKING, scan(EDGES), JoinKind.LEFT, on(WORKING, 0, scan(EDGES), 0));
        return new Plan.Project(join, List.of(column(join, 2)));
    }

    private static Plan joined() {
        Plan reachable = recursive(reached(scan(EDGES)), false);
        return Fixtures.join(reachable, 0, scan(EDGES), 1);
    }

    private static Plan walks(int length) {
        Plan base =
                new Plan.Project(
                        scan(ROOTS), List.of(column(scan(ROOTS), 0), Fixtures.constant(0)));
        Plan working = new Plan.WorkingTable(1, NODE_AND_DEPTH);
        Plan shorter =
                new Plan.Filter(
                        working,
                        Fixtures.call(
                                Fixtures.INT4_LESS,
                                "<",
                                SqlType.BOOL,
                                column(working, 1),
                                Fixtures.constant(length)));
        Plan join = Fixtures.join(shorter, 0, scan(EDGES), 0);
        Expression deeper =
                Fixtures.call(
                        Fixtures.INT4_PLUS,
                        "+",
                        SqlType.INT4,
                        column(join, 1),
                        Fixtures.constant(1));
        return new Plan.Recursive(
                base, new Plan.Project(join, List.of(column(join, 3), deeper)), 1, true);
    }

    private static JoinCondition on(Plan left, int leftColumn, Plan right, int rightColumn) {
        return new JoinCondition(
                List.of(new EquiKey(column(left, leftColumn), column(right, rightColumn), false)),
                Optional.empty());
    }

    /// Some inserts and deletes in some of the tables; nodes from a small set, so that there are cycles and many ways.
    private static Map<Source, List<SourceChange>> changes(
            Random random, Map<Source, List<Row>> tables) {
        Map<Source, List<SourceChange>> changes = new HashMap<>();
        for (Source source : List.of(ROOTS, EDGES, BLOCKED)) {
            List<Row> rows = tables.computeIfAbsent(source, _ -> new ArrayList<>());
            int count = random.nextInt(source.equals(EDGES) ? 4 : 2);
            for (int i = 0; i < count; i++) {
                boolean delete = !rows.isEmpty() && random.nextInt(3 + rows.size()) > 4;
                Row row =
                        delete
                                ? rows.remove(random.nextInt(rows.size()))
                                : source.equals(EDGES)
                                        ? Row.of((long) random.nextInt(7), (long) random.nextInt(7))
                                        : Row.of((long) random.nextInt(7));
                if (!delete) {
                    rows.add(row);
                }
                changes.computeIfAbsent(source, _ -> new ArrayList<>())
                        .add(delete ? new SourceChange.Delete(row) : new SourceChange.Insert(row));
            }
        }
        return changes;
    }
}
