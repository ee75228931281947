package io.pgtrickle.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.lang.ArchRule;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// The directions of DESIGN section 11 as rules over the packages below one root: the product's own, or a fixture's that
/// breaks them.
record Directions(String root) {

    /// @param name its package below the root
    /// @param mayUse packages below the root, beside its own
    private record Room(String name, List<String> mayUse) {
        private Room(String name, List<String> mayUse) {
            this.name = name;
            this.mayUse = List.copyOf(mayUse);
        }
    }

    private static final List<Room> ROOMS =
            List.of(
                    new Room("model", List.of()),
                    new Room("state", List.of("model..")),
                    new Room("dataflow", List.of("state..", "model..")),
                    new Room("postgres", List.of("model..")),
                    new Room(
                            "planner",
                            List.of(
                                    "dataflow.plan..",
                                    "dataflow.expression..",
                                    "dataflow.order..",
                                    "postgres..",
                                    "model..")),
                    new Room("cdc", List.of("postgres..", "model..")),
                    new Room(
                            "commander",
                            List.of(
                                    "planner..",
                                    "cdc..",
                                    "dataflow..",
                                    "state..",
                                    "postgres..",
                                    "model..")),
                    new Room(
                            "cli",
                            List.of(
                                    "commander..",
                                    "planner..",
                                    "cdc..",
                                    "dataflow..",
                                    "state..",
                                    "postgres..",
                                    "model..",
                                    "testsupport..")),
                    new Room("testsupport", List.of()),
                    new Room("benchmarks", List.of("dataflow..", "state..", "model..")));

    /// All of them, by what they say.
    Map<String, ArchRule> rules() {
        Map<String, ArchRule> rules = new LinkedHashMap<>();
        for (Room room : ROOMS) {
            rules.put(room.name() + " uses only " + room.mayUse(), roomRule(room));
        }
        rules.put(
                "packages have no cycles",
                slices().matching(root + ".(**)").should().beFreeOfCycles());
        rules.put("model does no I/O", modelRule());
        rules.put("dataflow does no I/O", inputOutputRule("dataflow"));
        rules.put("only the postgres side of the house knows JDBC", jdbcRule());
        rules.put("only state-store knows RocksDB", only("org.rocksdb..", "state.."));
        rules.put(
                "only postgres, cdc-forwarder, demo and benchmarks know pgjdbc",
                only(
                        "org.postgresql..",
                        "postgres..",
                        "cdc..",
                        "testsupport..",
                        "cli.demo..",
                        "cli.bench.."));
        rules.put("only cli knows Picocli", only("picocli..", "cli.."));
        rules.put("only cli knows Micrometer", only("io.micrometer..", "cli.."));
        rules.put(
                "of the cli only the demo and the benchmarks run a PostgreSQL of its own",
                noClasses()
                        .that(
                                resideInAPackage(below("cli.."))
                                        .and(
                                                not(
                                                        resideInAnyPackage(
                                                                below("cli.demo.."),
                                                                below("cli.bench..")))))
                        .should()
                        .dependOnClassesThat(resideInAPackage(below("testsupport.."))));
        return rules;
    }

    private ArchRule roomRule(Room room) {
        String[] allowed =
                Stream.concat(Stream.of(room.name() + ".."), room.mayUse().stream())
                        .map(this::below)
                        .toArray(String[]::new);
        return noClasses()
                .that(resideInAPackage(below(room.name() + "..")))
                .should()
                .dependOnClassesThat(
                        resideInAPackage(below("..")).and(not(resideInAnyPackage(allowed))));
    }

    /// Its exceptions may be those of java.io.
    private ArchRule modelRule() {
        return noClasses()
                .that(resideInAPackage(below("model..")))
                .should()
                .dependOnClassesThat(
                        resideInAnyPackage("java.sql..", "java.net..", "java.nio.file..")
                                .or(
                                        resideInAPackage("java.io..")
                                                .and(not(assignableTo(Exception.class)))
                                                .and(
                                                        not(
                                                                assignableTo(
                                                                        java.io.Serializable
                                                                                .class)))))
                .orShould()
                .dependOnClassesThat(resideInAPackage("org.slf4j.."));
    }

    private ArchRule inputOutputRule(String name) {
        return noClasses()
                .that(resideInAPackage(below(name + "..")))
                .should()
                .dependOnClassesThat(
                        resideInAnyPackage("java.net..", "java.nio.file..", "org.slf4j.."));
    }

    private ArchRule jdbcRule() {
        return noClasses()
                .that(resideInAnyPackage(below("model.."), below("state.."), below("dataflow..")))
                .should()
                .dependOnClassesThat(resideInAnyPackage("java.sql..", "javax.sql.."));
    }

    private ArchRule only(String library, String... rooms) {
        String[] allowed = Stream.of(rooms).map(this::below).toArray(String[]::new);
        return noClasses()
                .that(resideInAPackage(below("..")).and(not(resideInAnyPackage(allowed))))
                .should()
                .dependOnClassesThat(resideInAPackage(library));
    }

    private String below(String name) {
        return name.equals("..") ? root + ".." : root + "." + name;
    }
}
