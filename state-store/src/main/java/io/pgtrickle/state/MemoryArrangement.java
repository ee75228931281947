package io.pgtrickle.state;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;

/// An arrangement in one tree. What entries were before they were written is kept until that is kept or rolled back.
final class MemoryArrangement implements Arrangement {

    private final MemorySpace space;
    private final NavigableMap<byte[], byte[]> entries = Prefixes.newMap();

    /// Empty where there was no entry.
    private final NavigableMap<byte[], Optional<byte[]>> before = Prefixes.newMap();

    MemoryArrangement(MemorySpace space) {
        this.space = space;
    }

    @Override
    public Optional<byte[]> get(byte[] key) {
        space.checkUsable();
        return Optional.ofNullable(entries.get(key));
    }

    @Override
    public void put(byte[] key, byte[] value) {
        space.checkUsable();
        before.putIfAbsent(key, Optional.ofNullable(entries.put(key, value)));
    }

    @Override
    public void delete(byte[] key) {
        space.checkUsable();
        before.putIfAbsent(key, Optional.ofNullable(entries.remove(key)));
    }

    @Override
    public Cursor scan(byte[] prefix) {
        space.checkUsable();
        List<Map.Entry<byte[], byte[]>> found = new ArrayList<>();
        Prefixes.within(entries, prefix).forEach((key, value) -> found.add(Map.entry(key, value)));
        return new MemoryCursor(space, found);
    }

    /// The bytes of the entries that changed; deleted ones count their key.
    long pendingBytes() {
        long bytes = 0;
        for (byte[] key : before.keySet()) {
            byte[] value = entries.get(key);
            bytes += key.length + (value == null ? 0 : value.length);
        }
        return bytes;
    }

    long storedBytes() {
        return entries.entrySet().stream()
                .mapToLong(entry -> entry.getKey().length + entry.getValue().length)
                .sum();
    }

    void keep() {
        before.clear();
    }

    void revert() {
        revert(entries);
        before.clear();
    }

    MemoryArrangement rolledBack(MemorySpace other) {
        MemoryArrangement arrangement = new MemoryArrangement(other);
        arrangement.entries.putAll(entries);
        revert(arrangement.entries);
        return arrangement;
    }

    private void revert(NavigableMap<byte[], byte[]> changed) {
        before.forEach((key, value) ->
                value.ifPresentOrElse(old -> changed.put(key, old), () -> changed.remove(key)));
    }
}
