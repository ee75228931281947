package io.pgtrickle.dataflow.expression;

import io.pgtrickle.model.Json;
import io.pgtrickle.model.Json.Member;
import io.pgtrickle.model.Jsonb;
import io.pgtrickle.model.SqlArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Operators and functions of jsonb (`jsonfuncs.c`, `jsonb_op.c`). A value that is a scalar as a whole is stored as an array of
/// one element, and some functions take it for one.
final class JsonbFunctions {

    private JsonbFunctions() {}

    static void register(FunctionRegistry registry) {
        registry.binary(3478, (a, key) -> jsonb(member(json(a), (String) key)));
        registry.binary(3214, (a, key) -> text(member(json(a), (String) key)));
        registry.binary(3215, (a, index) -> jsonb(element(json(a), (Long) index)));
        registry.binary(3216, (a, index) -> text(element(json(a), (Long) index)));
        registry.binary(3217, (a, path) -> jsonb(follow(json(a), (SqlArray) path)));
        registry.binary(3940, (a, path) -> text(follow(json(a), (SqlArray) path)));
        registry.unary(3210, a -> typeOf(json(a)));
        registry.unary(3207, a -> arrayLength(json(a)));
        registry.binary(4046, (a, b) -> JsonContainment.contains(json(a), json(b)));
        registry.binary(4050, (a, b) -> JsonContainment.contains(json(b), json(a)));
        registry.binary(4047, (a, key) -> exists(json(a), (String) key));
        registry.binary(4048, (a, keys) -> keys(keys).stream().anyMatch(k -> exists(json(a), k)));
        registry.binary(4049, (a, keys) -> keys(keys).stream().allMatch(k -> exists(json(a), k)));
        registry.binary(3301, (a, b) -> concatenated((Jsonb) a, (Jsonb) b));
        registry.binary(3302, (a, key) -> without((Jsonb) a, key::equals));
        registry.binary(3343, (a, keys) -> without((Jsonb) a, keys(oneDimension(keys))::contains));
        registry.binary(3303, (a, index) -> withoutElement((Jsonb) a, (Long) index));
    }

    private static Json json(Object value) {
        return ((Jsonb) value).value();
    }

    private static @Nullable Object jsonb(@Nullable Json value) {
        return value == null ? null : Jsonb.of(value);
    }

    /// As `->>` gives it: a string without quotes, NULL for null.
    private static @Nullable Object text(@Nullable Json value) {
        return switch (value) {
            case null -> null;
            case Json.Text(String text) -> text;
            case Json.Literal literal -> literal == Json.Literal.NULL ? null : literal.text();
            case Json.Decimal _, Json.Array _, Json.Structure _ -> Jsonb.of(value).text();
        };
    }

    private static boolean isScalar(Json value) {
        return !(value instanceof Json.Array || value instanceof Json.Structure);
    }

    private static @Nullable Json member(Json value, String key) {
        if (value instanceof Json.Structure(List<Member> members)) {
            for (Member member : members) {
                if (member.key().equals(key)) {
                    return member.value();
                }
            }
        }
        return null;
    }

    private static @Nullable Json element(Json value, long index) {
        return switch (value) {
            case Json.Structure _ -> null;
            case Json.Array(List<Json> elements) -> elementOf(elements, index);
            case Json.Literal _, Json.Decimal _, Json.Text _ -> elementOf(List.of(value), index);
        };
    }

    private static @Nullable Json elementOf(List<Json> elements, long index) {
        long place = index < 0 ? elements.size() + index : index;
        return place < 0 || place >= elements.size() ? null : elements.get((int) place);
    }

    private static @Nullable Json follow(Json root, SqlArray path) {
        if (path.elements().contains(null)) {
            return null;
        }
        Json value = root;
        for (Object step : path.elements()) {
            String key = (String) Objects.requireNonNull(step);
            Json next =
                    switch (value) {
                        case Json.Structure _ -> member(value, key);
                        case Json.Array(List<Json> elements) -> {
                            OptionalLong index = index(key);
                            yield index.isPresent() ? elementOf(elements, index.getAsLong()) : null;
                        }
                        case Json.Literal _, Json.Decimal _, Json.Text _ -> null;
                    };
            if (next == null) {
                return null;
            }
            value = next;
        }
        return value;
    }

