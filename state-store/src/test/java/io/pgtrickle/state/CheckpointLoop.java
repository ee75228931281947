package io.pgtrickle.state;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/// The process that `RocksStateStoreCrashIT` kills: it writes checkpoints without end and prints the number of each that is
/// durable. What checkpoint n changes depends on n only.
final class CheckpointLoop {

    static final StoreLimits LIMITS = new StoreLimits(8 << 20, 1 << 20, 1 << 20);
    static final String COUNTER = "counter";
    static final List<String> SPACES = List.of("first", "second");
    static final String TEMPORARY = "temporary";

    private static final int KEYS = 2_000;
    private static final int CHANGES = 40;
    private static final int VALUE_BYTES = 200;
    private static final int TEMPORARY_KEYS = 300;

    /// The temporary space is dropped and made again with each so many checkpoints.
    private static final int LIFE = 5;

    private CheckpointLoop() {}

    public static void main(String[] arguments) {
        RocksStateStore store = RocksStateStore.open(Path.of(arguments[0]), LIMITS);
        int counter =
                store.metadata(COUNTER).map(bytes -> ByteBuffer.wrap(bytes).getInt()).orElse(0);
        List<StateSpace> spaces = SPACES.stream().map(store::space).toList();
        while (true) {
            counter++;
            for (StateSpace space : spaces) {
                Arrangement arrangement = space.arrangement(1);
                changes(space.name(), counter)
                        .forEach((key, value) -> {
                            if (value == 0) {
                                arrangement.delete(StoreKeys.number(key));
                            } else {
                                arrangement.put(StoreKeys.number(key), padded(value));
                            }
                        });
            }
            if (counter % LIFE == 0) {
                live(store, counter);
            }
            store.checkpoint(spaces, Map.of(COUNTER, StoreKeys.number(counter)));
            System.out.println(counter);
        }
    }

    private static void live(StateStore store, int counter) {
        store.drop(TEMPORARY);
        StateSpace space = store.space(TEMPORARY);
        Random random = new Random(counter);
        for (int i = 0; i < TEMPORARY_KEYS; i++) {
            space.arrangement(1).put(StoreKeys.number(random.nextInt(KEYS)), padded(counter));
            if (i % 100 == 50) {
                space.flush();
            }
        }
        space.flush();
    }

    /// What the space has after so many checkpoints.
    static Map<Integer, Integer> expected(String space, int counter) {
        Map<Integer, Integer> expected = new TreeMap<>();
        for (int i = 1; i <= counter; i++) {
            expected.putAll(changes(space, i));
        }
        expected.values().removeIf(value -> value == 0);
        return expected;
    }

    /// Key to value; 0 for a deletion.
    private static Map<Integer, Integer> changes(String space, int counter) {
        Random random = new Random(31L * counter + space.hashCode());
        Map<Integer, Integer> changes = new TreeMap<>();
        for (int i = 0; i < CHANGES; i++) {
            changes.put(random.nextInt(KEYS), random.nextInt(4) == 0 ? 0 : counter);
        }
        return changes;
    }

    static Map<Integer, Integer> read(Arrangement arrangement) {
        Map<Integer, Integer> found = new TreeMap<>();
        try (Arrangement.Cursor cursor = arrangement.scan(new byte[0])) {
            while (cursor.next()) {
                found.put(
                        ByteBuffer.wrap(cursor.key()).getInt(),
                        ByteBuffer.wrap(cursor.value()).getInt());
            }
        }
        return found;
    }

    private static byte[] padded(int value) {
        return ByteBuffer.allocate(VALUE_BYTES).putInt(value).array();
    }
}
