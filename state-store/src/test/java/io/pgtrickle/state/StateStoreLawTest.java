package io.pgtrickle.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// After any operations in any order a store shows what a plain sorted map shows.
final class StateStoreLawTest {

    private static final int SEEDS = 20;
    private static final int OPERATIONS = 600;

    @TempDir private Path root = Path.of("");

    @Test
    void theMemoryStoreAgreesWithTheModel() {
        for (int seed = 0; seed < SEEDS; seed++) {
            agree(seed, MemoryStateStore::new, closing -> ((MemoryStateStore) closing).reopen());
        }
    }

    @Test
    void theRocksStoreAgreesWithTheModel() {
        for (int seed = 0; seed < SEEDS; seed++) {
            Path directory = root.resolve("seed" + seed);
            Supplier<StateStore> open =
                    () -> RocksStateStore.open(directory, RocksStateStoreTest.LIMITS);
            agree(
                    seed,
                    open,
                    closing -> {
                        closing.close();
                        return open.get();
                    });
        }
    }

    private static void agree(
            long seed, Supplier<StateStore> open, UnaryOperator<StateStore> reopen) {
        ModelRun run = new ModelRun(seed, open.get(), reopen);
        try {
            for (int i = 0; i < OPERATIONS; i++) {
                assertThat(run.step()).as("seed %d, operation %d: %s", seed, i, run).isTrue();
            }
        } finally {
            run.close();
        }
    }
}
