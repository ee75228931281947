package io.pgtrickle.testsupport;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class PostgresArchiveTest {
    @Test
    void isNamedAfterThePlatform() {
        assertThat(PostgresArchive.name("Linux", "amd64")).isEqualTo("postgres-linux-x86_64.txz");
        assertThat(PostgresArchive.name("Linux", "aarch64")).isEqualTo("postgres-linux-arm_64.txz");
        assertThat(PostgresArchive.name("Mac OS X", "x86_64"))
                .isEqualTo("postgres-darwin-x86_64.txz");
        assertThat(PostgresArchive.name("Mac OS X", "aarch64"))
                .isEqualTo("postgres-darwin-arm_64.txz");
    }
}
