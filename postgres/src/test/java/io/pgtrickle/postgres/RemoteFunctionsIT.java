package io.pgtrickle.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgtrickle.model.Bytes;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.remote.RemoteCall;
import io.pgtrickle.model.remote.RemoteCall.Kind;
import io.pgtrickle.model.remote.RemoteFunctions;
import io.pgtrickle.model.remote.RemoteFunctions.Outcome;
import io.pgtrickle.model.type.Collation;
import io.pgtrickle.model.type.Oids;
import io.pgtrickle.model.type.SqlType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Functions that PostgreSQL evaluates: each row has its own value or its own error, under the view's settings and as the view's owner.
final class RemoteFunctionsIT {

    private static final SqlType TEXT = new SqlType.Text(Oids.TEXT, false, Collation.C);
    private static final SqlType BYTEA = new SqlType.ByteString(Oids.BYTEA);
    private static final SqlType TIMESTAMPTZ = new SqlType.Integral(Oids.TIMESTAMPTZ, 8, true);

    private static RemoteCall scalar(
            String name, boolean foreign, SqlType result, SqlType... arguments) {
        return call(name, foreign, Kind.SCALAR, List.of(result), arguments);
    }

    private static RemoteCall call(
            String name, boolean foreign, Kind kind, List<SqlType> columns, SqlType... arguments) {
        List<String> fragments = new ArrayList<>(List.of(name + "("));
        for (int i = 1; i < arguments.length; i++) {
            fragments.add(", ");
        }
        if (arguments.length == 0) {
            fragments.set(0, name + "()");
        } else {
            fragments.add(")");
        }
        return new RemoteCall(
                name, new RemoteCall.Text(fragments, foreign), List.of(arguments), columns, kind);
    }

    private static RemoteSessions sessions(PostgresFixture fixture) {
        return new RemoteSessions(fixture.address());
    }

    private static RemoteFunctions asOwner(RemoteSessions sessions) {
        return sessions.functions(new RemoteContext("postgres", Map.of()));
    }

    private static @Nullable Object value(Outcome outcome) {
        return outcome.rows().getFirst().get(0);
    }

