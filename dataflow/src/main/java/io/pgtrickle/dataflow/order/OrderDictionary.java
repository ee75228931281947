package io.pgtrickle.dataflow.order;

import io.pgtrickle.model.Bytes;
import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.Labelled;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.SqlArray;
import io.pgtrickle.model.remote.RemoteFunctions;
import io.pgtrickle.model.type.ByteWriter;
import io.pgtrickle.state.Arrangement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The places of values in an order that PostgreSQL alone knows: a label for each value that was ever seen, the same for equal ones. Labels
/// are kept like all state, so that a retraction meets the label of the insertion; after a restart at an earlier checkpoint values may get
/// others, which nobody sees.
///
/// A value's place is found from above: one in 16^k entries is of level k, and owns the entries of lower levels that follow it. Of a level
/// PostgreSQL is asked once for all new values together, each among the few entries between which it was found to stand
/// before. So n values cost new ones log16(n) questions a batch.
///
/// Kept: `V`, a value's image → its label. For one value of each label: its level, the label of its owner, its own → its image.
///
/// For the thread of its circuit.
public final class OrderDictionary {

    private static final int VALUES = 'V';
    private static final int LEVELS = 6;
    private static final int LEVEL_BITS = 4;

    /// Before everything: owns what has no other owner.
    private static final Bytes HEAD = Bytes.of();

    private final ServerOrder order;
    private final Arrangement arrangement;
    private final RemoteFunctions server;

    public OrderDictionary(ServerOrder order, Arrangement arrangement, RemoteFunctions server) {
        this.order = order;
        this.arrangement = arrangement;
        this.server = server;
    }

    private record Entry(Bytes label, Bytes image) {}

    /// New values that stand between two entries.
    ///
    /// @param lower owns the entries of lower levels there
    /// @param upper absent at the end
    /// @param ranked the values by their rank among themselves, ascending; all under one rank where they haven't been compared
    private record Gap(Bytes lower, Optional<Bytes> upper, TreeMap<Long, List<Object>> ranked) {

        List<Object> values() {
            return ranked.values().stream().flatMap(List::stream).toList();
        }
    }

    /// Gives labels to values that have none yet, all at once.
    ///
    /// @throws PgtrickleException of kind WORLD where PostgreSQL can't be asked
    public void prepare(Collection<Object> values) {
        Map<Bytes, Object> missing = new LinkedHashMap<>();
        for (Object value : values) {
            Bytes image = image(value);
            if (!missing.containsKey(image) && arrangement.get(valueKey(image)).isEmpty()) {
                missing.put(image, value);
            }
        }
        if (!missing.isEmpty()) {
            place(List.copyOf(missing.values()));
        }
    }

    /// The value with its label.
    public Labelled label(Object value) {
        byte[] key = valueKey(image(value));
        Optional<byte[]> known = arrangement.get(key);
        if (known.isEmpty()) {
            place(List.of(value));
            known = arrangement.get(key);
        }
        return new Labelled(known.map(Bytes::of).orElseThrow(), value);
    }

    private void place(List<Object> values) {
        TreeMap<Long, List<Object>> together = new TreeMap<>(Map.of(0L, values));
        List<Gap> gaps = List.of(new Gap(HEAD, Optional.empty(), together));
        boolean compared = values.size() == 1;
        for (int level = LEVELS - 1; level >= 0; level--) {
            List<List<Entry>> pivots = new ArrayList<>();
            for (Gap gap : gaps) {
                pivots.add(entries(level, gap.lower()));
            }
            if (pivots.stream().anyMatch(found -> !found.isEmpty())) {
                gaps = split(gaps, pivots);
                compared = true;
            }
        }
        if (!compared) {
            gaps = split(gaps, List.of(List.of()));
        }
        gaps.forEach(this::assign);
    }

    /// Asks between which of its pivots each value of a gap stands. Those that equal one have their label then.
    private List<Gap> split(List<Gap> gaps, List<List<Entry>> pivots) {
        List<Gap> narrower = new ArrayList<>();
        List<Gap> asked = new ArrayList<>();
        List<List<Entry>> among = new ArrayList<>();
        // without any pivots it is about the order among the values themselves
        boolean all = pivots.stream().allMatch(List::isEmpty);
        for (int i = 0; i < gaps.size(); i++) {
            if (all || !pivots.get(i).isEmpty()) {
                asked.add(gaps.get(i));
                among.add(pivots.get(i));
            } else {
                narrower.add(gaps.get(i));
            }
        }
        List<List<Long>> ranks = ranks(asked, among);
        for (int i = 0; i < asked.size(); i++) {
            split(asked.get(i), among.get(i), ranks.get(i), narrower);
        }
        return narrower;
    }

