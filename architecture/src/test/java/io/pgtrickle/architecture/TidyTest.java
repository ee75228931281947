package io.pgtrickle.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.pgtrickle.model.ErrorCode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TidyTest {
    private SourceTree tree = new SourceTree(Path.of(""), Map.of());

    @BeforeAll
    void readTheTree() throws IOException, InterruptedException {
        assumeTrue(SourceTree.isThere(), "no git work tree: its files can't be listed");
        tree = SourceTree.read();
    }

    @Test
    void seesTheTree() {
        assertThat(tree.texts())
                .containsKeys("pom.xml", ".ci/run", "model/pom.xml", "docs/errors.md");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("checks")
    void isTidy(String name, Function<SourceTree, List<String>> check) {
        assertThat(check.apply(tree)).as(name).isEmpty();
    }

    /// Each check finds the one fault that stands here for it, and nothing in the file without faults.
    @ParameterizedTest(name = "{0}")
    @MethodSource("checks")
    void findsAFault(
            String name, Function<SourceTree, List<String>> check, String path, String text) {
        SourceTree faulty =
                new SourceTree(
                        tree.root(),
                        Map.of(path, text, "a/src/test/java/b/package-info.java", "@NullMarked"));
        assertThat(check.apply(faulty)).as(name).hasSize(1);
    }

    static Stream<Arguments> checks() {
        String test = "a/src/test/java/b/CTest.java";
        return Stream.of(
                check("no file over 500 lines", Tidiness::longFiles, "a.sql", "x\n".repeat(501)),
                check(
                        "names say something",
                        Tidiness::emptyNames,
                        "a/src/test/java/b/RowHelper.java",
                        ""),
                check("no test sleeps", Tidiness::sleepingTests, test, "Thread.sleep" + "(1);"),
                check("no test is disabled", Tidiness::disabledTests, test, "  @" + "Disabled"),
                check(
                        "no path of a machine",
                        Tidiness::machinePaths,
                        "a.md",
                        "see /wo" + "rk/main/x"),
                check(
                        "no registry's host",
                        Tidiness::registries,
                        "a.md",
                        "https://deb" + ".debian.org/x"),
                check(
                        "packages are null-marked",
                        Tidiness::packagesWithoutNullMarked,
                        "a/src/main/java/b/C.java",
                        ""),
                check(
                        "links lead somewhere",
                        Tidiness::brokenLinks,
                        "docs/a.md",
                        "[x](nowhere.md#y) [y](../pom.xml)"));
    }

    private static Arguments check(
            String name, Function<SourceTree, List<String>> check, String path, String text) {
        return Arguments.of(name, check, path, text);
    }

    @Test
    void documentsEveryError() {
        assertThat(Tidiness.undocumentedErrors(page(), List.of(ErrorCode.values()))).isEmpty();
    }

    @Test
    void noticesAnErrorWithoutDocumentation() {
        String page = page().replace(ErrorCode.INTERNAL.label(), "PGT-000");
        assertThat(Tidiness.undocumentedErrors(page, List.of(ErrorCode.values())))
                .hasSize(2)
                .anyMatch(fault -> fault.startsWith("missing: | " + ErrorCode.INTERNAL.label()))
                .contains("unknown: PGT-000");
    }

    private String page() {
        return tree.texts().getOrDefault("docs/errors.md", "");
    }
}
