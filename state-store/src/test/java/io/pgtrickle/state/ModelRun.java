package io.pgtrickle.state;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/// A store beside a model of it: sorted maps of hexadecimal text, which sorts as its bytes do.
final class ModelRun {

    /// What a space holds: arrangement's number and key, as one text, to value.
    private record Contents(TreeMap<String, String> live, TreeMap<String, String> durable) {
        Contents() {
            this(new TreeMap<>(), new TreeMap<>());
        }

        void keep() {
            durable.clear();
            durable.putAll(live);
        }
    }

    private record OpenCursor(Arrangement.Cursor cursor, List<String> expected) {}

    private static final List<String> NAMES = List.of("a", "b", "c");
    private static final String[] BYTES = {"00", "01", "7f", "80", "fe", "ff"};
    private static final int[] ORDINALS = {0, 1, 0xff, 0xffff};

    private final Random random;
    private final UnaryOperator<StateStore> reopen;
    private final Map<String, Contents> spaces = new HashMap<>();
    private final Set<String> onDisk = new TreeSet<>();
    private final Set<String> checkpointed = new TreeSet<>();
    private final List<OpenCursor> cursors = new ArrayList<>();
    private StateStore store;
    private int counter;
    private String doing = "";

    ModelRun(long seed, StateStore store, UnaryOperator<StateStore> reopen) {
        random = new Random(seed);
        this.store = store;
        this.reopen = reopen;
    }

    void close() {
        cursors.forEach(open -> open.cursor().close());
        store.close();
    }

    @Override
    public String toString() {
        return doing;
    }

    /// Does something at random; false where the store then differs from the model.
    boolean step() {
        String name = NAMES.get(random.nextInt(NAMES.size()));
        int ordinal = ORDINALS[random.nextInt(ORDINALS.length)];
        int choice = random.nextInt(100);
        if (choice < 45) {
            return write(name, ordinal);
        }
        if (choice < 60) {
            return get(name, ordinal);
        }
        if (choice < 75) {
            return scan(name, ordinal);
        }
        if (choice < 82) {
            return drain();
        }
        if (choice < 92) {
            return checkpoint();
        }
        if (choice < 95) {
            return flush(name);
        }
        return choice < 97 ? drop(name) : restart();
    }

    private boolean write(String name, int ordinal) {
        String key = randomBytes(4);
        TreeMap<String, String> live = contents(name).live();
        if (random.nextInt(3) == 0) {
            doing = "delete " + key;
            store.space(name).arrangement(ordinal).delete(bytes(key));
            live.remove(place(ordinal, key));
        } else {
            String value = randomBytes(3);
            doing = "put " + key;
            store.space(name).arrangement(ordinal).put(bytes(key), bytes(value));
            live.put(place(ordinal, key), value);
        }
        return true;
    }

    private boolean get(String name, int ordinal) {
        String key = randomBytes(4);
        doing = "get " + name + " " + key;
        String expected = contents(name).live().getOrDefault(place(ordinal, key), "none");
        Arrangement arrangement = store.space(name).arrangement(ordinal);
        if (random.nextInt(3) == 0) {
            arrangement.prefetch(List.of(bytes(key), bytes(randomBytes(4)), bytes(randomBytes(4))));
        }
        return arrangement
                .get(bytes(key))
                .map(HexFormat.of()::formatHex)
                .orElse("none")
                .equals(expected);
    }

    private boolean scan(String name, int ordinal) {
        String prefix = randomBytes(3);
        doing = "scan " + name + " " + prefix;
        List<String> expected = new ArrayList<>();
        contents(name)
                .live()
                .forEach((place, value) -> {
                    if (place.startsWith(place(ordinal, prefix))) {
                        expected.add(place.substring(4) + "=" + value);
                    }
                });
        cursors.add(
                new OpenCursor(
                        store.space(name).arrangement(ordinal).scan(bytes(prefix)), expected));
        return random.nextInt(3) == 0 || drain();
    }

    /// Reads the cursors that are open, which may have been for long.
    private boolean drain() {
        for (OpenCursor open : cursors) {
            List<String> found = new ArrayList<>();
            try (Arrangement.Cursor cursor = open.cursor()) {
                while (cursor.next()) {
                    found.add(hex(cursor.key()) + "=" + hex(cursor.value()));
                }
            }
            if (!found.equals(open.expected())) {
                doing = "drain: found " + found + " instead of " + open.expected();
                return false;
            }
        }
        cursors.clear();
        return true;
    }

    private boolean checkpoint() {
        List<StateSpace> named = new ArrayList<>();
        for (String name : NAMES) {
            if (random.nextInt(3) > 0) {
                contents(name).keep();
                named.add(store.space(name));
                onDisk.add(name);
                checkpointed.add(name);
            }
        }
        doing = "checkpoint";
        counter++;
        store.checkpoint(named, Map.of("counter", StoreKeys.number(counter)));
        return true;
    }

    private boolean flush(String name) {
        doing = "flush " + name;
        if (!checkpointed.contains(name)) {
            contents(name).keep();
            store.space(name).flush();
            onDisk.add(name);
        }
        return true;
    }

    private boolean drop(String name) {
        doing = "drop " + name;
        if (!drain()) {
            return false;
        }
        spaces.remove(name);
        onDisk.remove(name);
        checkpointed.remove(name);
        store.drop(name);
        return !store.spaceNames().contains(name);
    }

    private boolean restart() {
        doing = "restart";
        if (!drain()) {
            return false;
        }
        store = reopen.apply(store);
        spaces.keySet().retainAll(onDisk);
        for (Contents contents : spaces.values()) {
            contents.live().clear();
            contents.live().putAll(contents.durable());
        }
        return store.spaceNames().equals(onDisk)
                && store.metadata("counter")
                        .map(ModelRun::hex)
                        .orElse("00000000")
                        .equals(hex(StoreKeys.number(counter)));
    }

    private Contents contents(String name) {
        return spaces.computeIfAbsent(name, _ -> new Contents());
    }

    private static String place(int ordinal, String key) {
        return hex(new byte[] {(byte) (ordinal >> 8), (byte) ordinal}) + key;
    }

    private String randomBytes(int maxLength) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(maxLength); i > 0; i--) {
            text.append(BYTES[random.nextInt(BYTES.length)]);
        }
        return text.toString();
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
