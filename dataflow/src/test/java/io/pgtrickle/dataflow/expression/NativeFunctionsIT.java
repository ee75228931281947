package io.pgtrickle.dataflow.expression;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.type.ByteWriter;
import io.pgtrickle.model.type.Collation;
import io.pgtrickle.model.type.SqlType;
import io.pgtrickle.testsupport.EmbeddedServer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;

/// Every native function against PostgreSQL itself: the same arguments give the same image, or an error of the same SQLSTATE.
///
/// `-Dpgtrickle.functions.seed=N` takes other arguments, `-Dpgtrickle.functions.rows=N` more.
class NativeFunctionsIT {

    private static final byte[] COPY_HEADER = {
        'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xff, '\r', '\n', 0, 0, 0, 0, 0, 0, 0, 0, 0
    };

    /// A function as the server knows it.
    private record Function(
            int oid,
            String name,
            List<SqlType> arguments,
            List<String> typeNames,
            SqlType result,
            boolean variadic) {}

    /// What came out: an image, NULL, or an error.
    private record Outcome(@Nullable Object value, @Nullable String sqlState) {}

    /// array_append, natively for arrays of rows without a type only, which PostgreSQL can't be sent; it is called without NULLs.
    private static final Set<Integer> NOT_TO_BE_ASKED = Set.of(378);

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void agreesWithPostgres(int major) throws Exception {
        long seed = Long.getLong("pgtrickle.functions.seed", 1L);
        List<String> differences = new ArrayList<>();
        int checked = 0;
        int rows = 0;
        try (EmbeddedServer server = EmbeddedServer.start(major);
                Connection connection = server.connect()) {
            execute(connection, "create type mood as enum ('sad', 'ok', 'happy')");
            execute(connection, "create type pair as (a int4, b text collate \"C\")");
            execute(connection, "set timezone to 'UTC'");
            ArgumentTypes types = new ArgumentTypes(connection);
            List<Integer> oids =
                    NativeFunctions.oids().stream()
                            .filter(oid -> !NOT_TO_BE_ASKED.contains(oid))
                            .toList();
            for (int oid : oids) {
                List<Function> functions = functions(connection, types, oid);
                checked += functions.isEmpty() ? 0 : 1;
                for (Function function : functions) {
                    Random random = new Random(seed * 1_000_003 + oid);
                    rows += check(connection, function, random, differences);
                }
            }
        }
        System.out.printf(
                "COMPARED on PostgreSQL %d: %d native functions with %d rows of arguments%n",
                major, checked, rows);
        assertThat(differences).as("seed " + seed + ", PostgreSQL " + major).isEmpty();
        assertThat(checked).isEqualTo(NativeFunctions.oids().size() - NOT_TO_BE_ASKED.size());
    }

    private static int check(
            Connection connection, Function function, Random random, List<String> differences)
            throws SQLException, IOException {
        List<Row> rows = arguments(function, random);
        List<Outcome> expected = evaluateThere(connection, function, rows);
        int reported = 0;
        for (int i = 0; i < rows.size() && reported < 3; i++) {
            Outcome actual = evaluateHere(function, rows.get(i));
            if (!actual.equals(expected.get(i))) {
                differences.add(
                        function.oid
                                + " "
                                + function.name
                                + rows.get(i)
                                + " is "
                                + actual
                                + " instead of "
                                + expected.get(i));
                reported++;
            }
        }
        return rows.size();
    }

    private static List<Row> arguments(Function function, Random random) {
        GeneratedValues values = new GeneratedValues(random);
        List<Row> rows = new ArrayList<>();
        for (int i = Integer.getInteger("pgtrickle.functions.rows", 200); i > 0; i--) {
            @Nullable Object[] cells = new @Nullable Object[function.arguments.size()];
            for (int c = 0; c < cells.length; c++) {
                Object special = ArgumentRules.value(function.oid, c, values);
                cells[c] = special != null ? special : values.value(function.arguments.get(c));
            }
            // equal arguments are what comparisons turn on
            if (cells.length == 2
                    && function.arguments.get(0).equals(function.arguments.get(1))
                    && i % 5 == 0) {
                cells[1] = cells[0];
            }
            rows.add(Row.of(cells));
        }
        return rows;
    }

    private static Outcome evaluateHere(Function function, Row row) {
        List<Expression> arguments =
                IntStream.range(0, row.width())
                        .<Expression>mapToObj(
                                i -> new Expression.Column(i, function.arguments.get(i)))
                        .toList();
        try {
            return new Outcome(
                    Compiler.compile(
                                    new Expression.Call(
                                            function.oid,
                                            function.name,
                                            arguments,
                                            function.result,
                                            Collation.C))
                            .evaluate(row),
                    null);
        } catch (PgtrickleException e) {
            return new Outcome(null, e.sqlState());
        }
    }

