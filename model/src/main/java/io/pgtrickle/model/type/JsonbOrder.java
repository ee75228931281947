package io.pgtrickle.model.type;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pgtrickle.model.Json;
import io.pgtrickle.model.Json.Member;
import io.pgtrickle.model.Jsonb;
import io.pgtrickle.model.Numeric;
import java.math.BigDecimal;
import java.util.List;

/// The order of jsonb (`compareJsonbContainers`): null, strings, numbers, booleans, arrays by length, objects by size; then part by part.
/// An empty array that is the whole value is below everything, by an old mistake that PostgreSQL keeps.
///
/// Strings are compared by their bytes, which is right under collations that do so.
final class JsonbOrder {

    private static final int EMPTY_ARRAY = 0;
    private static final int NULL = 1;
    private static final int TEXT = 2;
    private static final int NUMBER = 3;
    private static final int BOOLEAN = 4;
    private static final int ARRAY = 5;
    private static final int STRUCTURE = 6;

    private JsonbOrder() {}

    static int compare(Jsonb a, Jsonb b) {
        if (a.text().equals(b.text())) {
            return 0;
        }
        int kinds = Integer.compare(outerKind(a.value()), outerKind(b.value()));
        return kinds != 0 ? kinds : compare(a.value(), b.value());
    }

    private static int outerKind(Json value) {
        return value instanceof Json.Array(List<Json> elements) && elements.isEmpty()
                ? EMPTY_ARRAY
                : kind(value);
    }

    private static int kind(Json value) {
        return switch (value) {
            case Json.Literal literal -> literal == Json.Literal.NULL ? NULL : BOOLEAN;
            case Json.Text _ -> TEXT;
            case Json.Decimal _ -> NUMBER;
            case Json.Array _ -> ARRAY;
            case Json.Structure _ -> STRUCTURE;
        };
    }

    static int compare(Json a, Json b) {
        return switch (a) {
            case Json.Literal x when b instanceof Json.Literal y -> x.compareTo(y);
            case Json.Text(String x) when b instanceof Json.Text(String y) ->
                    Ordering.compareCodePoints(x, y);
            case Json.Decimal(BigDecimal x) when b instanceof Json.Decimal(BigDecimal y) ->
                    x.compareTo(y);
            case Json.Array(List<Json> x) when b instanceof Json.Array(List<Json> y) ->
                    compareArrays(x, y);
            case Json.Structure(List<Member> x) when b instanceof Json.Structure(List<Member> y) ->
                    compareStructures(x, y);
            case Json.Literal _, Json.Text _, Json.Decimal _, Json.Array _, Json.Structure _ ->
                    Integer.compare(kind(a), kind(b));
        };
    }

    private static int compareArrays(List<Json> a, List<Json> b) {
        int sign = Integer.compare(a.size(), b.size());
        for (int i = 0; sign == 0 && i < a.size(); i++) {
            sign = compare(a.get(i), b.get(i));
        }
        return sign;
    }

    private static int compareStructures(List<Member> a, List<Member> b) {
        int sign = Integer.compare(a.size(), b.size());
        for (int i = 0; sign == 0 && i < a.size(); i++) {
            sign = Ordering.compareCodePoints(a.get(i).key(), b.get(i).key());
            if (sign == 0) {
                sign = compare(a.get(i).value(), b.get(i).value());
            }
        }
        return sign;
    }

    static void writeKey(Jsonb value, ByteWriter out) {
        if (outerKind(value.value()) == EMPTY_ARRAY) {
            out.writeByte(EMPTY_ARRAY);
        } else {
            writeKey(value.value(), out);
        }
    }

    private static void writeKey(Json value, ByteWriter out) {
        out.writeByte(kind(value));
        switch (value) {
            case Json.Literal literal -> out.writeByte(literal == Json.Literal.TRUE ? 1 : 0);
            case Json.Text(String text) -> KeyEncoding.writeEscaped(text.getBytes(UTF_8), out);
            case Json.Decimal(BigDecimal number) ->
                    KeyEncoding.writeNumeric(Numeric.of(number), out);
            case Json.Array(List<Json> elements) -> {
                out.writeInt(elements.size());
                elements.forEach(element -> writeKey(element, out));
            }
            case Json.Structure(List<Member> members) -> {
                out.writeInt(members.size());
                for (Member member : members) {
                    KeyEncoding.writeEscaped(member.key().getBytes(UTF_8), out);
                    writeKey(member.value(), out);
                }
            }
        }
    }
}
