package io.pgtrickle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgtrickle.cli.console.Console;
import io.pgtrickle.postgres.Environment;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class CommandTreeTest {

    /// Nobody listens on port 1.
    private static final String UNREACHABLE = "postgresql://somebody:topsecret@127.0.0.1:1/shop";

    @TempDir private Path home;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(Map<String, String> variables, String... arguments) {
        Console console =
                new Console(
                        new PrintWriter(out),
                        new PrintWriter(err),
                        new Environment(variables, home, "somebody"),
                        false);
        return CommandTree.of(console).execute(arguments);
    }

    private int run(String... arguments) {
        return run(Map.of(), arguments);
    }

    @Test
    void everyCommandHasHelp() {
        Console console =
                new Console(
                        new PrintWriter(out),
                        new PrintWriter(err),
                        new Environment(Map.of(), home, "somebody"),
                        false);
        assertEveryCommandHasHelp(CommandTree.of(console));
    }

    private static void assertEveryCommandHasHelp(CommandLine command) {
        assertThat(command.getCommandSpec().optionsMap())
                .as(command.getCommandName())
                .containsKey("--help");
        assertThat(command.getCommandSpec().optionsMap())
                .as(command.getCommandName())
                .containsKeys("--url", "--output", "--verbose");
        assertThat(command.getUsageMessage()).contains("Usage: pgtrickle");
        command.getSubcommands().values().forEach(CommandTreeTest::assertEveryCommandHasHelp);
    }

    @Test
    void helpAndVersionAreNoErrors() {
        assertThat(run("--help")).isZero();
        assertThat(run("view", "create", "--help")).isZero();
        assertThat(run("--version")).isZero();
        assertThat(out.toString()).contains("pgtrickle development");
    }

    @Test
    void wrongUsageIsStatusTwoOnStandardError() {
        assertThat(run("bogus")).isEqualTo(2);
        assertThat(run("view")).isEqualTo(2);
        assertThat(run("view", "drop")).isEqualTo(2);
        assertThat(run("--output", "xml", "view", "list")).isEqualTo(2);
        assertThat(run("slot", "advance", "s", "not-an-lsn")).isEqualTo(2);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString())
                .contains("pgtrickle: ")
                .contains("hint: See \"pgtrickle view --help\".");
    }

    @Test
    void aViewNeedsOneQuery() {
        assertThat(run("view", "create", "v")).isEqualTo(2);
        assertThat(run("view", "create", "v", "SELECT 1", "--file", "q.sql")).isEqualTo(2);
        assertThat(run("view", "verify")).isEqualTo(2);
        assertThat(run("view", "verify", "v", "--all")).isEqualTo(2);
    }

    @Test
    void whatFailsIsStatusOneWithoutTheSecretAndWithoutAStackTrace() {
        for (List<String> command :
                List.of(
                        List.of("view", "list"),
                        List.of("slot", "list"),
                        List.of("doctor"),
                        List.of("install"),
                        List.of("status"))) {
            assertThat(run(Map.of("PGTRICKLE_URL", UNREACHABLE), command.toArray(String[]::new)))
                    .as(command.toString())
                    .isEqualTo(1);
        }
        assertThat(err.toString())
                .contains("pgtrickle: can't connect to postgresql://somebody@127.0.0.1:1/shop")
                .contains("detail: PGT-301")
                .doesNotContain("topsecret")
                .doesNotContain("\tat ");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void aStackTraceIsForThoseWhoAskForIt() {
        assertThat(run("view", "list", "--url", UNREACHABLE, "--verbose")).isEqualTo(1);
        assertThat(err.toString()).contains("\tat ").doesNotContain("topsecret");
    }

    @Test
    void anAddressThatIsNoAddressIsUsageAndItsSecretIsKept() {
        assertThat(run("view", "list", "--url", "mysql://somebody:topsecret@localhost/shop"))
                .isEqualTo(2);
        assertThat(err.toString()).startsWith("pgtrickle: ").doesNotContain("topsecret");
    }

    @Test
    void optionsForAllStandBeforeOrAfterTheCommand() {
        assertThat(run("--url", UNREACHABLE, "view", "list")).isEqualTo(1);
        assertThat(run("view", "--url", UNREACHABLE, "list")).isEqualTo(1);
        assertThat(run("view", "list", "--url", UNREACHABLE)).isEqualTo(1);
        assertThat(err.toString().lines().filter(line -> line.contains("127.0.0.1:1/shop")).count())
                .isEqualTo(3);
    }

    @Test
    void theConfigurationIsPrintedWithoutSecrets() throws IOException {
        Path file = home.resolve("pgtrickle.yaml");
        Files.writeString(file, "memory: 2GB\nslot: from_file\nhttp: off\n");
        int status =
                run(
                        Map.of("PGTRICKLE_URL", UNREACHABLE, "PGTRICKLE_SLOT", "from_environment"),
                        "run",
                        "--print-config",
                        "--config",
                        file.toString(),
                        "--publication",
                        "from_flag");
        assertThat(status).isZero();
        assertThat(out.toString())
                .isEqualToNormalizingNewlines(
                        """
                        url: 'postgresql://somebody@127.0.0.1:1/shop'
                        state-dir: 'pgtrickle-state'
                        slot: 'from_environment'
                        publication: 'from_flag'
                        memory: '2GB'
                        http: 'off'
                        """);
    }

    @Test
    void healthOfNobodyIsStatusOne() {
        assertThat(run("status", "--health", "--http", "127.0.0.1:1")).isEqualTo(1);
        assertThat(err.toString()).contains("nobody answers at http://127.0.0.1:1/healthz");
        assertThat(run("status", "--health", "--http", "off")).isEqualTo(2);
    }

    @Test
    void aCompletionScriptIsGenerated() {
        assertThat(run("generate-completion")).isZero();
        assertThat(out.toString()).contains("complete -F _complete_pgtrickle");
    }
}
