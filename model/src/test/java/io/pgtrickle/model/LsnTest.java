package io.pgtrickle.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Random;
import org.junit.jupiter.api.Test;

final class LsnTest {

    private static final Lsn HIGHEST = new Lsn(-1);

    @Test
    void readsAndPrintsAsPostgresqlDoes() {
        assertThat(Lsn.parse("16/B374D848")).isEqualTo(new Lsn(0x16_b374_d848L));
        assertThat(Lsn.parse("16/b374d848")).hasToString("16/B374D848");
        assertThat(Lsn.parse("0/0")).isEqualTo(Lsn.ZERO);
        assertThat(Lsn.parse("0/1A")).hasToString("0/1A");
        assertThat(Lsn.parse("FFFFFFFF/FFFFFFFF")).isEqualTo(HIGHEST);
        assertThat(new Lsn(0x1_0000_0000L)).hasToString("1/0");
    }

    @Test
    void printingInvertsReading() {
        Random random = new Random(1);
        for (int i = 0; i < 1_000; i++) {
            Lsn lsn = new Lsn(random.nextLong() >>> random.nextInt(64));
            assertThat(Lsn.parse(lsn.toString())).isEqualTo(lsn);
        }
    }

    @Test
    void refusesWhatIsNoPosition() {
        for (String text :
                new String[] {
                    "",
                    "/",
                    "0",
                    "0/",
                    "/0",
                    "0/0/0",
                    "g/0",
                    "0/g",
                    "-1/0",
                    "+1/0",
                    "0/+1",
                    " 0/0",
                    "0/0 ",
                    "123456789/0",
                    "0/123456789"
                }) {
            assertThatIllegalArgumentException().as(text).isThrownBy(() -> Lsn.parse(text));
        }
    }

    @Test
    void ordersWithoutSign() {
        Lsn low = new Lsn(1);
        assertThat(HIGHEST.isAfter(low)).isTrue();
        assertThat(low.isAfter(HIGHEST)).isFalse();
        assertThat(low.isAfter(low)).isFalse();
        assertThat(Lsn.max(low, HIGHEST)).isEqualTo(HIGHEST);
        assertThat(Lsn.min(low, HIGHEST)).isEqualTo(low);
        assertThat(low).isGreaterThan(Lsn.ZERO);
    }

    @Test
    void countsBytesSinceAnEarlierPosition() {
        assertThat(new Lsn(0x1_0000_0010L).bytesSince(new Lsn(0xffff_fff0L))).isEqualTo(0x20);
        assertThat(new Lsn(5).bytesSince(new Lsn(5))).isZero();
        assertThat(new Lsn(5).bytesSince(HIGHEST)).isZero();
    }
}
