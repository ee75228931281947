package io.pgtrickle.oracle;

import io.pgtrickle.oracle.Draft.Term;
import java.util.List;
import java.util.Optional;

/// Arrays and rows as values: made, and taken apart again.
final class RandomContainers {

    private final Choices random;
    private final RandomExpressions expressions;

    RandomContainers(Choices random, RandomExpressions expressions) {
        this.random = random;
        this.expressions = expressions;
    }

    /// A value of that type out of a container that is made for it.
    String part(ValueKind kind) {
        String a = expressions.of(kind, 0);
        String b = expressions.of(kind, 0);
        String place = random.pick(List.of("1", "2", "1", "2", "3", "NULL"));
        return switch (random.nextInt(4)) {
            case 0 -> {
                expressions.use(Construct.ARRAY_CONSTRUCTOR);
                expressions.use(Construct.SUBSCRIPT);
                yield "(ARRAY[" + a + ", " + b + "])[" + place + "]";
            }
            case 1 -> {
                expressions.use(Construct.NESTED_ARRAY);
                String c = kind.typed(random);
                yield "(ARRAY[ARRAY["
                        + a
                        + ", "
                        + b
                        + "], ARRAY["
                        + c
                        + ", "
                        + a
                        + "]])["
                        + place
                        + "][1]";
            }
            case 2 -> {
                expressions.use(Construct.SLICE);
                String bounds = random.pick(List.of("2:", ":1", ":", "1:2", "2:1"));
                yield "((ARRAY[" + a + ", " + b + "])[" + bounds + "])[1]";
            }
            default -> {
                expressions.use(Construct.ROW_FIELD);
                yield "(ROW(" + a + ", " + b + ")).f" + random.pick(List.of("1", "2"));
            }
        };
    }

    String predicate() {
        Optional<String> alias = alias();
        if (alias.isPresent() && random.nextBoolean()) {
            expressions.use(Construct.WHOLE_ROW);
            return random.pick(
                    List.of(
                            alias.get() + " IS NULL",
                            alias.get() + " IS NOT NULL",
                            "num_nonnulls(" + alias.get() + ") = 1",
                            "(" + alias.get() + " = " + alias.get() + ")"));
        }
        expressions.use(Construct.ANY_OF_ARRAY);
        String quantifier = random.pick(List.of(" = ANY (", " <> ALL (", " < ANY (", " >= ALL ("));
        return random.nextBoolean()
                ? expressions.of(ValueKind.INT4, 0)
                        + quantifier
                        + expressions.of(ValueKind.ARRAY, 0)
                        + ")"
                : expressions.of(ValueKind.TEXT, 0)
                        + quantifier
                        + "string_to_array("
                        + expressions.of(ValueKind.TEXT, 0)
                        + ", 'a'))";
    }

    /// Of a FROM item all of whose columns in scope have values of one image.
    private Optional<String> alias() {
        List<String> aliases =
                expressions.scope().stream()
                        .filter(Term::isColumn)
                        .map(term -> term.sql().substring(0, term.sql().indexOf('.')))
                        .distinct()
                        .filter(alias ->
                                expressions.scope().stream()
                                        .filter(term -> term.sql().startsWith(alias + "."))
                                        .allMatch(term -> term.leeway() == Leeway.NONE))
                        .toList();
        return aliases.isEmpty() ? Optional.empty() : Optional.of(random.pick(aliases));
    }
}
