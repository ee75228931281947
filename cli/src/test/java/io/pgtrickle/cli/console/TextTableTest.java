package io.pgtrickle.cli.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class TextTableTest {

    @Test
    void alignsNumbersToTheRightAndTextToTheLeft() {
        Table table =
                new Table(
                        List.of("name", "rows", "state_bytes", "active"),
                        List.of(
                                Table.row("a", 1L, 20_480L, true),
                                Table.row("long name", 1000L, null, false)));
        assertThat(TextTable.lines(table))
                .containsExactly(
                        "name       rows  state_bytes  active",
                        "------------------------------------",
                        "a             1        20 kB  yes",
                        "long name  1000               no");
    }

    @Test
    void controlCharactersNeverReachTheTerminal() {
        Table table = new Table(List.of("query"), List.of(Table.row("SELECT\n  '\u001b[2J'")));
        assertThat(TextTable.lines(table)).last().isEqualTo("SELECT '\\x1b[2J'");
    }

    @Test
    void sizesArePrintedAsPostgresqlDoes() {
        assertThat(TextTable.size(0)).isEqualTo("0 bytes");
        assertThat(TextTable.size(10_239)).isEqualTo("10239 bytes");
        assertThat(TextTable.size(10_240)).isEqualTo("10 kB");
        assertThat(TextTable.size(5L << 40)).isEqualTo("5120 GB");
    }

    @Test
    void aRowMustHaveTheColumns() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Table(List.of("a", "b"), List.of(Table.row(1L))))
                .withMessageContaining("[1]");
    }

    @Test
    void jsonKeepsTypesAndNulls() {
        Table table =
                new Table(
                        List.of("n", "b", "l", "z"),
                        List.of(Table.row(1L, true, List.of("x"), null)));
        assertThat(Json.write(Json.rows(table)).replaceAll("\\s", ""))
                .isEqualTo("[{\"n\":1,\"b\":true,\"l\":[\"x\"],\"z\":null}]");
    }
}