    private void split(Gap gap, List<Entry> pivots, List<Long> ranks, List<Gap> into) {
        TreeMap<Long, Entry> entries = new TreeMap<>();
        for (int i = 0; i < pivots.size(); i++) {
            entries.put(ranks.get(i), pivots.get(i));
        }
        if (entries.size() < pivots.size()) {
            throw inconsistent("two places for equal values");
        }
        List<Object> values = gap.values();
        TreeMap<Long, TreeMap<Long, List<Object>>> parts = new TreeMap<>();
        for (int i = 0; i < values.size(); i++) {
            long rank = ranks.get(pivots.size() + i);
            Entry equal = entries.get(rank);
            if (equal != null) {
                remember(values.get(i), equal.label());
                continue;
            }
            Long below = entries.lowerKey(rank);
            parts.computeIfAbsent(below == null ? -1 : below, _ -> new TreeMap<>())
                    .computeIfAbsent(rank, _ -> new ArrayList<>())
                    .add(values.get(i));
        }
        parts.forEach((below, part) -> {
            Map.Entry<Long, Entry> above = entries.higherEntry(below);
            Entry under = entries.get(below);
            Bytes lower = under == null ? gap.lower() : under.label();
            into.add(
                    new Gap(
                            lower,
                            above == null ? gap.upper() : Optional.of(above.getValue().label()),
                            part));
        });
    }

    /// The ranks of each gap's pivots and values.
    private List<List<Long>> ranks(List<Gap> gaps, List<List<Entry>> pivots) {
        List<Row> questions = new ArrayList<>();
        for (int i = 0; i < gaps.size(); i++) {
            List<@Nullable Object> all = new ArrayList<>();
            for (Entry entry : pivots.get(i)) {
                all.add(order.type().decode(entry.image().array(), 0, entry.image().length()));
            }
            all.addAll(gaps.get(i).values());
            questions.add(Row.of(SqlArray.of(all)));
        }
        List<List<Long>> ranks = new ArrayList<>();
        server.evaluate(order.ranks(), questions)
                .forEach(outcome -> {
                    if (outcome.rows().getFirst().get(0) instanceof SqlArray(_, var numbers)) {
                        ranks.add(numbers.stream().map(Long.class::cast).toList());
                    }
                });
        if (ranks.size() != questions.size()) {
            throw inconsistent("no ranks");
        }
        return ranks;
    }

    private void assign(Gap gap) {
        List<Bytes> labels = Fractions.between(gap.lower(), gap.upper(), gap.ranked().size());
        int i = 0;
        for (List<Object> equal : gap.ranked().values()) {
            Bytes label = labels.get(i++);
            equal.forEach(value -> remember(value, label));
            insert(new Entry(label, image(equal.getFirst())));
        }
    }

    private void remember(Object value, Bytes label) {
        arrangement.put(valueKey(image(value)), label.array());
    }

    /// Puts an entry under its owner, and under it what follows it in lower levels.
    private void insert(Entry entry) {
        int own = level(entry.image());
        Bytes owner = HEAD;
        for (int level = LEVELS - 1; level >= 0; level--) {
            Bytes before = owner;
            for (Entry other : entries(level, owner)) {
                boolean follows = other.label().compareTo(entry.label()) > 0;
                if (!follows) {
                    before = other.label();
                } else if (level < own) {
                    arrangement.delete(entryKey(level, owner, other.label()));
                    arrangement.put(
                            entryKey(level, entry.label(), other.label()), other.image().array());
                }
            }
            if (level == own) {
                arrangement.put(entryKey(level, owner, entry.label()), entry.image().array());
            }
            owner = before;
        }
    }

    /// The entries of a level that an entry owns, in their order.
    private List<Entry> entries(int level, Bytes owner) {
        byte[] prefix = entryKey(level, owner, HEAD);
        List<Entry> entries = new ArrayList<>();
        try (Arrangement.Cursor cursor = arrangement.scan(prefix)) {
            while (cursor.next()) {
                byte[] key = cursor.key();
                entries.add(
                        new Entry(
                                Bytes.copyOf(key, prefix.length, key.length - prefix.length),
                                Bytes.of(cursor.value())));
            }
        }
        return entries;
    }

    private static int level(Bytes image) {
        int mixed = image.hashCode() * 0x9e3779b9;
        return Math.min(Integer.numberOfLeadingZeros(mixed) / LEVEL_BITS, LEVELS - 1);
    }

    private Bytes image(Object value) {
        ByteWriter out = new ByteWriter();
        order.type().encode(value, out);
        return Bytes.of(out.toByteArray());
    }

    private static byte[] valueKey(Bytes image) {
        return new ByteWriter(image.length() + 1)
                .writeByte(VALUES)
                .write(image.array())
                .toByteArray();
    }

    private static byte[] entryKey(int level, Bytes owner, Bytes label) {
        return new ByteWriter(owner.length() + label.length() + 8)
                .writeByte(level)
                .writeShort(owner.length())
                .write(owner.array())
                .write(label.array())
                .toByteArray();
    }

    private PgtrickleException inconsistent(String what) {
        return PgtrickleException.of(
                ErrorCode.STATE_INCONSISTENT,
                what + " in \"" + order.ranks().name() + "\": has it changed?");
    }
}
