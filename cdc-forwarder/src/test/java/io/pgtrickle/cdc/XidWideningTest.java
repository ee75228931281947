package io.pgtrickle.cdc;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgtrickle.model.XidSnapshot;
import org.junit.jupiter.api.Test;

final class XidWideningTest {

    @Test
    void takesTheNearestIdAndFollows() {
        XidWidening xids = new XidWidening(0x2_ffff_fff0L);
        assertThat(xids.widen(0xffff_fff5)).isEqualTo(0x2_ffff_fff5L);
        assertThat(xids.widen(3)).as("over the wrap").isEqualTo(0x3_0000_0003L);
        assertThat(xids.widen(0xffff_fff1)).as("an older one").isEqualTo(0x2_ffff_fff1L);
        assertThat(xids.widen(0x7fff_0000)).isEqualTo(0x3_7fff_0000L);
        assertThat(xids.widen(0xe000_0000)).isEqualTo(0x3_e000_0000L);
        assertThat(xids.widen(5)).isEqualTo(0x4_0000_0005L);
    }

    @Test
    void aSnapshotMissesAStreamedTransaction() {
        StreamedXids streamed = new StreamedXids();
        streamed.add(90);
        streamed.add(101);
        assertThat(streamed.areVisibleIn(XidSnapshot.parse("100:105:100"))).isTrue();
        assertThat(streamed.areVisibleIn(XidSnapshot.parse("100:105:100,101"))).isFalse();
        assertThat(streamed.areVisibleIn(XidSnapshot.parse("100:101:"))).isFalse();
    }

    @Test
    void whatIsNotVisibleYetOutlastsARestartAndManyOthers() {
        StreamedXids before = new StreamedXids();
        before.add(100);
        before.add(101);
        byte[] unseen = before.unseen(XidSnapshot.parse("100:102:100"));
        assertThat(StreamedXids.read(unseen)).containsExactly(100);
        StreamedXids streamed = new StreamedXids();
        streamed.addEarlier(StreamedXids.read(unseen));
        streamed.add(102);
        for (int i = 0; i < 100_000; i++) {
            streamed.add(103);
            if (i % 10_000 == 0) {
                streamed.unseen(XidSnapshot.parse("100:105:100,102"));
            }
        }
        assertThat(streamed.areVisibleIn(XidSnapshot.parse("100:105:100"))).isFalse();
        assertThat(streamed.areVisibleIn(XidSnapshot.parse("102:105:102"))).isFalse();
        XidSnapshot all = XidSnapshot.parse("105:105:");
        assertThat(streamed.areVisibleIn(all)).isTrue();
        assertThat(streamed.unseen(all)).isEmpty();
        streamed.unseen(all);
        assertThat(streamed.areVisibleIn(XidSnapshot.parse("102:105:102"))).isTrue();
    }
}
