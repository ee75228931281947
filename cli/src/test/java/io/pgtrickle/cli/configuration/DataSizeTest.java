package io.pgtrickle.cli.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.pgtrickle.model.PgtrickleException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DataSizeTest {

    @ParameterizedTest
    @CsvSource({"0B,0", "512MB,536870912", "1gb,1073741824", "2 TB,2199023255552", "3kB,3072"})
    void readsPostgresqlsUnits(String text, long bytes) {
        assertThat(DataSize.parse(text)).isEqualTo(new DataSize(bytes));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1", "1.5GB", "-1GB", "1 XB", "99999999999TB"})
    void refusesAllElse(String text) {
        assertThatExceptionOfType(PgtrickleException.class).isThrownBy(() -> DataSize.parse(text));
    }

    @Test
    void printsTheLargestUnitThatFits() {
        assertThat(DataSize.parse("2048MB")).hasToString("2GB");
        assertThat(DataSize.parse("1536MB")).hasToString("1536MB");
        assertThat(new DataSize(1)).hasToString("1B");
    }
}
