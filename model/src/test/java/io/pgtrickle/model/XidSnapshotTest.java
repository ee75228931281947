package io.pgtrickle.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Random;
import org.junit.jupiter.api.Test;

final class XidSnapshotTest {

    @Test
    void seesWhatWasFinished() {
        XidSnapshot snapshot = XidSnapshot.parse("10:20:15,12");
        assertThat(snapshot.sees(9)).isTrue();
        assertThat(snapshot.sees(10)).isTrue();
        assertThat(snapshot.sees(12)).isFalse();
        assertThat(snapshot.sees(14)).isTrue();
        assertThat(snapshot.sees(15)).isFalse();
        assertThat(snapshot.sees(19)).isTrue();
        assertThat(snapshot.sees(20)).isFalse();
        assertThat(snapshot.sees(1L << 40)).isFalse();
    }

    @Test
    void readsAndPrintsAsPostgresqlDoes() {
        assertThat(XidSnapshot.parse("10:20:15,12")).hasToString("10:20:12,15");
        assertThat(XidSnapshot.parse("10:10:")).hasToString("10:10:");
        XidSnapshot snapshot = XidSnapshot.parse("8589934599:8589934601:8589934600");
        assertThat(snapshot)
                .isEqualTo(
                        new XidSnapshot(
                                8_589_934_599L, 8_589_934_601L, new long[] {8_589_934_600L}));
        assertThat(snapshot.xmin()).isEqualTo(8_589_934_599L);
        assertThat(snapshot.inProgress()).containsExactly(8_589_934_600L);
    }

    @Test
    void refusesWhatIsNoSnapshot() {
        for (String text :
                new String[] {"", "10:20", "20:10:", "a:b:", "10:20:x", "10:20:,", "1:2:3:4"}) {
            assertThatIllegalArgumentException().as(text).isThrownBy(() -> XidSnapshot.parse(text));
        }
    }

    @Test
    void cannotBeChangedFromOutside() {
        long[] running = {15, 12};
        XidSnapshot snapshot = new XidSnapshot(10, 20, running);
        running[0] = 14;
        snapshot.inProgress()[0] = 11;
        assertThat(snapshot).isEqualTo(XidSnapshot.parse("10:20:12,15"));
        assertThat(snapshot).hasSameHashCodeAs(XidSnapshot.parse("10:20:12,15"));
    }

    @Test
    void widensAcrossTheWraparound() {
        long epoch = 1L << 32;
        // just before and just after the 32 bits overflow, from both sides
        assertThat(XidSnapshot.widen(0xffff_fffe, epoch + 5)).isEqualTo(0xffff_fffeL);
        assertThat(XidSnapshot.widen(7, epoch - 3)).isEqualTo(epoch + 7);
        assertThat(XidSnapshot.widen(7, epoch + 5)).isEqualTo(epoch + 7);
        assertThat(XidSnapshot.widen(0xffff_fffe, 3 * epoch + 5)).isEqualTo(3 * epoch - 2);
        // the sign bit of the 32 bits means nothing
        assertThat(XidSnapshot.widen(0x8000_0001, epoch + 0x7fff_ffffL))
                .isEqualTo(epoch + 0x8000_0001L);
        assertThat(XidSnapshot.parse("4294967290:4294967300:").widen(3)).isEqualTo(epoch + 3);
    }

    @Test
    void wideningInvertsTruncationNearby() {
        Random random = new Random(2);
        for (int i = 0; i < 1_000; i++) {
            long near = random.nextLong() >>> 1 + random.nextInt(30);
            long xid = near + random.nextInt();
            assertThat(XidSnapshot.widen((int) xid, near)).isEqualTo(xid);
        }
    }
}