    private static String state(Outcome outcome) {
        return outcome instanceof Outcome.Failed(PgtrickleException error)
                ? error.sqlState() + " " + error.messageText()
                : "no error: " + outcome;
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void eachRowHasItsOwnValueOrError(int major) throws Exception {
        try (PostgresFixture fixture = new PostgresFixture(major);
                RemoteSessions sessions = sessions(fixture)) {
            List<Row> rows = new ArrayList<>();
            for (long i = 0; i < 1_200; i++) {
                rows.add(Row.of(100L, i % 400));
            }
            rows.add(Row.of(null, 0L));
            List<Outcome> outcomes =
                    asOwner(sessions)
                            .evaluate(
                                    scalar(
                                            "pg_catalog.int4div",
                                            false,
                                            SqlType.INT4,
                                            SqlType.INT4,
                                            SqlType.INT4),
                                    rows);
            assertThat(outcomes).hasSameSizeAs(rows);
            for (int i = 0; i < 1_200; i++) {
                if (i % 400 == 0) {
                    assertThat(state(outcomes.get(i))).isEqualTo("22012 division by zero");
                } else {
                    assertThat(value(outcomes.get(i))).isEqualTo(100L / (i % 400));
                }
            }
            assertThat(value(outcomes.getLast())).isNull();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void argumentsOfAnyTypeArriveUnchanged(int major) throws Exception {
        try (PostgresFixture fixture = new PostgresFixture(major);
                RemoteSessions sessions = sessions(fixture)) {
            RemoteFunctions functions = asOwner(sessions);
            assertThat(
                            functions
                                    .evaluate(
                                            scalar("pg_catalog.length", false, SqlType.INT4, TEXT),
                                            List.of(
                                                    Row.of(""),
                                                    Row.of((Object) null),
                                                    Row.of("é😀")))
                                    .stream()
                                    .map(RemoteFunctionsIT::value))
                    .containsExactly(0L, null, 2L);
            assertThat(
                            value(
                                    functions
                                            .evaluate(
                                                    scalar("pg_catalog.md5", false, TEXT, BYTEA),
                                                    List.of(Row.of(Bytes.of(new byte[0]))))
                                            .getFirst()))
                    .isEqualTo("d41d8cd98f00b204e9800998ecf8427e");
            SqlType array = new SqlType.Opaque(1007, false);
            List<Row> sets =
                    functions
                            .evaluate(
                                    call(
                                            "pg_catalog.string_to_array",
                                            false,
                                            Kind.SCALAR,
                                            List.of(new SqlType.Opaque(1009, false)),
                                            TEXT,
                                            TEXT),
                                    List.of(Row.of("a,b", ",")))
                            .getFirst()
                            .rows();
            assertThat(sets).hasSize(1);
            assertThat(
                            functions.evaluate(
                                    call(
                                            "pg_catalog.generate_series",
                                            false,
                                            Kind.ROWS,
                                            List.of(SqlType.INT4),
                                            SqlType.INT4,
                                            SqlType.INT4),
                                    List.of(Row.of(1L, 3L), Row.of(3L, 1L), Row.of(7L, 7L))))
                    .containsExactly(
                            new Outcome.Returned(List.of(Row.of(1L), Row.of(2L), Row.of(3L))),
                            new Outcome.Returned(List.of()),
                            new Outcome.Returned(List.of(Row.of(7L))));
            assertThat(array.oid()).isEqualTo(1007);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void settingsAreThoseOfTheView(int major) throws Exception {
        try (PostgresFixture fixture = new PostgresFixture(major);
                RemoteSessions sessions = sessions(fixture)) {
            RemoteCall toChar = scalar("pg_catalog.to_char", false, TEXT, TIMESTAMPTZ, TEXT);
            List<Row> epoch = List.of(Row.of(0L, "YYYY-MM-DD HH24:MI TZ"));
            RemoteFunctions berlin =
                    sessions.functions(
                            new RemoteContext("postgres", Map.of("TimeZone", "Europe/Berlin")));
            RemoteFunctions utc = asOwner(sessions);
            assertThat(value(berlin.evaluate(toChar, epoch).getFirst()))
                    .isEqualTo("2000-01-01 01:00 CET");
            assertThat(value(utc.evaluate(toChar, epoch).getFirst()))
                    .isEqualTo("2000-01-01 00:00 UTC");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void functionsOfUsersRunAsTheOwnerAndCanDoNoMore(int major) throws Exception {
        try (PostgresFixture fixture = new PostgresFixture(major);
                RemoteSessions sessions = sessions(fixture)) {
            fixture.execute("DROP ROLE IF EXISTS \"Mallory\"");
            fixture.execute("CREATE ROLE \"Mallory\"");
            fixture.execute("CREATE SCHEMA mallory AUTHORIZATION \"Mallory\"");
            fixture.execute("CREATE TABLE public.secret (t text)");
            fixture.execute("INSERT INTO public.secret VALUES ('hush')");
            fixture.execute("SET ROLE \"Mallory\"");
            function(
                    fixture,
                    "who()",
                    "RETURN current_user || ' ' || current_setting('search_path');");
            function(fixture, "steal()", "RETURN (SELECT t FROM public.secret);");
            function(fixture, "reset()", "RESET ROLE; RETURN current_user;");
            function(fixture, "become()", "SET ROLE postgres; RETURN current_user;");
            function(
                    fixture,
                    "session()",
                    "SET SESSION AUTHORIZATION DEFAULT; RETURN current_user;");
            function(
                    fixture,
                    "config()",
                    "PERFORM set_config('role', 'postgres', false); RETURN current_user;");
            function(
                    fixture,
                    "unwrap()",
                    "EXECUTE 'ALTER FUNCTION pg_temp.pgtrickle_0() SECURITY INVOKER'; RETURN current_user;");
            function(
                    fixture,
                    "readwrite()",
                    "SET transaction_read_only = off; RETURN current_user;");
            function(
                    fixture,
                    "disturb()",
                    "PERFORM set_config('search_path', 'mallory', false), set_config('statement_timeout', '1', false);"
                            + " EXECUTE 'DEALLOCATE ALL'; RETURN current_user;");
            function(fixture, "forever()", "LOOP PERFORM pg_sleep(1); END LOOP;");
            function(
                    fixture,
                    "quit()",
                    "PERFORM set_config('client_encoding', 'LATIN1', false); RETURN '';");
            fixture.execute("RESET ROLE");
            RemoteFunctions functions =
                    sessions.functions(
                            new RemoteContext("Mallory", Map.of("search_path", "mallory, public")));
            assertThat(value(ask(functions, "who"))).isEqualTo("Mallory mallory, public");
            assertThat(state(ask(functions, "steal"))).startsWith("42501");
            for (String escape : List.of("reset", "become", "session", "config")) {
                assertThat(state(ask(functions, escape)))
                        .as(escape)
                        .startsWith("42501")
                        .contains("within security-definer function");
            }
            assertThat(state(ask(functions, "unwrap"))).startsWith("25006");
            assertThat(state(ask(functions, "readwrite"))).startsWith("25001");
            assertThat(value(ask(functions, "disturb"))).isEqualTo("Mallory");
            assertThat(value(ask(functions, "who"))).isEqualTo("Mallory mallory, public");
            // pgjdbc ends a session whose encoding was changed
            assertThat(ask(functions, "quit")).isInstanceOf(Outcome.Failed.class);
            assertThat(state(ask(functions, "forever"))).startsWith("57014");
            assertThat(value(ask(functions, "who"))).isEqualTo("Mallory mallory, public");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void aSidecarThatIsNoSuperuserRunsFunctionsOfThoseWhoseMemberItIs(int major) throws Exception {
        try (PostgresFixture fixture = new PostgresFixture(major)) {
            for (String role : List.of("agent", "friend", "stranger")) {
                fixture.execute("DROP ROLE IF EXISTS " + role);
                fixture.execute("CREATE ROLE " + role);
            }
            fixture.execute("ALTER ROLE agent LOGIN PASSWORD 'agent' NOINHERIT");
            fixture.execute("GRANT friend TO agent");
            fixture.execute("CREATE SCHEMA friends AUTHORIZATION friend");
            fixture.execute("SET ROLE friend");
            fixture.execute(
                    "CREATE FUNCTION friends.who() RETURNS text LANGUAGE sql AS 'SELECT current_user::text'");
            fixture.execute("RESET ROLE");
            ServerAddress address =
                    ServerAddress.parse(
                            fixture.text(
                                    "SELECT 'postgresql://agent:agent@127.0.0.1:' || current_setting('port')"
                                            + " || '/' || current_database()"));
            try (RemoteSessions sessions = new RemoteSessions(address)) {
                RemoteCall who = scalar("friends.who", true, TEXT);
                List<Row> once = List.of(Row.of());
                assertThat(
                                value(
                                        sessions.functions(new RemoteContext("friend", Map.of()))
                                                .evaluate(who, once)
                                                .getFirst()))
                        .isEqualTo("friend");
                assertThat(
                                state(
                                        sessions.functions(new RemoteContext("stranger", Map.of()))
                                                .evaluate(who, once)
                                                .getFirst()))
                        .startsWith("42501");
            }
        }
    }

    /// VOLATILE, as what an IMMUTABLE function may call.
    private static void function(PostgresFixture fixture, String signature, String body) {
        fixture.execute(
                "CREATE FUNCTION mallory."
                        + signature
                        + " RETURNS text LANGUAGE plpgsql AS $f$ BEGIN "
                        + body
                        + " END $f$");
    }

    private static Outcome ask(RemoteFunctions functions, String name) {
        return functions
                .evaluate(scalar("mallory." + name, true, TEXT), List.of(Row.of()))
                .getFirst();
    }
}
