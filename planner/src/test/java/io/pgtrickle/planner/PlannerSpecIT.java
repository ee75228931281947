package io.pgtrickle.planner;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgtrickle.testsupport.Database;
import io.pgtrickle.testsupport.EmbeddedServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Queries and what becomes of them, the same on every PostgreSQL. `-Dpgtrickle.spec.rewrite=true` writes the files anew: read the
/// difference before it is committed.
final class PlannerSpecIT {

    private static Stream<Arguments> specs() throws IOException {
        try (Stream<Path> files = Files.list(TestSchema.DIRECTORY)) {
            return files
                    .filter(file -> file.toString().endsWith(".spec"))
                    .sorted()
                    .flatMap(file ->
                            EmbeddedServer.MAJORS.stream()
                                    .map(major -> Arguments.of(file.getFileName(), major)))
                    .toList()
                    .stream();
        }
    }

    @ParameterizedTest(name = "{0} on PostgreSQL {1}")
    @MethodSource("specs")
    void plansAreAsWritten(Path name, int major) throws IOException, SQLException {
        Path file = TestSchema.DIRECTORY.resolve(name);
        Database database = TestSchema.database(major);
        try (Connection connection = TestSchema.connect(database)) {
            String actual = PlanSpec.run(file, connection);
            if (Boolean.getBoolean("pgtrickle.spec.rewrite") && major == 18) {
                Files.writeString(file, actual);
            }
            assertThat(actual).isEqualTo(Files.readString(file));
        }
    }
}
