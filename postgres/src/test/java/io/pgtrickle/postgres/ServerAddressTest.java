package io.pgtrickle.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgtrickle.model.PgtrickleException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ServerAddressTest {

    @TempDir private Path home;

    private ServerAddress parse(String uri, Map<String, String> variables) {
        return ServerAddress.parse(uri, new Environment(variables, home, "ann"));
    }

    private ServerAddress parse(String uri) {
        return parse(uri, Map.of());
    }

    @ParameterizedTest
    @CsvSource({
        "postgresql://, postgresql://ann@localhost:5432/ann",
        "postgres://db.example, postgresql://ann@db.example:5432/ann",
        "postgresql://bob@db:6543/shop, postgresql://bob@db:6543/shop",
        "postgresql:///shop?host=db&port=1, postgresql://ann@db:1/shop",
        "postgresql://bob:p%40ss@[::1]:5433/a%20b, postgresql://bob@[::1]:5433/a%20b",
        "postgresql://b%C3%B6b@/x, postgresql://b%C3%B6b@localhost:5432/x",
        "'postgresql://a:1,b/x', 'postgresql://ann@a:1,b:5432/x'",
        "jdbc:postgresql://db:5/shop?user=u&password=p, postgresql://u@db:5/shop",
        "jdbc:postgresql:shop, postgresql://ann@localhost:5432/shop"
    })
    void readsUris(String uri, String expected) {
        assertThat(parse(uri)).hasToString(expected);
    }

    @Test
    void readsTheWholeOfAUri() {
        ServerAddress address =
                parse(
                        "postgresql://bob:p%40s%2Fs@h/d?sslmode=verify-full&connect_timeout=3&target_session_attrs=read-write");
        assertThat(address.hosts()).containsExactly(new ServerAddress.Host("h", 5432));
        assertThat(address.login().password()).contains("p@s/s");
        assertThat(address.properties())
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of(
                                "sslmode",
                                "verify-full",
                                "connectTimeout",
                                "3",
                                "targetServerType",
                                "primary"));
    }

    @Test
    void takesFromTheEnvironmentWhatTheUriLeavesOpen() {
        Map<String, String> variables =
                Map.of(
                        "PGHOST",
                        "from-env",
                        "PGPORT",
                        "7",
                        "PGUSER",
                        "eve",
                        "PGPASSWORD",
                        "secret",
                        "PGSSLMODE",
                        "require",
                        "PGDATABASE",
                        "");
        assertThat(parse("", variables)).hasToString("postgresql://eve@from-env:7/eve");
        assertThat(parse("postgresql://h/d?sslmode=disable", variables))
                .hasToString("postgresql://eve@h:7/d");
        assertThat(parse("postgresql://h/d?sslmode=disable", variables).properties())
                .containsEntry("sslmode", "disable");
        assertThat(parse("", variables).properties()).containsEntry("sslmode", "require");
        assertThat(parse("", variables).currentPassword()).contains("secret");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "postgresql://u:topsecret@h:99999/d",
                "postgresql://u:topsecret@h:port/d",
                "postgresql://u:topsecret@h/d?no_such_thing=topsecret",
                "postgresql://u:topsecret@h/d?sslmode",
                "postgresql://u:topsecret%zz@h/d",
                "postgresql://u:topsecret%ff@h/d",
                "postgresql://u:topsecret@%2Fvar%2Frun/d",
                "mysql://u:topsecret@h/d",
                "topsecret"
            })
    void refusesWithoutRepeatingThePassword(String uri) {
        assertThatThrownBy(() -> parse(uri))
                .isInstanceOf(PgtrickleException.class)
                .satisfies(error -> {
                    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
                        assertThat(String.valueOf(cause.getMessage())).doesNotContain("topsecret");
                    }
                });
    }

    @Test
    void neverPrintsThePassword() {
        ServerAddress address = parse("postgresql://u:topsecret@h/d?sslpassword=topsecret");
        assertThat(
                        address.toString()
                                + address.login()
                                + address.withDatabase("e")
                                + address.jdbcUrl())
                .doesNotContain("topsecret");
        assertThat(address.withLogin("v", "topsecret")).hasToString("postgresql://v@h:5432/d");
        assertThat(new Environment(Map.of("PGPASSWORD", "topsecret"), home, "ann").toString())
                .doesNotContain("topsecret");
    }

    @Test
    void looksThePasswordUpEachTime() throws IOException {
        Path file =
                passwordFile(
                        "rw-------",
                        List.of(
                                "# a comment",
                                "h:1:d:u:wrong port",
                                "other:*:*:*:x",
                                "h:*:d\\:e:u\\\\:se:cr\\:et",
                                "*:*:*:*:last"));
        ServerAddress address = parse("postgresql://u%5C@h/d:e");
        assertThat(address.currentPassword()).contains("se:cr:et");
        assertThat(parse("postgresql://nobody@h/d").currentPassword()).contains("last");
        Files.writeString(file, "*:*:*:*:changed\n");
        assertThat(address.currentPassword()).contains("changed");
        assertThat(parse("postgresql://u:given@h/d").currentPassword()).contains("given");
        Files.delete(file);
        assertThat(address.currentPassword()).isEmpty();
    }

    @Test
    void refusesAPasswordFileThatOthersCanRead() throws IOException {
        passwordFile("rw-r-----", List.of("*:*:*:*:secret"));
        assertThatThrownBy(() -> parse("postgresql://h/d").currentPassword())
                .hasMessageContaining("group or world access");
    }

    private Path passwordFile(String permissions, List<String> lines) throws IOException {
        Path file = home.resolve(".pgpass");
        Files.write(file, lines);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    }
}
