package io.pgtrickle.planner;

import io.pgtrickle.model.Json;
import io.pgtrickle.model.Json.Member;
import io.pgtrickle.model.Numeric;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/// Reads a jsonb from the server's memory image (`jsonb.h`): of each container a header with its kind and count, an entry for each
/// part with its kind and its length or end, then the parts themselves, numbers and containers aligned.
final class JsonbMemory {

    private static final int COUNT = 0x0fff_ffff;
    private static final int SCALAR = 0x1000_0000;
    private static final int STRUCTURE = 0x2000_0000;
    private static final int ENTRY_KIND = 0x7000_0000;
    private static final int ENTRY_LENGTH = 0x0fff_ffff;
    private static final int ENTRY_HAS_END = 0x8000_0000;

    private final byte[] memory;
    private final ByteBuffer in;
    private final Function<byte[], String> texts;
    private final Function<ByteBuffer, Numeric> numbers;

    /// @param memory without the varlena's header
    JsonbMemory(
            byte[] memory, Function<byte[], String> texts, Function<ByteBuffer, Numeric> numbers) {
        this.memory = memory;
        this.in = ByteBuffer.wrap(memory).order(ByteOrder.LITTLE_ENDIAN);
        this.texts = texts;
        this.numbers = numbers;
    }

    Json value() {
        Json root = container(0);
        boolean scalar = (in.getInt(0) & SCALAR) != 0;
        return scalar && root instanceof Json.Array(List<Json> elements)
                ? elements.getFirst()
                : root;
    }

    private Json container(int start) {
        int header = in.getInt(start);
        int count = header & COUNT;
        boolean structure = (header & STRUCTURE) != 0;
        int entries = structure ? 2 * count : count;
        int data = start + 4 + 4 * entries;
        List<Json> parts = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < entries; i++) {
            int entry = in.getInt(start + 4 + 4 * i);
            int length = entry & ENTRY_LENGTH;
            int to = (entry & ENTRY_HAS_END) != 0 ? length : from + length;
            parts.add(part(entry & ENTRY_KIND, data, from, to));
            from = to;
        }
        return structure ? structure(parts, count) : new Json.Array(parts);
    }

    private Json part(int kind, int data, int from, int to) {
        return switch (kind) {
            case 0 ->
                    new Json.Text(texts.apply(Arrays.copyOfRange(memory, data + from, data + to)));
            case 0x1000_0000 -> {
                int start = data + aligned(from);
                ByteBuffer number =
                        ByteBuffer.wrap(Arrays.copyOfRange(memory, start, data + to))
                                .order(ByteOrder.LITTLE_ENDIAN);
                if (numbers.apply(number) instanceof Numeric.Finite(BigDecimal value)) {
                    yield new Json.Decimal(value);
                }
                throw new IllegalArgumentException("a number in jsonb isn't finite");
            }
            case 0x2000_0000 -> Json.Literal.FALSE;
            case 0x3000_0000 -> Json.Literal.TRUE;
            case 0x4000_0000 -> Json.Literal.NULL;
            case 0x5000_0000 -> container(data + aligned(from));
            default -> throw new IllegalArgumentException("jsonb entry of kind " + kind);
        };
    }

    private static int aligned(int offset) {
        return (offset + 3) / 4 * 4;
    }

    private static Json structure(List<Json> parts, int count) {
        List<Member> members = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            if (!(parts.get(i) instanceof Json.Text(String key))) {
                throw new IllegalArgumentException("a jsonb key is no string");
            }
            members.add(new Member(key, parts.get(count + i)));
        }
        return new Json.Structure(members);
    }
}
