package io.pgtrickle.dataflow;

import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.dataflow.plan.Plan.Limit;
import io.pgtrickle.dataflow.plan.UniqueColumns;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.ZSet;
import io.pgtrickle.model.type.ByteReader;
import io.pgtrickle.model.type.ByteWriter;
import io.pgtrickle.model.type.RowCodec;
import io.pgtrickle.state.Arrangement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// The first rows of each partition: LIMIT, OFFSET, WITH TIES, DISTINCT ON. With window(p) the rows of a partition from the place
/// `offset` on to the place `offset + count`, each row taking as many places as its weight,
///
///     Δtop(A) = Σ over p touched by ΔA of  window(A + ΔA, p) − window(A, p)
///
/// and where there is an OFFSET alone, top(A) = A − head(A) with head(p) the first `offset` rows, for which the same holds.
///
/// All rows are kept in their order: partition, `SortOrder`, the canonical key of the whole row, which decides among rows
/// that the order doesn't tell apart, its image, which decides among equal ones, and the image's length in four bytes, by which it
/// is found from the end. Of each partition that fills its window also the bound is kept: the last entry of the window,
/// or WITH TIES the last one's partition and order, with which the entries of its ties begin.
///
/// Cost of a step: a write a changed row, a look-up a touched partition, and two scans of a partition's first `offset + count` rows (and
/// ties) where a change isn't past the bound. Independent of the number of rows.
final class TopKOperator implements Operator.Unary {

    private static final int LENGTH_BYTES = 4;

    private final KeyedDelta partitions;
    private final SortOrder order;
    private final RowCodec codec;
    private final int[] allColumns;
    private final Window window;
    private final WeightedArrangement rows;
    private final Arrangement bounds;

    TopKOperator(Plan.TopK plan, Arrangement rows, Arrangement bounds) {
        this.partitions = new KeyedDelta(plan.partition());
        this.order = new SortOrder(plan.order());
        this.codec = new RowCodec(plan.types());
        this.allColumns = IntStream.range(0, plan.types().size()).toArray();
        this.window = Window.of(plan.limit());
        this.rows = new WeightedArrangement(rows, UniqueColumns.of(plan.input()).isPresent());
        this.bounds = bounds;
    }

    @Override
    public ZSet step(ZSet delta) {
        ZSet out = new ZSet();
        if (window.excluded) {
            out.addAll(delta);
        }
        if (window.from < window.to) {
            KeyGroups touched = partitions.group(delta);
            bounds.prefetch(touched.keys());
            touched.forEach((key, changed) -> change(key, changed, out));
        }
        return out;
    }

    private void change(byte[] partition, List<WeightedRow> changed, ZSet out) {
        Optional<byte[]> bound = bounds.get(partition);
        List<byte[]> entries = new ArrayList<>();
        for (WeightedRow row : changed) {
            entries.add(entry(partition, row.row()));
        }
        boolean touched =
                bound.isEmpty() || !entries.stream().allMatch(entry -> isPast(bound.get(), entry));
        List<Shown> before = new ArrayList<>();
        if (touched) {
            read(partition, before);
        }
        for (int i = 0; i < entries.size(); i++) {
            rows.add(entries.get(i), changed.get(i).weight(), "a limit");
        }
        if (touched) {
            List<Shown> after = new ArrayList<>();
            keep(partition, bound, read(partition, after));
            compare(before, after, out);
        }
    }

    private void keep(byte[] partition, Optional<byte[]> before, Optional<byte[]> after) {
        if (after.isEmpty()) {
            before.ifPresent(_ -> bounds.delete(partition));
        } else if (before.isEmpty() || !Arrays.equals(before.get(), after.get())) {
            bounds.put(partition, after.get());
        }
    }

    private static boolean isPast(byte[] bound, byte[] entry) {
        return Arrays.compareUnsigned(entry, bound) > 0 && !startsWith(entry, bound);
    }

    private static boolean startsWith(byte[] entry, byte[] prefix) {
        return entry.length >= prefix.length
                && Arrays.equals(entry, 0, prefix.length, prefix, 0, prefix.length);
    }

    /// Reads a partition's rows in the window, in order.
    ///
    /// @return the bound where the window is full
    private Optional<byte[]> read(byte[] partition, List<Shown> shown) {
        Optional<byte[]> bound = Optional.empty();
        long place = 0;
        try (Arrangement.Cursor cursor = rows.scan(partition)) {
            while (cursor.next()) {
                byte[] entry = cursor.key();
                if (bound.isPresent() && !(window.withTies && startsWith(entry, bound.get()))) {
                    break;
                }
                long end = Math.addExact(place, WeightedArrangement.weight(cursor.value()));
                long last = window.withTies ? end : Math.min(end, window.to);
                long weight = last - Math.max(place, window.from);
                if (weight > 0) {
                    shown.add(new Shown(entry, weight));
                }
                if (bound.isEmpty() && end >= window.to) {
                    bound = Optional.of(window.withTies ? tie(partition, row(entry)) : entry);
                }
                place = end;
            }
        }
        return bound;
    }

    /// Puts out by what two windows differ. Both are in order; only rows that differ are decoded.
    private void compare(List<Shown> before, List<Shown> after, ZSet out) {
        int sign = window.excluded ? -1 : 1;
        int b = 0;
        int a = 0;
        while (b < before.size() || a < after.size()) {
            int order =
                    b == before.size()
                            ? 1
                            : a == after.size()
                                    ? -1
                                    : Arrays.compareUnsigned(
                                            before.get(b).entry, after.get(a).entry);
            byte[] entry = order <= 0 ? before.get(b).entry : after.get(a).entry;
            long gone = order <= 0 ? before.get(b++).weight : 0;
            long come = order >= 0 ? after.get(a++).weight : 0;
            if (come != gone) {
                out.add(row(entry), sign * (come - gone));
            }
        }
    }

    private byte[] tie(byte[] partition, Row row) {
        ByteWriter prefix = new ByteWriter(partition.length + 32).write(partition);
        order.write(row, prefix);
        return prefix.toByteArray();
    }

    private byte[] entry(byte[] partition, Row row) {
        ByteWriter entry = new ByteWriter(partition.length + 96).write(partition);
        order.write(row, entry);
        codec.writeKey(row, allColumns, entry);
        int start = entry.size();
        codec.encode(row, entry);
        return entry.writeInt(entry.size() - start).toByteArray();
    }

    private Row row(byte[] entry) {
        int end = entry.length - LENGTH_BYTES;
        int length = new ByteReader(Arrays.copyOfRange(entry, end, entry.length)).readInt();
        return codec.decode(Arrays.copyOfRange(entry, end - length, end));
    }

    /// How often an entry is in the window.
    private static final class Shown {

        private final byte[] entry;
        private final long weight;

        Shown(byte[] entry, long weight) {
            this.entry = entry;
            this.weight = weight;
        }
    }

    /// Places in a partition.
    ///
    /// @param to exclusive
    /// @param excluded whether the rows that are not in the window are the output
    private record Window(long from, long to, boolean withTies, boolean excluded) {

        static Window of(Limit limit) {
            if (limit.count().isEmpty()) {
                return new Window(0, limit.offset(), false, true);
            }
            long from = limit.offset();
            long to = from + limit.count().get();
            return new Window(from, to < 0 ? Long.MAX_VALUE : to, limit.withTies(), false);
        }
    }
}
