package io.pgtrickle.commander;

import io.pgtrickle.cdc.Spool;
import io.pgtrickle.cdc.StreamedXids;
import io.pgtrickle.cdc.Transaction;
import io.pgtrickle.model.Lsn;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The views that are being populated, each on a thread of its own, a few at a time. Owned by the engine's thread.
final class Populations implements AutoCloseable {

    /// Reads of whole tables that run at a time: each takes a connection, a core and memory for its state.
    private static final int MAX_RUNNING = 2;

    private record Running(Population population, Thread thread) {}

    private final Population.Environment environment;
    private final Path directory;
    private final StreamedXids streamed;
    private final Map<Long, Running> running = new LinkedHashMap<>();
    private final Deque<Population> waiting = new ArrayDeque<>();

    /// @param directory for spools; what an earlier process left there is deleted
    Populations(Population.Environment environment, Path directory, StreamedXids streamed) {
        this.environment = environment;
        this.directory = directory;
        this.streamed = streamed;
        Spool.deleteLeftovers(directory);
    }

    /// Begins to spool for the view from here on, and to fill it as soon as its turn has come.
    void start(ViewDefinition definition, boolean tableExists) {
        Spool spool = Spool.create(directory, definition.relations());
        waiting.add(new Population(definition, environment, spool, streamed, tableExists));
        startWaiting();
    }

    void spool(Transaction transaction) {
        for (Running each : running.values()) {
            each.population().spool(transaction);
        }
        waiting.forEach(population -> population.spool(transaction));
    }

    /// Takes out one population that has failed, or that the group at its position may take in.
    Optional<Population> takeEnded(Lsn position) {
        for (Running each : running.values()) {
            Population population = each.population();
            boolean failed = population.stage() instanceof Population.Stage.Failed;
            if (failed || population.mayJoin(position)) {
                join(each.thread());
                running.remove(population.definition().id());
                startWaiting();
                return Optional.of(population);
            }
        }
        return Optional.empty();
    }

    /// Ends the population of a view and cleans up after it.
    ///
    /// @return whether there was one
    boolean cancel(long viewId) {
        Running found = running.remove(viewId);
        if (found != null) {
            found.population().cancel();
            join(found.thread());
            found.population().discard();
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
        running.values().forEach(each -> each.population().cancel());
        for (Population population : all()) {
            cancel(population.definition().id());
        }
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

    private static void join(Thread thread) {
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
