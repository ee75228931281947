package io.pgtrickle.cdc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.type.Collation;
import io.pgtrickle.model.type.Oids;
import io.pgtrickle.model.type.SqlType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

final class BinaryCopyParserTest {

    private static final List<SqlType> TYPES =
            List.of(SqlType.INT4, new SqlType.Text(Oids.TEXT, false, Collation.C));
    private static final String HEADER = "5047434f50590aff0d0a00" + "00000000" + "00000000";
    private static final byte[] COPY =
            HexFormat.of()
                    .parseHex(
                            HEADER
                                    + "0002"
                                    + "0000000400000007"
                                    + "0000000161"
                                    + "0002"
                                    + "ffffffff"
                                    + "00000000"
                                    + "ffff");
    private static final List<Row> ROWS = List.of(Row.of(7L, "a"), Row.of(null, ""));

    @Test
    void readsRows() {
        assertThat(parse(COPY)).isEqualTo(ROWS);
    }

    @Test
    void readsPiecesThatEndAnywhere() {
        for (int cut = 0; cut <= COPY.length; cut++) {
            assertThat(parse(Arrays.copyOf(COPY, cut), Arrays.copyOfRange(COPY, cut, COPY.length)))
                    .as("cut at %d", cut)
                    .isEqualTo(ROWS);
        }
        byte[][] single = new byte[COPY.length][];
        for (int i = 0; i < COPY.length; i++) {
            single[i] = new byte[] {COPY[i]};
        }
        assertThat(parse(single)).isEqualTo(ROWS);
    }

    @Test
    void refusesWhatBreaksOffOrGoesOn() {
        for (int length = 0; length < COPY.length; length++) {
            byte[] shorter = Arrays.copyOf(COPY, length);
            assertMalformed(shorter);
        }
        assertMalformed(Arrays.copyOf(COPY, COPY.length + 1));
        assertMalformed(HexFormat.of().parseHex(HEADER + "0001" + "ffffffff" + "ffff"));
        assertMalformed(
                HexFormat.of().parseHex(HEADER + "0002" + "fffffffe" + "ffffffff" + "ffff"));
    }

    private static void assertMalformed(byte[] copy) {
        assertThatThrownBy(() -> parse(copy))
                .isInstanceOfSatisfying(
                        PgtrickleException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.STREAM_MALFORMED));
    }

    private static List<Row> parse(byte[]... pieces) {
        BinaryCopyParser parser = new BinaryCopyParser(TYPES);
        List<Row> rows = new ArrayList<>();
        for (byte[] piece : pieces) {
            parser.accept(piece, rows::add);
        }
        parser.end();
        return rows;
    }
}
