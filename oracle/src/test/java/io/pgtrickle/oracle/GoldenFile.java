package io.pgtrickle.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A file that a test writes when asked to (`-Dpgtrickle.spec.rewrite=true`: read the difference before it is committed), and else compares with.
final class GoldenFile {

    private GoldenFile() {}

    static void check(Path file, String actual) throws IOException {
        if (Boolean.getBoolean("pgtrickle.spec.rewrite")) {
            Files.writeString(file, actual);
        }
        assertThat(actual)
                .as("%s, which -Dpgtrickle.spec.rewrite=true writes anew", file)
                .isEqualTo(Files.exists(file) ? Files.readString(file) : "");
    }
}
