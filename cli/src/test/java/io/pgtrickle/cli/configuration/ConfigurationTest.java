package io.pgtrickle.cli.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.pgtrickle.cli.http.HttpAddress;
import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.postgres.Environment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigurationTest {

    @TempDir private Path directory;

    @Test
    void everythingHasADefault() {
        Configuration configuration = read(Map.of(), "", Map.of());
        assertThat(configuration.stateDirectory()).isEqualTo(Path.of("pgtrickle-state"));
        assertThat(configuration.slot()).isEqualTo("pgtrickle");
        assertThat(configuration.publication()).isEqualTo("pgtrickle");
        assertThat(configuration.memory()).isEqualTo(DataSize.parse("1GB"));
        assertThat(configuration.http()).contains(new HttpAddress("127.0.0.1", 8080));
    }

    @Test
    void aFlagBeatsTheEnvironmentWhichBeatsTheFileWhichBeatsTheDefault() {
        String file = "slot: f\npublication: f\nstate-dir: f\n";
        Map<String, String> variables = Map.of("PGTRICKLE_SLOT", "e", "PGTRICKLE_PUBLICATION", "e");
        Configuration configuration = read(Map.of(Setting.SLOT, "flag"), file, variables);
        assertThat(configuration.slot()).isEqualTo("flag");
        assertThat(configuration.publication()).isEqualTo("e");
        assertThat(configuration.stateDirectory()).isEqualTo(Path.of("f"));
        assertThat(configuration.memory()).isEqualTo(DataSize.parse("1GB"));
    }

    @Test
    void theFileMayBeNamedByTheEnvironment() {
        assertThat(read(Map.of(), "slot: named\n", Map.of()).slot()).isEqualTo("named");
    }

    @Test
    void unknownKeysAreErrors() {
        refuses("slots: s\n", Map.of(), "unknown key of the configuration file \"slots\"");
        refuses(
                "",
                Map.of("PGTRICKLE_SLOTS", "s"),
                "unknown environment variable \"PGTRICKLE_SLOTS\"");
    }

    @Test
    void whatKubernetesAndTheLauncherSetIsLeftAlone() {
        Map<String, String> variables =
                Map.of(
                        "PGTRICKLE_SERVICE_HOST", "10.0.0.1",
                        "PGTRICKLE_PORT_8080_TCP", "tcp://10.0.0.1:8080",
                        "PGTRICKLE_JAVA_OPTIONS", "-Xmx1g");
        assertThat(read(Map.of(), "", variables).slot()).isEqualTo("pgtrickle");
    }

    @Test
    void badValuesAreErrorsThatShowTheValue() {
        refuses("memory: lots\n", Map.of(), "not a size: \"lots\"");
        refuses("http: nowhere\n", Map.of(), "not an address to listen on: \"nowhere\"");
        refuses("slot: [a, b]\n", Map.of(), "must have one value");
        refuses("- slot\n", Map.of(), "is not a mapping");
        refuses("slot: a\nslot: b\n", Map.of(), "is not valid YAML");
    }

    @Test
    void aBrokenFileIsNotQuotedSinceItMayHoldAPassword() {
        refuses("url: \"postgresql://a:topsecret@h/d\nslot: x\n", Map.of(), "is not valid YAML");
    }

    @Test
    void whatIsPrintedReadsBack() {
        Configuration configuration =
                read(
                        Map.of(Setting.STATE_DIR, "it's here: #1", Setting.MEMORY, "1536MB"),
                        "",
                        Map.of());
        String printed = String.join("\n", configuration.lines());
        assertThat(read(Map.of(), printed, Map.of())).isEqualTo(configuration);
    }

    private void refuses(String file, Map<String, String> variables, String message) {
        assertThatExceptionOfType(PgtrickleException.class)
                .isThrownBy(() -> read(Map.of(), file, variables))
                .withMessageContaining(message)
                .withMessageNotContaining("topsecret")
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_ARGUMENT));
    }

    private Configuration read(
            Map<Setting, String> flags, String file, Map<String, String> variables) {
        Map<String, String> all = new HashMap<>(variables);
        all.put(Configuration.CONFIG_VARIABLE, write(file).toString());
        return Configuration.read(
                flags, Optional.empty(), new Environment(all, directory, "somebody"));
    }

    private Path write(String text) {
        try {
            return Files.writeString(directory.resolve("pgtrickle.yaml"), text);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
