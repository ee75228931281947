package io.pgtrickle.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

final class DirectionsTest {
    private static final String PRODUCT = "io.pgtrickle";
    private static final String FIXTURE = "io.pgtrickle.architecture.fixture";

    @TestFactory
    Stream<DynamicTest> holdInTheProduct() {
        JavaClasses classes =
                new ClassFileImporter()
                        .withImportOption(new ImportOption.DoNotIncludeTests())
                        .importPackages(PRODUCT);
        return new Directions(PRODUCT)
                .rules().entrySet().stream()
                        .map(rule ->
                                DynamicTest.dynamicTest(
                                        rule.getKey(), () -> rule.getValue().check(classes)));
    }

    /// A rule that nothing can break guards nothing: each is broken once below [#FIXTURE].
    @TestFactory
    Stream<DynamicTest> areNoticedWhenBroken() {
        JavaClasses classes = new ClassFileImporter().importPackages(FIXTURE);
        return new Directions(FIXTURE)
                .rules().entrySet().stream()
                        .map(rule ->
                                DynamicTest.dynamicTest(
                                        rule.getKey(),
                                        () ->
                                                assertThat(
                                                                rule.getValue()
                                                                        .evaluate(classes)
                                                                        .hasViolation())
                                                        .isTrue()));
    }
}
