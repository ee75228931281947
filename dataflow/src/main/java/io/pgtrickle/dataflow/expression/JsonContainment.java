package io.pgtrickle.dataflow.expression;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pgtrickle.model.Json;
import io.pgtrickle.model.Json.Member;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What jsonb contains (`JsonbDeepContains`), and the order of its keys.
final class JsonContainment {

    /// Shorter keys first, then by bytes (`lengthCompareJsonbString`).
    private static final Comparator<String> STORAGE_ORDER =
            (a, b) -> {
                byte[] x = a.getBytes(UTF_8);
                byte[] y = b.getBytes(UTF_8);
                return x.length != y.length
                        ? Integer.compare(x.length, y.length)
                        : Arrays.compareUnsigned(x, y);
            };

    private JsonContainment() {}

    /// Whole values: an array contains a scalar that is one of its elements, a scalar only itself.
    static boolean contains(Json value, Json part) {
        if (isScalar(value)) {
            return isScalar(part) && same(value, part);
        }
        if (isScalar(part)) {
            return value instanceof Json.Array(List<Json> elements)
                    && elements.stream().anyMatch(element -> same(element, part));
        }
        return containerContains(value, part);
    }

    private static boolean containerContains(Json value, Json part) {
        if (value instanceof Json.Structure(List<Member> members)
                && part instanceof Json.Structure(List<Member> wanted)) {
            return members.size() >= wanted.size()
                    && wanted.stream()
                            .allMatch(member ->
                                    members.stream()
                                            .anyMatch(candidate ->
                                                    candidate.key().equals(member.key())
                                                            && partContains(
                                                                    candidate.value(),
                                                                    member.value())));
        }
        return value instanceof Json.Array(List<Json> elements)
                && part instanceof Json.Array(List<Json> wanted)
                && wanted.stream()
                        .allMatch(element ->
                                elements.stream()
                                        .anyMatch(candidate -> partContains(candidate, element)));
    }

    private static boolean partContains(Json value, Json part) {
        return isScalar(part) ? same(value, part) : containerContains(value, part);
    }

    private static boolean isScalar(Json value) {
        return !(value instanceof Json.Array || value instanceof Json.Structure);
    }

    /// Whether scalars are equal: 1.0 is 1.00.
    private static boolean same(Json a, Json b) {
        return a instanceof Json.Decimal(BigDecimal x) && b instanceof Json.Decimal(BigDecimal y)
                ? x.compareTo(y) == 0
                : isScalar(a) && a.equals(b);
    }

    /// The members of both, the right one's before the left one's.
    static List<Member> merged(List<Member> left, List<Member> right) {
        Map<String, Member> members = new TreeMap<>(STORAGE_ORDER);
        left.forEach(member -> members.put(member.key(), member));
        right.forEach(member -> members.put(member.key(), member));
        return List.copyOf(members.values());
    }
}
