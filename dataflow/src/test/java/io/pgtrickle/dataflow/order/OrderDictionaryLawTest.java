package io.pgtrickle.dataflow.order;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgtrickle.model.Labelled;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.SqlArray;
import io.pgtrickle.model.remote.RemoteCall;
import io.pgtrickle.model.remote.RemoteFunctions;
import io.pgtrickle.model.type.Collation;
import io.pgtrickle.model.type.Oids;
import io.pgtrickle.model.type.SqlType;
import io.pgtrickle.state.Arrangement;
import io.pgtrickle.state.MemoryStateStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Labels are in the order that the server tells, equal for what it takes for equal, whatever the batches; and it is asked little.
final class OrderDictionaryLawTest {

    private static final SqlType TEXT =
            new SqlType.Text(Oids.TEXT, false, new Collation(1, false, false));
    private static final SqlType TEXTS = new SqlType.ArrayType(1009, Oids.TEXT, TEXT);
    private static final SqlType RANKS = new SqlType.ArrayType(1016, Oids.INT8, SqlType.INT8);
    private static final ServerOrder ORDER =
            new ServerOrder(
                    TEXT,
                    new RemoteCall(
                            "order",
                            new RemoteCall.Text(List.of("", ""), false),
                            List.of(TEXTS),
                            List.of(RANKS),
                            RemoteCall.Kind.SCALAR));

    private final AtomicLong questions = new AtomicLong();
    private final AtomicLong compared = new AtomicLong();

    @Test
    void labelsAreTheServersOrder() {
        for (long seed = 0; seed < 20; seed++) {
            Random random = new Random(seed);
            Arrangement arrangement = newArrangement();
            List<String> seen = new ArrayList<>();
            for (int batch = 0; batch < 40; batch++) {
                // as after a restart
                OrderDictionary dictionary = new OrderDictionary(ORDER, arrangement, this::ranks);
                List<Object> values = new ArrayList<>();
                for (int i = random.nextInt(60); i >= 0; i--) {
                    values.add(word(random));
                }
                if (random.nextInt(4) > 0) {
                    dictionary.prepare(values);
                }
                values.forEach(value -> {
                    dictionary.label(value);
                    seen.add((String) value);
                });
            }
            OrderDictionary dictionary = new OrderDictionary(ORDER, arrangement, this::ranks);
            for (int i = 0; i < 20_000; i++) {
                String a = seen.get(random.nextInt(seen.size()));
                String b = seen.get(random.nextInt(seen.size()));
                Labelled x = dictionary.label(a);
                Labelled y = dictionary.label(b);
                assertThat(Integer.signum(x.label().compareTo(y.label())))
                        .as("seed %d: %s and %s", seed, a, b)
                        .isEqualTo(Integer.signum(folded(a).compareTo(folded(b))));
            }
        }
    }

    @Test
    void aNewValueCostsFewQuestions() {
        OrderDictionary dictionary = new OrderDictionary(ORDER, newArrangement(), this::ranks);
        Random random = new Random(3);
        for (int batch = 0; batch < 50; batch++) {
            List<Object> values = new ArrayList<>();
            for (int i = 0; i < 1_000; i++) {
                values.add("w" + random.nextInt(Integer.MAX_VALUE));
            }
            dictionary.prepare(values);
        }
        questions.set(0);
        compared.set(0);
        for (int i = 0; i < 100; i++) {
            dictionary.label("v" + random.nextInt(Integer.MAX_VALUE));
        }
        System.out.println(
                "order dictionary: 50,000 values, then "
                        + questions.get() / 100.0
                        + " questions of "
                        + compared.get() / 100
                        + " values in all for a new one");
        assertThat(questions.get()).isLessThanOrEqualTo(600);
        assertThat(compared.get()).isLessThan(100 * 200);
    }

    private static Arrangement newArrangement() {
        return new MemoryStateStore().space("v").arrangement(0);
    }

    private static String word(Random random) {
        String word = Integer.toString(random.nextInt(3_000), 36);
        return random.nextBoolean() ? word : word.toUpperCase(Locale.ROOT);
    }

    /// Backwards and without case, which is no order of Java's.
    private static String folded(String text) {
        return new StringBuilder(text.toLowerCase(Locale.ROOT)).reverse().toString();
    }

    private List<RemoteFunctions.Outcome> ranks(RemoteCall call, List<Row> arguments) {
        questions.incrementAndGet();
        List<RemoteFunctions.Outcome> outcomes = new ArrayList<>();
        for (Row argument : arguments) {
            TreeSet<String> all = new TreeSet<>();
            List<@Nullable Object> elements = new ArrayList<>();
            if (argument.get(0) instanceof SqlArray array) {
                elements.addAll(array.elements());
            }
            compared.addAndGet(elements.size());
            elements.forEach(element -> all.add(folded(String.valueOf(element))));
            List<@Nullable Object> ranks = new ArrayList<>();
            elements.forEach(
                    element -> ranks.add(1L + all.headSet(folded(String.valueOf(element))).size()));
            outcomes.add(new RemoteFunctions.Outcome.Returned(List.of(Row.of(SqlArray.of(ranks)))));
        }
        return outcomes;
    }
}
