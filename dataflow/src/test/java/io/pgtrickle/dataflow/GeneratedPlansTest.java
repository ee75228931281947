package io.pgtrickle.dataflow;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.dataflow.plan.Plan.JoinKind;
import io.pgtrickle.dataflow.plan.Plan.SetOperator;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// A law that is never tried holds always: the plans that are generated have each construct.
class GeneratedPlansTest {

    @Test
    void drawsEachConstruct() {
        Set<String> drawn = new TreeSet<>();
        for (long seed = 1; seed <= 400; seed++) {
            collect(new GeneratedPlans(new Random(seed)).plan(3), drawn);
        }
        Set<String> wanted =
                new TreeSet<>(Set.of("filter", "project", "aggregate", "distinct", "union"));
        for (JoinKind kind : JoinKind.values()) {
            for (String keys : new String[] {"no key", "key", "NULL-safe key"}) {
                wanted.add(kind + ", " + keys);
                wanted.add(kind + ", " + keys + ", condition");
            }
        }
        for (SetOperator operator : SetOperator.values()) {
            wanted.add(operator.name());
            wanted.add(operator + " ALL");
        }
        for (String limit : new String[] {"limit", "limit with ties", "offset alone"}) {
            wanted.add(limit);
            wanted.add(limit + ", partitioned");
        }
        assertThat(drawn).containsAll(wanted);
    }

    private static void collect(Plan plan, Set<String> drawn) {
        plan.inputs().forEach(input -> collect(input, drawn));
        drawn.add(
                switch (plan) {
                    case Plan.Filter _ -> "filter";
                    case Plan.Project _ -> "project";
                    case Plan.Aggregate _ -> "aggregate";
                    case Plan.Distinct _ -> "distinct";
                    case Plan.Union _ -> "union";
                    case Plan.SetOperation(_, _, SetOperator operator, boolean all) ->
                            operator + (all ? " ALL" : "");
                    case Plan.Join join -> join(join);
                    case Plan.TopK topK ->
                            (topK.limit().count().isEmpty()
                                            ? "offset alone"
                                            : topK.limit().withTies() ? "limit with ties" : "limit")
                                    + (topK.partition().isEmpty() ? "" : ", partitioned");
                    case Plan.Scan _,
                            Plan.Values _,
                            Plan.ProjectSet _,
                            Plan.Window _,
                            Plan.Recursive _,
                            Plan.WorkingTable _ ->
                            "other";
                });
    }

    private static String join(Plan.Join join) {
        String keys =
                join.on().keys().isEmpty()
                        ? "no key"
                        : join.on().keys().stream().anyMatch(Plan.EquiKey::nullsMatch)
                                ? "NULL-safe key"
                                : "key";
        return join.kind() + ", " + keys + (join.on().residual().isPresent() ? ", condition" : "");
    }
}
