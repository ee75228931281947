package io.pgtrickle.commander;

import io.pgtrickle.cdc.Spool;
import io.pgtrickle.cdc.Transaction;
import io.pgtrickle.dataflow.Circuit;
import io.pgtrickle.model.Lsn;
import io.pgtrickle.state.StateSpace;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Function;

/// The views that are being populated, each on a thread of its own, a few at a time. Owned by the engine's thread.
final class Populations implements AutoCloseable {

    /// Populations that have a thread and a connection; most of them wait, for a writer or for their turn.
    private static final int MAX_RUNNING = 8;

    /// Reads of whole tables that run at a time: each takes a core and memory for its state.
    private static final int MAX_READING = 2;

    /// How long closing waits for the threads; one that waits for a lock ends when it gets it.
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

    private record Running(Population population, Thread thread) {}

    private final Population.Environment environment;
    private final Path directory;
    private final Semaphore turns = new Semaphore(MAX_READING, true);
    private final Map<Long, Running> running = new LinkedHashMap<>();
    private final Deque<Population> waiting = new ArrayDeque<>();

    /// Cancelled, but perhaps still waiting for a lock.
    private final List<Running> ending = new ArrayList<>();

    /// @param directory for spools; what an earlier process left there is deleted
    Populations(Population.Environment environment, Path directory) {
        this.environment = environment;
        this.directory = directory;
        Spool.deleteLeftovers(directory);
    }

    /// Begins to spool for the view from here on, and to fill it as soon as its turn has come.
    void start(ViewDefinition definition, Population.Target target) {
        Spool spool = Spool.create(directory, definition.relations());
        waiting.add(new Population(definition, environment, turns, spool, target));
        startWaiting();
    }

    void spool(Transaction transaction) {
        for (Running each : running.values()) {
            each.population().spool(transaction);
        }
        waiting.forEach(population -> population.spool(transaction));
    }

    /// The view's operators over its state.
    Circuit circuit(ViewDefinition definition, StateSpace space) {
        return environment.circuit(definition, space);
    }

    /// The publication in which the sources are.
    String publication() {
        return environment.publication();
    }

    /// The populations that have failed, or that their groups may take in.
    ///
    /// @param positions how far a group is
    List<Population> ended(Function<String, Optional<Lsn>> positions) {
        List<Population> ended = new ArrayList<>();
        for (Running each : running.values()) {
            Population population = each.population();
            boolean failed = population.stage() instanceof Population.Stage.Failed;
            if (failed
                    || positions
                            .apply(population.definition().group())
                            .filter(population::mayJoin)
                            .isPresent()) {
                join(each.thread(), Duration.ofDays(1));
                ended.add(population);
            }
        }
        return ended;
    }

    /// Forgets one that has ended, since its view was taken in or given up; not its successor, where it has begun anew.
    void remove(Population population) {
        running.computeIfPresent(
                population.definition().id(),
                (_, each) -> each.population() == population ? null : each);
        startWaiting();
    }

    /// Cleans up after cancelled populations whose threads have ended.
    ///
    /// @return those that may have left a hidden table
    List<Population> takeCancelled() {
        List<Population> gone = new ArrayList<>();
        for (Running each : List.copyOf(ending)) {
            if (!each.thread().isAlive()) {
                ending.remove(each);
                each.population().discard();
                gone.add(each.population());
            }
        }
        return gone;
    }

    /// Ends the population of a view soon; it is cleaned up after when its thread has ended, which nobody waits for here: it may
    /// be waiting for a lock of somebody's.
    ///
    /// @return whether there was one
    boolean cancel(long viewId) {
        Running found = running.remove(viewId);
        if (found != null) {
            found.population().cancel();
            ending.add(found);
            startWaiting();
            return true;
        }
        Optional<Population> inLine =
                waiting.stream()
                        .filter(population -> population.definition().id() == viewId)
                        .findFirst();
        inLine.ifPresent(population -> {
            waiting.remove(population);
            population.discard();
        });
        return inLine.isPresent();
    }

    /// Whether the view is being populated.
    boolean contains(long viewId) {
        return all().stream().anyMatch(population -> population.definition().id() == viewId);
    }

    /// Whether a population of the view was cancelled and isn't cleaned up yet, so that no other may begin.
    boolean isEnding(long viewId) {
        return ending.stream().anyMatch(each -> each.population().definition().id() == viewId);
    }

    List<Population> all() {
        List<Population> all = new ArrayList<>();
        running.values().forEach(each -> all.add(each.population()));
        all.addAll(waiting);
        return all;
    }

    boolean isEmpty() {
        return running.isEmpty() && waiting.isEmpty();
    }

    /// Cancels all; their views are populated anew at the next start.
    @Override
    public void close() {
        waiting.forEach(Population::discard);
        waiting.clear();
        ending.addAll(running.values());
        running.clear();
        ending.forEach(each -> each.population().cancel());
        long deadline = System.nanoTime() + CLOSE_LIMIT.toNanos();
        for (Running each : ending) {
            if (join(each.thread(), Duration.ofNanos(deadline - System.nanoTime()))) {
                each.population().discard();
            }
        }
        ending.clear();
    }

    private void startWaiting() {
        while (running.size() < MAX_RUNNING && !waiting.isEmpty()) {
            Population next = waiting.remove();
            Thread thread =
                    Thread.ofPlatform()
                            .name("population " + next.definition().qualifiedName())
                            .daemon()
                            .start(next::run);
            running.put(next.definition().id(), new Running(next, thread));
        }
    }

    /// Whether it has ended in time.
    private static boolean join(Thread thread, Duration limit) {
        try {
            return thread.join(limit);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
