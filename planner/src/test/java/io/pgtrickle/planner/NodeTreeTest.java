package io.pgtrickle.planner;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgtrickle.model.Bytes;
import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.planner.NodeValue.Atom;
import io.pgtrickle.planner.NodeValue.Datum;
import io.pgtrickle.planner.NodeValue.Items;
import io.pgtrickle.planner.NodeValue.Nothing;
import io.pgtrickle.planner.NodeValue.Numbers;
import io.pgtrickle.planner.NodeValue.Text;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class NodeTreeTest {

    @Test
    void readsEachKindOfValue() {
        Node node =
                (Node)
                        NodeTree.parse(
                                "{KIND :atom 5 :word true :nothing <> :datum 4 [ 1 0 -128 127 ] :oids (o 23 4294967295)"
                                        + " :bits (b 8 9) :none (b) :list ({A :x 1} <> \"s t\" (i -1)) :node {B} :empty \"\"}");
        assertThat(node.kind()).isEqualTo("KIND");
        assertThat(node.integer("atom")).isEqualTo(5);
        assertThat(node.flag("word")).isTrue();
        assertThat(node.value("nothing")).isEqualTo(Nothing.NOTHING);
        assertThat(node.value("datum"))
                .isEqualTo(new Datum(4, Bytes.of((byte) 1, (byte) 0, (byte) -128, (byte) 127)));
        assertThat(node.numbers("oids")).containsExactly(23, -1);
        assertThat(node.value("bits")).isEqualTo(new Numbers(List.of(8, 9)));
        assertThat(node.numbers("none")).isEmpty();
        assertThat(node.node("node").kind()).isEqualTo("B");
        assertThat(node.text("empty")).isEmpty();
        assertThat(node.items("list")).hasSize(5);
        assertThat(node.items("list").getLast()).isEqualTo(new Numbers(List.of(-1)));
    }

    @Test
    void undoesEscapes() {
        Node node =
                (Node)
                        NodeTree.parse(
                                "{A :name x\\ \\}\\ \\{\\( :list (\"a\\{b\" \"\\<>\" \"\\\"q\" \"x\\\\y\" \"\") :less \\<> :digit \\5}");
        assertThat(node.text("name")).isEqualTo("x } {(");
        assertThat(node.items("list"))
                .containsExactly(
                        new Text("a{b"),
                        new Text("<>"),
                        new Text("\"q"),
                        new Text("x\\y"),
                        new Text(""));
        assertThat(node.value("less")).isEqualTo(new Atom("<>"));
        assertThat(node.text("digit")).isEqualTo("5");
    }

    @Test
    void takesWhateverFollowsAFieldForItsValue() {
        Node node = (Node) NodeTree.parse("{A :resname :x :next [ :last ]}");
        assertThat(node.text("resname")).isEqualTo(":x");
        assertThat(node.text("next")).isEqualTo("[");
        assertThat(node.text("last")).isEqualTo("]");
    }

    @Test
    void readsAnEmptyListAsOne() {
        assertThat(NodeTree.parse("()")).isEqualTo(new Items(List.of()));
    }

    @Test
    void refusesWhatIsNestedTooDeeply() {
        String deep = "(".repeat(1_000_000);
        assertThatThrownBy(() -> NodeTree.parse(deep))
                .isInstanceOfSatisfying(
                        PgtrickleException.class,
                        e -> {
                            assertThat(e.code()).isEqualTo(ErrorCode.UNSUPPORTED_QUERY);
                            assertThat(e.sqlState()).isEqualTo("54001");
                        });
        String bearable = "(".repeat(NodeTree.MAX_DEPTH) + ")".repeat(NodeTree.MAX_DEPTH);
        assertThat(NodeTree.parse(bearable)).isInstanceOf(Items.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "}",
                "(",
                ")",
                "{A",
                "{A :x",
                "{A :x 1",
                "{A x 1}",
                "{a :x 1}",
                "(i x)",
                "(b 99999999999)",
                "{A :x 4 [ 1 ",
                "{A :x 4 [ 300 ]}",
                "{A} {B}",
                "({A)}"
            })
    void refusesWhatIsNoTree(String text) {
        assertThatThrownBy(() -> NodeTree.parse(text))
                .isInstanceOfSatisfying(
                        PgtrickleException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.INTERNAL));
    }

    /// Printed again, the tree must be the same text, but for the two ways of writing a string.
    @ParameterizedTest
    @ValueSource(ints = {14, 15, 16, 17, 18})
    void losesNothingOfRealTrees(int major) throws IOException {
        for (String tree : trees(major)) {
            NodeValue parsed = NodeTree.parse(tree);
            assertThat(printed(parsed)).isEqualTo(tree);
            assertThat(NodeTree.parseQuery(tree).integer("commandType")).isOne();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 15, 16, 17, 18})
    void failsInOneWayOnlyOnMutatedTrees(int major) throws IOException {
        for (String tree : trees(major)) {
            for (long seed = 0; seed < 300; seed++) {
                String mutant = mutate(tree, new Random(seed));
                try {
                    NodeTree.parseQuery(mutant).fields().keySet().forEach(Objects::requireNonNull);
                } catch (PgtrickleException e) {
                    assertThat(e.code())
                            .as("seed %s of %s", seed, major)
                            .isIn(ErrorCode.INTERNAL, ErrorCode.UNSUPPORTED_QUERY);
                }
            }
        }
    }

    static List<String> trees(int major) throws IOException {
        try (InputStream in =
                Objects.requireNonNull(
                        NodeTreeTest.class.getResourceAsStream("/trees/" + major + ".txt"))) {
            return new String(in.readAllBytes(), UTF_8).lines().toList();
        }
    }

    static String mutate(String tree, Random random) {
        StringBuilder mutant = new StringBuilder(tree);
        for (int i = 0; i <= random.nextInt(4); i++) {
            int from = random.nextInt(mutant.length());
            int to = Math.min(mutant.length(), from + 1 + random.nextInt(20));
            switch (random.nextInt(5)) {
                case 0 -> mutant.delete(from, to);
                case 1 -> mutant.insert(from, mutant.substring(from, to));
                case 2 -> mutant.setLength(Math.max(1, from));
                case 3 ->
                        mutant.setCharAt(
                                from, "(){} :\\\"<>[]0-\u0000\u20ac".charAt(random.nextInt(16)));
                default ->
                        mutant.insert(
                                from,
                                List.of("{", "(", ")", "}", "<>", ":", "[", "]", "(b")
                                        .get(random.nextInt(9)));
            }
        }
        return mutant.toString();
    }

    private static String printed(NodeValue value) {
        return switch (value) {
            case Nothing _ -> "<>";
            case Atom(String text) -> escaped(text);
            case Text(String text) -> '"' + escaped(text) + '"';
            case Datum(int length, Bytes memory) ->
                    length
                            + " [ "
                            + IntStream.range(0, memory.length())
                                    .mapToObj(i -> memory.array()[i] + " ")
                                    .collect(Collectors.joining())
                            + "]";
            case Items(List<NodeValue> items) ->
                    items.stream()
                            .map(NodeTreeTest::printed)
                            .collect(Collectors.joining(" ", "(", ")"));
            case Numbers _ ->
                    throw new IllegalStateException("the form isn't known without the field");
            case Node node ->
                    node.fields().entrySet().stream()
                            .map(field ->
                                    " :"
                                            + field.getKey()
                                            + " "
                                            + printedField(field.getKey(), field.getValue()))
                            .collect(Collectors.joining("", "{" + node.kind(), "}"));
        };
    }

    private static String printedField(String name, NodeValue value) {
        if (!(value instanceof Numbers(List<Integer> numbers))) {
            return printed(value);
        }
        String form =
                name.matches(".*(Cols|nullingrels|_exprs)$") && !name.equals("joinleftcols")
                        ? "b"
                        : "i";
        if (name.matches("(agg|win)?argtypes|.*coltypes|colTypes|.*collations|.*Collations")) {
            form = "o";
        }
        return numbers.stream()
                .map(number -> " " + number)
                .collect(Collectors.joining("", "(" + form, ")"));
    }

    private static String escaped(String text) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean first = i == 0 && (c == '<' || c == '"');
            if (first || c == ' ' || c == '\n' || c == '\t' || "(){}\\".indexOf(c) >= 0) {
                out.append('\\');
            }
            out.append(c);
        }
        return out.toString();
    }
}
