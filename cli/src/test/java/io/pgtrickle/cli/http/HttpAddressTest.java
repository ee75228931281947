package io.pgtrickle.cli.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.pgtrickle.model.PgtrickleException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpAddressTest {

    @Test
    void aPortAloneIsOnTheLoopbackAddress() {
        assertThat(HttpAddress.parse("0")).contains(new HttpAddress("127.0.0.1", 0));
    }

    @Test
    void anIpv6AddressStandsInBrackets() {
        assertThat(HttpAddress.parse("[::1]:80")).contains(new HttpAddress("::1", 80));
        assertThat(new HttpAddress("::1", 80)).hasToString("[::1]:80");
    }

    @Test
    void offIsNowhere() {
        assertThat(HttpAddress.parse("off")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "h:", ":80", "h:70000", "::1:80", "h:-1"})
    void refusesAllElse(String text) {
        assertThatExceptionOfType(PgtrickleException.class)
                .isThrownBy(() -> HttpAddress.parse(text));
    }
}
