package io.pgtrickle.architecture;

import io.pgtrickle.model.ErrorCode;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What STYLE asks of every file. Each check gives the faults that it finds, one a line, with the file first.
final class Tidiness {
    private static final int MAX_LINES = 500;

    private static final Pattern SOURCE = Pattern.compile(".+\\.(java|sql|sh|js|ts|css|html)");
    private static final Pattern JAVA =
            Pattern.compile("(.+)/src/(main|test)/java/(.+)/[^/]+\\.java");
    private static final Pattern TEST = Pattern.compile(".+/src/test/java/.+\\.java");
    private static final Pattern EMPTY_NAME =
            Pattern.compile(".+/(Abstract\\w*|\\w*(Manager|Helper|Utils?|Handler|Impl))\\.java");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#\\s]+)(#[^)]*)?\\)");
    private static final Pattern CODE = Pattern.compile("(?s)```.*?```|`[^`\n]*`");
    private static final Pattern LABEL = Pattern.compile("PGT-\\d{3}");

    // Written so that this file has none of them.
    private static final Pattern SLEEP =
            Pattern.compile("\\b(Thread|TimeUnit\\.[A-Z]+|[A-Z]+SECONDS)\\.sleep[(]");
    private static final Pattern DISABLED = Pattern.compile("[@]Disabled");
    private static final Pattern MACHINE_PATH =
            Pattern.compile("(?<![\\w.}/-])/(work/(main|wt|shared)|tmp/brief|root/[.])");
    private static final Pattern REGISTRY =
            Pattern.compile(
                    "repo[.]maven[.]apache[.]org|repo1[.]maven[.]org|plugins[.]gradle[.]org"
                            + "|registry[.]npmjs[.]org|deb[.]debian[.]org|pypi[.]org"
                            + "|files[.]pythonhosted[.]org|index[.]crates[.]io"
                            + "|proxy[.]golang[.]org|registry-1[.]docker[.]io");

    private Tidiness() {}

    static List<String> longFiles(SourceTree tree) {
        return faults(
                tree,
                SOURCE,
                text -> {
                    long lines = text.lines().count();
                    return lines > MAX_LINES ? Stream.of(lines + " lines") : Stream.of();
                });
    }

    static List<String> emptyNames(SourceTree tree) {
        return faults(tree, EMPTY_NAME, _ -> Stream.of("a name that says nothing"));
    }

    static List<String> sleepingTests(SourceTree tree) {
        return faults(tree, TEST, text -> matches(SLEEP, text));
    }

    static List<String> disabledTests(SourceTree tree) {
        return faults(tree, TEST, text -> matches(DISABLED, text));
    }

    static List<String> machinePaths(SourceTree tree) {
        return faults(tree, Pattern.compile(".+"), text -> matches(MACHINE_PATH, text));
    }

    static List<String> registries(SourceTree tree) {
        return faults(tree, Pattern.compile(".+"), text -> matches(REGISTRY, text));
    }

    /// A package of test classes has the package-info of the main classes beside it, or one of its own.
    static List<String> packagesWithoutNullMarked(SourceTree tree) {
        Set<String> faults = new TreeSet<>();
        for (String path : tree.texts().keySet()) {
            Matcher java = JAVA.matcher(path);
            if (java.matches()) {
                String module = java.group(1);
                String name = java.group(3);
                boolean marked =
                        isNullMarked(tree, module + "/src/main/java/" + name)
                                || (java.group(2).equals("test")
                                        && isNullMarked(tree, module + "/src/test/java/" + name));
                if (!marked) {
                    faults.add(
                            module + ": package " + name.replace('/', '.') + " is not @NullMarked");
                }
            }
        }
        return List.copyOf(faults);
    }

    private static boolean isNullMarked(SourceTree tree, String directory) {
        return tree.texts()
                .getOrDefault(directory + "/package-info.java", "")
                .contains("@NullMarked");
    }

    /// A link from one file of the tree to another that isn't there.
    static List<String> brokenLinks(SourceTree tree) {
        return tree.texts().entrySet().stream()
                .filter(file -> file.getKey().endsWith(".md"))
                .flatMap(file ->
                        LINK.matcher(CODE.matcher(file.getValue()).replaceAll(""))
                                .results()
                                .map(link -> link.group(1))
                                .filter(link -> !link.contains(":"))
                                .filter(link -> !tree.has(target(file.getKey(), link)))
                                .map(link -> file.getKey() + ": no " + link))
                .sorted()
                .toList();
    }

    private static Path target(String file, String link) {
        return link.startsWith("/")
                ? Path.of(link.substring(1))
                : Path.of(file).resolveSibling(link).normalize();
    }

    /// Each code with its name and SQLSTATE in a row of the page, and no row for a code that doesn't exist.
    static List<String> undocumentedErrors(String page, List<ErrorCode> codes) {
        Stream<String> missing =
                codes.stream()
                        .map(code ->
                                "| %s | `%s` | %s |".formatted(code.label(), code, code.sqlState()))
                        .filter(row -> !page.contains(row))
                        .map(row -> "missing: " + row);
        Set<String> known = codes.stream().map(ErrorCode::label).collect(Collectors.toSet());
        Stream<String> unknown =
                LABEL.matcher(page)
                        .results()
                        .map(label -> label.group())
                        .filter(label -> !known.contains(label))
                        .map(label -> "unknown: " + label);
        return Stream.concat(missing, unknown).sorted().toList();
    }

    private interface Check {
        Stream<String> faults(String text);
    }

    private static List<String> faults(SourceTree tree, Pattern path, Check check) {
        return tree.texts().entrySet().stream()
                .filter(file -> path.matcher(file.getKey()).matches())
                .flatMap(file ->
                        check.faults(file.getValue()).map(fault -> file.getKey() + ": " + fault))
                .sorted()
                .toList();
    }

    private static Stream<String> matches(Pattern pattern, String text) {
        return text.lines().filter(line -> pattern.matcher(line).find()).map(String::strip);
    }
}
