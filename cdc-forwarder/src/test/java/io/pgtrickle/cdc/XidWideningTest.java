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
}
