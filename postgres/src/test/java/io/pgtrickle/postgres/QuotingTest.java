package io.pgtrickle.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgtrickle.model.PgtrickleException;
import org.junit.jupiter.api.Test;

final class QuotingTest {

    @Test
    void quotesWhatEndsAQuote() {
        assertThat(Quoting.identifier("a\"b'c\\d")).isEqualTo("\"a\"\"b'c\\d\"");
        assertThat(Quoting.qualified("S", "t.u")).isEqualTo("\"S\".\"t.u\"");
        assertThat(Quoting.literal("it's \"so\"")).isEqualTo("'it''s \"so\"'");
        assertThat(Quoting.literal("\\'; DROP")).isEqualTo(" E'\\\\''; DROP'");
    }

    @Test
    void refusesNul() {
        assertThatThrownBy(() -> Quoting.identifier("a\0b")).isInstanceOf(PgtrickleException.class);
        assertThatThrownBy(() -> Quoting.literal("\0")).isInstanceOf(PgtrickleException.class);
    }
}
