package io.pgtrickle.dataflow.plan;

import io.pgtrickle.model.remote.RemoteCall;
import io.pgtrickle.model.type.SqlType;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// A view's plan with what its result table must look like.
///
/// @param plan its rows have the cells of `columns`, in their order
/// @param uniqueKey indexes into `columns` of a provably unique key that is never NULL; empty where none is known
/// @param parents relations that are read as others: tables as their partitions or children, views as their queries, as they were when
///     it was planned
/// @param fingerprint changes whenever state that was made for the plan can't serve it any more
public record ViewPlan(
        Plan plan,
        List<OutputColumn> columns,
        List<Integer> uniqueKey,
        String fingerprint,
        List<Long> parents) {

    /// The first oid that isn't the server's own (`FirstNormalObjectId`).
    private static final long FIRST_NORMAL_OID = 16_384;

    public ViewPlan(
            Plan plan,
            List<OutputColumn> columns,
            List<Integer> uniqueKey,
            String fingerprint,
            List<Long> parents) {
        this.plan = plan;
        this.columns = List.copyOf(columns);
        this.uniqueKey = List.copyOf(uniqueKey);
        this.fingerprint = fingerprint;
        this.parents = List.copyOf(parents);
    }

    /// A column of the result table.
    ///
    /// @param typeOid the declared type, e.g. a domain's
    /// @param typeModifier -1 where there is none
    /// @param collationOid 0 where there is none
    public record OutputColumn(
            String name,
            int typeOid,
            int typeModifier,
            int collationOid,
            SqlType type,
            boolean notNull) {}

    /// The functions from outside of `pg_catalog` that are run for the view, by name.
    public SortedSet<String> foreignFunctions() {
        return RemoteParts.below(plan)
                .filter(call -> call.text().foreign())
                .map(RemoteCall::name)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /// The oids of these functions, as far as the plan calls them itself.
    public SortedSet<Long> foreignFunctionOids() {
        return RemoteParts.functionsBelow(plan)
                .filter(oid -> oid >= FIRST_NORMAL_OID)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /// The tables that the plan reads, each once by relation; where a table is read by several scans, in the order of the first.
    public Map<Long, List<Source>> sources() {
        Map<Long, List<Source>> sources = new LinkedHashMap<>();
        Deque<Plan> rest = new ArrayDeque<>(List.of(plan));
        while (!rest.isEmpty()) {
            Plan node = rest.pop();
            if (node instanceof Plan.Scan(Source source)) {
                sources.computeIfAbsent(source.relationOid(), _ -> new java.util.ArrayList<>())
                        .add(source);
            }
            node.inputs().reversed().forEach(rest::push);
        }
        return sources;
    }
}