    /// A step that is a whole number as C's `strtol` reads it: blanks and a sign may stand before the digits, nothing after.
    private static OptionalLong index(String step) {
        int at = 0;
        while (at < step.length() && " \t\n\u000b\f\r".indexOf(step.charAt(at)) >= 0) {
            at++;
        }
        String number = step.substring(at);
        if (!number.matches("[+-]?[0-9]+")) {
            return OptionalLong.empty();
        }
        try {
            return OptionalLong.of(Integer.parseInt(number));
        } catch (NumberFormatException _) {
            return OptionalLong.empty();
        }
    }

    private static String typeOf(Json value) {
        return switch (value) {
            case Json.Literal literal -> literal == Json.Literal.NULL ? "null" : "boolean";
            case Json.Decimal _ -> "number";
            case Json.Text _ -> "string";
            case Json.Array _ -> "array";
            case Json.Structure _ -> "object";
        };
    }

    private static Object arrayLength(Json value) {
        if (value instanceof Json.Array(List<Json> elements)) {
            return (long) elements.size();
        }
        throw RowErrors.of(
                "22023",
                "cannot get array length of a "
                        + (value instanceof Json.Structure ? "non-array" : "scalar"));
    }

    private static boolean exists(Json value, String key) {
        return switch (value) {
            case Json.Structure _ -> member(value, key) != null;
            case Json.Array(List<Json> elements) -> elements.contains(new Json.Text(key));
            case Json.Text(String text) -> text.equals(key);
            case Json.Literal _, Json.Decimal _ -> false;
        };
    }

    private static Object oneDimension(Object array) {
        if (((SqlArray) array).dimensions().size() > 1) {
            throw RowErrors.of("2202E", "wrong number of array subscripts");
        }
        return array;
    }

    /// The elements that aren't NULL.
    private static List<String> keys(Object array) {
        List<String> keys = new ArrayList<>();
        for (Object element : ((SqlArray) array).elements()) {
            if (element != null) {
                keys.add((String) element);
            }
        }
        return keys;
    }

    private static Jsonb concatenated(Jsonb left, Jsonb right) {
        Json a = left.value();
        Json b = right.value();
        if (a instanceof Json.Structure(List<Member> x)
                && b instanceof Json.Structure(List<Member> y)) {
            return Jsonb.of(new Json.Structure(JsonContainment.merged(x, y)));
        }
        List<Json> elements = new ArrayList<>(elements(a));
        elements.addAll(elements(b));
        return Jsonb.of(new Json.Array(elements));
    }

    private static List<Json> elements(Json value) {
        return value instanceof Json.Array(List<Json> elements) ? elements : List.of(value);
    }

    /// Without the members of these keys, or without these strings as elements.
    private static Jsonb without(Jsonb value, Predicate<String> unwanted) {
        return switch (value.value()) {
            case Json.Structure(List<Member> members) ->
                    Jsonb.of(
                            new Json.Structure(
                                    members.stream()
                                            .filter(member -> !unwanted.test(member.key()))
                                            .toList()));
            case Json.Array(List<Json> elements) ->
                    Jsonb.of(
                            new Json.Array(
                                    elements.stream()
                                            .filter(element ->
                                                    !(element instanceof Json.Text(String text)
                                                            && unwanted.test(text)))
                                            .toList()));
            case Json.Literal _, Json.Decimal _, Json.Text _ -> throw deletionFromScalar();
        };
    }

    private static Jsonb withoutElement(Jsonb value, long index) {
        if (isScalar(value.value())) {
            throw deletionFromScalar();
        }
        if (!(value.value() instanceof Json.Array(List<Json> elements))) {
            throw RowErrors.of("22023", "cannot delete from object using integer index");
        }
        long place = index < 0 ? elements.size() + index : index;
        if (place < 0 || place >= elements.size()) {
            return value;
        }
        List<Json> rest = new ArrayList<>(elements);
        rest.remove((int) place);
        return Jsonb.of(new Json.Array(rest));
    }

    private static io.pgtrickle.model.PgtrickleException deletionFromScalar() {
        return RowErrors.of("22023", "cannot delete from scalar");
    }
}