    private static List<Outcome> evaluateThere(
            Connection connection, Function function, List<Row> rows)
            throws SQLException, IOException {
        StringBuilder columns = new StringBuilder();
        List<String> references = new ArrayList<>();
        for (int i = 0; i < function.arguments.size(); i++) {
            columns.append(", a").append(i).append(' ').append(function.typeNames.get(i));
            boolean text = isText(function.arguments.get(i));
            String prefix =
                    function.variadic && i == function.arguments.size() - 1 ? "variadic " : "";
            references.add(prefix + (text ? "(r.a" + i + " collate \"C\")" : "r.a" + i));
        }
        execute(connection, "drop table if exists args, results");
        execute(connection, "create temp table args(id int" + columns + ")");
        execute(
                connection,
                "create temp table results(id int, result "
                        + function.typeNames.getLast()
                        + ", state text)");
        connection
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyIn(
                        "copy args from stdin (format binary)",
                        new ByteArrayInputStream(image(function, rows)));
        execute(
                connection,
                "do $$ declare r record; begin for r in select * from args order by id loop begin"
                        + " insert into results values (r.id, pg_catalog.\""
                        + function.name
                        + "\"("
                        + String.join(", ", references)
                        + "), null); exception when others then insert into results values (r.id, null, sqlstate);"
                        + " end; end loop; end $$");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        connection
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyOut(
                        "copy (select result, state from results order by id) to stdout (format binary)",
                        out);
        return outcomes(function, out.toByteArray(), rows.size());
    }

    private static boolean isText(SqlType type) {
        return type instanceof SqlType.Text
                || type instanceof SqlType.ArrayType(_, _, SqlType element) && isText(element);
    }

    private static byte[] image(Function function, List<Row> rows) {
        ByteWriter out = new ByteWriter().write(COPY_HEADER);
        for (int i = 0; i < rows.size(); i++) {
            out.writeShort(1 + function.arguments.size()).writeInt(4).writeInt(i);
            for (int c = 0; c < function.arguments.size(); c++) {
                int length = out.size();
                out.writeInt(0);
                Object value = rows.get(i).get(c);
                if (value != null) {
                    function.arguments.get(c).encode(value, out);
                }
                out.setInt(length, value == null ? -1 : out.size() - length - 4);
            }
        }
        return out.writeShort(-1).toByteArray();
    }

    private static List<Outcome> outcomes(Function function, byte[] copied, int count) {
        ByteBuffer in = ByteBuffer.wrap(copied).position(COPY_HEADER.length);
        List<Outcome> outcomes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            assertThat(in.getShort()).isEqualTo((short) 2);
            int length = in.getInt();
            Object value =
                    length < 0 ? null : function.result.decode(copied, in.position(), length);
            in.position(in.position() + Math.max(length, 0));
            int stateLength = in.getInt();
            byte[] state = new byte[Math.max(stateLength, 0)];
            in.get(state);
            outcomes.add(
                    new Outcome(
                            value,
                            stateLength < 0 ? null : new String(state, StandardCharsets.US_ASCII)));
        }
        return outcomes;
    }

    private static List<Function> functions(Connection connection, ArgumentTypes types, int oid)
            throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery(
                                "select proname, proargtypes::oid[], prorettype, proisstrict, provolatile, provariadic <> 0 from pg_proc where oid = "
                                        + oid)) {
            if (!row.next()) {
                return List.of();
            }
            assertThat(row.getBoolean(4)).as("strictness of " + oid).isTrue();
            assertThat(row.getString(5)).as("volatility of " + oid).isEqualTo("i");
            String name = row.getString(1);
            List<Integer> oids = new ArrayList<>();
            for (Object argument : (Object[]) row.getArray(2).getArray()) {
                oids.add(((Number) argument).intValue());
            }
            int result = row.getInt(3);
            boolean variadic = row.getBoolean(6);
            return types.signatures(oids, result).stream()
                    .map(signature ->
                            new Function(
                                    oid,
                                    name,
                                    signature.subList(0, oids.size()).stream()
                                            .map(ArgumentTypes.Named::type)
                                            .toList(),
                                    signature.stream().map(ArgumentTypes.Named::name).toList(),
                                    signature.getLast().type(),
                                    variadic))
                    .filter(function ->
                            NativeFunctions.supports(oid, Collation.C, function.arguments))
                    .toList();
        }
    }

    static String string(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getString(1);
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
