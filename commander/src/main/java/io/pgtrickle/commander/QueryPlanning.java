package io.pgtrickle.commander;

import io.pgtrickle.dataflow.plan.ViewPlan;
import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.planner.AnalyzedQuery;
import io.pgtrickle.planner.Planner;
import io.pgtrickle.postgres.ServerAddress;
import io.pgtrickle.postgres.Sessions;
import io.pgtrickle.postgres.WrapperOwner;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/// The planning of one command's query, on a thread and a connection of its own: analysing takes locks on the query's tables, and
/// nobody but later commands shall wait for those with it.
final class QueryPlanning {

    /// What a query became.
    record PlannedQuery(AnalyzedQuery analyzed, ViewPlan plan) {}

    private final FutureTask<PlannedQuery> task;

    private QueryPlanning(FutureTask<PlannedQuery> task) {
        this.task = task;
    }

    static QueryPlanning begin(ServerAddress address, Command command) {
        FutureTask<PlannedQuery> task = new FutureTask<>(() -> plan(address, command));
        Thread.ofPlatform().name("planning of command " + command.id()).daemon().start(task);
        return new QueryPlanning(task);
    }

    boolean isDone() {
        return task.isDone();
    }

    /// Once it is done.
    ///
    /// @throws PgtrickleException what is wrong with the query, or with the world
    PlannedQuery result() {
        try {
            return task.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof PgtrickleException error) {
                throw error;
            }
            // e.g. a query nested too deeply
            throw PgtrickleException.of(
                    ErrorCode.INTERNAL,
                    "planning failed with an internal error: " + e.getCause(),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw PgtrickleException.of(ErrorCode.CANCELLED, "interrupted while planning", e);
        }
    }

    private static PlannedQuery plan(ServerAddress address, Command command) throws SQLException {
        try (Connection connection = Sessions.open(address, "pgtrickle planner")) {
            Planner planner = new Planner(connection);
            AnalyzedQuery analyzed = planner.analyze(command.required("query"), command.settings());
            planner.checkPrivileges(analyzed, command.caller());
            ViewPlan plan = planner.plan(analyzed);
            WrapperOwner.check(connection, command.caller(), plan.foreignFunctions());
            return new PlannedQuery(analyzed, plan);
        }
    }
}
