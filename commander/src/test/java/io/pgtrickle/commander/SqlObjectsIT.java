package io.pgtrickle.commander;

import static io.pgtrickle.commander.SqlObjects.execute;
import static io.pgtrickle.commander.SqlObjects.text;
import static io.pgtrickle.commander.SqlObjects.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

@ParameterizedClass
@ValueSource(ints = {14, 18})
final class SqlObjectsIT {

    private static final String CREATE = "CALL pgtrickle.create_view('v', 'SELECT 1')";

    @Parameter private int major;

    private SqlObjects objects;
    private Connection owner;
    private Connection user;

    @BeforeEach
    void install() throws SQLException {
        objects = new SqlObjects(major);
        objects.install();
        owner = objects.ownerSession();
        user = objects.userSession();
    }

    @AfterEach
    void close() throws SQLException {
        objects.close();
    }

    private static ServerErrorMessage failure(Connection session, String sql) {
        PSQLException error =
                catchThrowableOfType(PSQLException.class, () -> execute(session, sql));
        return Objects.requireNonNull(error.getServerErrorMessage(), sql);
    }

    @Test
    void installsAgainWithoutLoss() throws SQLException {
        execute(owner, "INSERT INTO pgtrickle.progress VALUES ('default', '0/1', 1)");
        objects.install();
        assertThat(texts(owner, "SELECT group_name FROM pgtrickle.progress"))
                .containsExactly("default");
        assertThat(texts(owner, "SELECT version FROM pgtrickle.installation")).containsExactly("1");
    }

    @Test
    void refusesToGoBackBehindANewerVersion() throws SQLException {
        execute(owner, "INSERT INTO pgtrickle.installation VALUES (2)");
        PSQLException error = catchThrowableOfType(PSQLException.class, objects::install);
        assertThat(error.getSQLState()).isEqualTo("55000");
    }

    @Test
    void refusesASchemaOfSomebodyElse() throws SQLException {
        objects.uninstall();
        execute(objects.superuser(), "CREATE SCHEMA pgtrickle AUTHORIZATION " + objects.user());
        PSQLException error = catchThrowableOfType(PSQLException.class, objects::install);
        assertThat(error.getSQLState()).isEqualTo("42501");
    }

    @Test
    void uninstallsAndInstallsAnew() throws SQLException {
        objects.uninstall();
        assertThat(text(owner, "SELECT count(*) FROM pg_namespace WHERE nspname = 'pgtrickle'"))
                .isEqualTo("0");
        objects.uninstall();
        objects.install();
        assertThat(texts(user, "SELECT status FROM pgtrickle.list_views()")).isEmpty();
    }

    @Test
    void everyTableHasAPrimaryKey() throws SQLException {
        assertThat(
                        texts(
                                owner,
                                "SELECT relname FROM pg_class c WHERE relnamespace = 'pgtrickle'::regnamespace AND relkind = 'r'"
                                        + " AND NOT EXISTS (SELECT FROM pg_index WHERE indrelid = c.oid AND indisprimary)"))
                .isEmpty();
    }

    @Test
    void failsAtOnceWithoutASidecar() throws SQLException {
        for (String call : List.of(CREATE, "SELECT * FROM pgtrickle.explain_view('SELECT 1')")) {
            ServerErrorMessage error = failure(user, call);
            assertThat(error.getSQLState()).isEqualTo("55000");
            assertThat(error.getDetail()).isEqualTo("PGT-203");
            assertThat(error.getMessage()).contains("none has ever been seen");
            assertThat(error.getHint()).contains("pgtrickle run --url");
        }
        try (FakeSidecar sidecar = FakeSidecar.start(objects)) {
            sidecar.die();
        }
        assertThat(failure(user, CREATE).getMessage()).contains("it has not been seen since 20");
        execute(owner, "UPDATE pgtrickle.sidecar SET stopped_at = clock_timestamp()");
        assertThat(failure(user, CREATE).getMessage()).contains("it was stopped at 20");
        assertThat(text(user, "SELECT state FROM pgtrickle.sidecar_status()")).isEqualTo("stopped");
        assertThat(FakeSidecar.commands(owner)).isEqualTo("[]");
    }

    @Test
    void returnsOnceTheSidecarHasAnswered() throws SQLException {
        try (FakeSidecar sidecar = FakeSidecar.start(objects)) {
            sidecar.answers("state = 'done', result = '{\"a\": 1}'");
            execute(user, CREATE);
            execute(user, "CALL pgtrickle.drop_view('v', if_exists => true)");
            assertThat(text(user, "CALL pgtrickle._request('verify_snapshot', '{}', NULL)"))
                    .isEqualTo("{\"a\": 1}");
            String prefix = "[create_view done " + objects.user() + ", drop_view done ";
            assertThat(FakeSidecar.commands(owner)).startsWith(prefix);
            assertThat(text(user, "SELECT state FROM pgtrickle.sidecar_status()"))
                    .isEqualTo("streaming");
        }
    }

    @Test
    void tellsTheSidecarWhatWasCalledAndHow() throws SQLException {
        try (FakeSidecar sidecar = FakeSidecar.start(objects)) {
            sidecar.answers("state = 'done'");
            execute(
                    user,
                    "SET search_path = \"$user\", \"Odd, schema\"; SET ROLE " + objects.group());
            execute(
                    user,
                    "CALL pgtrickle.create_view(name => 'v''x', query => 'SELECT $$x$$', block => false)");
            assertThat(
                            text(
                                    owner,
                                    "SELECT concat_ws('|', caller, session_user_name, settings->>'search_path', arguments->>'name',"
                                            + " arguments->>'query', arguments->>'block', arguments->>'view_group')"
                                            + " FROM pgtrickle.command"))
                    .isEqualTo(
                            objects.group()
                                    + "|"
                                    + objects.user()
                                    + "|\"$user\", \"Odd, schema\"|v'x|SELECT $$x$$|false|default");
        }
    }

    @Test
    void raisesTheSidecarsError() throws SQLException {
        try (FakeSidecar sidecar = FakeSidecar.start(objects)) {
            sidecar.answers(
                    "state = 'failed', sqlstate = '0A000', message = 'not this', detail = 'PGT-101', hint = 'but that'");
            ServerErrorMessage error = failure(user, CREATE);
            assertThat(error.getSQLState()).isEqualTo("0A000");
            assertThat(error.getMessage()).isEqualTo("not this");
            assertThat(error.getDetail()).isEqualTo("PGT-101");
            assertThat(error.getHint()).isEqualTo("but that");
            sidecar.answers(
                    "state = 'failed', sqlstate = '42P01', message = 'gone', detail = 'PGT-131'");
            assertThat(failure(user, CREATE).getHint()).isNull();
        }
    }

    @Test
    void queuesInATransactionBlock() throws SQLException {
        try (FakeSidecar sidecar = FakeSidecar.start(objects)) {
            user.setAutoCommit(false);
            execute(user, "CREATE TEMP TABLE t (x integer)");
            assertThat(notice(CREATE)).startsWith("queued as command 1:");
            user.rollback();
            assertThat(FakeSidecar.commands(owner)).isEqualTo("[]");

            assertThat(notice(CREATE)).startsWith("queued as command 2:");
            assertThat(failure(user, "CALL pgtrickle.wait_for_command(2)").getMessage())
                    .isEqualTo("command 2 runs when this transaction commits");
            user.rollback();
            assertThat(notice(CREATE)).startsWith("queued as command 3:");
            assertThat(FakeSidecar.commands(owner)).isEqualTo("[]");
            user.commit();
            user.setAutoCommit(true);
            sidecar.answers("state = 'done'");
            execute(user, "CALL pgtrickle.wait_for_command(3)");
            assertThat(text(user, "SELECT state FROM pgtrickle.command_status(3)"))
                    .isEqualTo("done");
        }
    }

    @Test
    void queuesInAFunctionToo() throws SQLException {
        try (FakeSidecar _ = FakeSidecar.start(objects)) {
            execute(
                    user,
                    "DO $$ BEGIN BEGIN "
                            + CREATE
                            + "; EXCEPTION WHEN division_by_zero THEN NULL; END; END $$");
            assertThat(FakeSidecar.commands(owner))
                    .isEqualTo("[create_view submitted " + objects.user() + "]");
        }
    }

    private String notice(String sql) throws SQLException {
        try (Statement statement = user.createStatement()) {
            statement.execute(sql);
            SQLWarning warning = statement.getWarnings();
            return warning == null ? "" : String.valueOf(warning.getMessage());
        }
    }

    @Test
    void keepsACommandWhoseSidecarDies() throws SQLException {
        try (FakeSidecar sidecar = FakeSidecar.start(objects)) {
            sidecar.reactsBy(
                    "UPDATE pgtrickle.sidecar SET stopped_at = clock_timestamp()"
                            + " WHERE EXISTS (SELECT FROM pgtrickle.command)");
            ServerErrorMessage error = failure(user, CREATE);
            assertThat(error.getSQLState()).isEqualTo("55000");
            assertThat(error.getDetail()).isEqualTo("PGT-203");
            assertThat(error.getHint()).contains("Command 1 stays queued", "wait_for_command(1)");
            assertThat(text(user, "SELECT state FROM pgtrickle.command_status(1)"))
                    .isEqualTo("submitted");
        }
    }

    @Test
    void stopsWaitingAfterTheTimeLimit() throws SQLException {
        try (FakeSidecar _ = FakeSidecar.start(objects)) {
            ServerErrorMessage error =
                    failure(
                            user,
                            "CALL pgtrickle.create_view('v', 'SELECT 1', timeout => '20 ms')");
            assertThat(error.getSQLState()).isEqualTo("57014");
            assertThat(error.getMessage()).isEqualTo("command 1 is still submitted");
        }
    }

    @Test
    void cancelsWhatHasNotBegun() throws SQLException {
        try (FakeSidecar _ = FakeSidecar.start(objects)) {
            execute(user, "BEGIN; " + CREATE + "; COMMIT");
            execute(user, "CALL pgtrickle.cancel_command(1)");
            assertThat(text(user, "SELECT state FROM pgtrickle.command_status(1)"))
                    .isEqualTo("cancelled");
            assertThat(failure(user, "CALL pgtrickle.cancel_command(1)").getMessage())
                    .isEqualTo("command 1 is cancelled");
            assertThat(failure(user, "CALL pgtrickle.wait_for_command(1)").getSQLState())
                    .isEqualTo("57014");
            assertThat(failure(user, "CALL pgtrickle.cancel_command(9)").getSQLState())
                    .isEqualTo("42704");
        }
    }

    @Test
    void givesStrangersNothing() throws SQLException {
        try (FakeSidecar _ = FakeSidecar.start(objects)) {
            execute(user, "BEGIN; " + CREATE + "; COMMIT");
            execute(objects.superuser(), "CREATE ROLE stranger_" + objects.user());
            execute(
                    objects.superuser(),
                    "GRANT stranger_" + objects.user() + " TO " + objects.user());
            execute(user, "SET ROLE stranger_" + objects.user());
            assertThat(texts(user, "SELECT state FROM pgtrickle.command_status(1)")).isEmpty();
            assertThat(failure(user, "CALL pgtrickle.wait_for_command(1)").getSQLState())
                    .isEqualTo("42704");
            assertThat(failure(user, "CALL pgtrickle.cancel_command(1)").getSQLState())
                    .isEqualTo("42704");
            for (String table :
                    texts(
                            owner,
                            "SELECT oid::regclass FROM pg_class WHERE relnamespace = 'pgtrickle'::regnamespace"
                                    + " AND relkind = 'r'")) {
                assertThat(failure(user, "SELECT * FROM " + table).getSQLState())
                        .as(table)
                        .isEqualTo("42501");
                assertThat(failure(user, "DELETE FROM " + table).getSQLState())
                        .as(table)
                        .isEqualTo("42501");
            }
            assertThat(
                            failure(
                                            user,
                                            "INSERT INTO pgtrickle.command (kind) VALUES ('drop_view')")
                                    .getSQLState())
                    .isEqualTo("42501");
            assertThat(
                            failure(user, "SELECT pgtrickle._submit('drop_everything', '{}', '{}')")
                                    .getSQLState())
                    .isEqualTo("22023");
            assertThat(failure(user, "CREATE TABLE pgtrickle.mine ()").getSQLState())
                    .isEqualTo("42501");
        }
    }

    @Test
    void refusesWhatIsTooLarge() throws SQLException {
        try (FakeSidecar _ = FakeSidecar.start(objects)) {
            assertThat(
                            failure(user, "CALL pgtrickle.create_view('v', repeat('x', 2000000))")
                                    .getSQLState())
                    .isEqualTo("54000");
        }
    }

    @Test
    void refusesReadOnlyTransactions() throws SQLException {
        try (FakeSidecar _ = FakeSidecar.start(objects)) {
            execute(user, "SET default_transaction_read_only = on");
            ServerErrorMessage error = failure(user, CREATE);
            assertThat(error.getSQLState()).isEqualTo("25006");
            assertThat(error.getHint()).contains("default_transaction_read_only");
        }
    }

    @Test
    void isNotFooledByAHostileSearchPath() throws SQLException {
        execute(objects.superuser(), HostileSchema.SQL);
        try (FakeSidecar sidecar = FakeSidecar.start(objects)) {
            sidecar.answers("state = 'done'");
            sidecar.explains();
            progress("0/0");
            view("running");
            execute(user, "SET search_path = evil, pg_catalog, public");
            assertThat(failure(user, "SELECT 'a'::pg_catalog.text = 'b'").getMessage())
                    .startsWith("trapped");
            execute(user, CREATE);
            execute(user, "CALL pgtrickle.drop_view('v')");
            execute(user, "CALL pgtrickle.wait_for_command(1)");
            sidecar.reactsBy("UPDATE pgtrickle.progress SET lsn = pg_current_wal_insert_lsn()");
            execute(user, "CALL pgtrickle.wait_for_lsn(view_name => 'public.result')");
            assertThat(
                            texts(
                                    user,
                                    "SELECT line FROM pgtrickle.explain_view('SELECT 1') AS e(line)"))
                    .containsExactly("SELECT 1", "evil, pg_catalog, public");
            execute(user, "SELECT * FROM pgtrickle.list_views()");
            execute(user, "SELECT * FROM pgtrickle.sidecar_status()");
            sidecar.reactsBy("SELECT");
            execute(user, "BEGIN; " + CREATE + "; COMMIT");
            execute(user, "CALL pgtrickle.cancel_command(3)");
        }
    }

    private void progress(String lsn) throws SQLException {
        execute(
                owner,
                "INSERT INTO pgtrickle.progress (group_name, lsn, epoch) VALUES ('default', '"
                        + lsn
                        + "', 1)");
    }

    /// A table of the owner's with a view over it, which the user may read.
    private void view(String status) throws SQLException {
        execute(
                objects.superuser(),
                "CREATE TABLE public.result (x integer); ALTER TABLE public.result OWNER TO "
                        + objects.owner()
                        + "; GRANT SELECT ON public.result TO "
                        + objects.user()
                        + "; INSERT INTO pgtrickle.view (schema_name, view_name, relation, query, tree, output, settings, status,"
                        + " created_by, explanation) VALUES ('public', 'result', 'public.result'::regclass, 'SELECT 2', '',"
                        + " '{}', '{}', '"
                        + status
                        + "', '"
                        + objects.group()
                        + "', '{Scan,Filter}')");
    }

    @Test
    void waitsUntilTheViewsHaveAppliedEverything() throws SQLException {
        execute(user, "CALL pgtrickle.wait_for_lsn()");
        progress("0/0");
        view("running");
        assertThat(failure(user, "CALL pgtrickle.wait_for_lsn()").getDetail()).isEqualTo("PGT-203");
        try (FakeSidecar sidecar = FakeSidecar.start(objects)) {
            ServerErrorMessage error =
                    failure(user, "CALL pgtrickle.wait_for_lsn('FF/0', '20 ms')");
            assertThat(error.getSQLState()).isEqualTo("57014");
            assertThat(error.getDetail()).isEqualTo("They are at 0/0.");
            sidecar.reactsBy("UPDATE pgtrickle.progress SET lsn = pg_current_wal_insert_lsn()");
            execute(user, "CALL pgtrickle.wait_for_lsn()");
            execute(user, "CALL pgtrickle.wait_for_lsn(view_name => 'result')");
            execute(
                    user,
                    "BEGIN; SELECT pg_current_xact_id(); CALL pgtrickle.wait_for_lsn(); COMMIT");
            execute(user, "BEGIN ISOLATION LEVEL REPEATABLE READ");
            assertThat(failure(user, "CALL pgtrickle.wait_for_lsn()").getMessage())
                    .contains("REPEATABLE READ");
            execute(user, "ROLLBACK");
            assertThat(
                            failure(user, "CALL pgtrickle.wait_for_lsn(view_name => 'nothing')")
                                    .getSQLState())
                    .isEqualTo("42P01");
            assertThat(
                            failure(user, "CALL pgtrickle.wait_for_lsn(view_name => 'pg_class')")
                                    .getSQLState())
                    .isEqualTo("42P01");
            sidecar.reactsBy("UPDATE pgtrickle.view SET status = 'error'");
            execute(user, "CALL pgtrickle.wait_for_lsn('FF/0')");
            assertThat(
                            failure(
                                            user,
                                            "CALL pgtrickle.wait_for_lsn('FF/0', view_name => 'result')")
                                    .getSQLState())
                    .isEqualTo("55000");
        }
    }

    @Test
    void explainsViewsAndQueries() throws SQLException {
        view("running");
        try (FakeSidecar sidecar = FakeSidecar.start(objects)) {
            sidecar.explains();
            assertThat(texts(user, "SELECT * FROM pgtrickle.explain_view('public.result')"))
                    .containsExactly("Scan", "Filter");
            assertThat(texts(user, "SELECT * FROM pgtrickle.explain_view('select \"ä\"')"))
                    .hasSize(2)
                    .last()
                    .isEqualTo("\"$user\", public");
            assertThat(texts(user, "SELECT * FROM pgtrickle.explain_view('refuse me')"))
                    .containsExactly(
                            "refused: no such thing",
                            "reason: PGT-101, SQLSTATE 0A000",
                            "hint: try another");
            execute(user, "BEGIN READ ONLY");
            assertThat(texts(user, "SELECT * FROM pgtrickle.explain_view('in a transaction')"))
                    .first()
                    .isEqualTo("IN A TRANSACTION");
            execute(user, "COMMIT");
        }
    }

    @Test
    void answersAnExplanationOnlyToWhoAsked() throws SQLException {
        execute(
                owner,
                "INSERT INTO pgtrickle.explanation (token, pid, lines) VALUES"
                        + " ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', pg_backend_pid(), '{secret}')");
        assertThat(
                        text(
                                user,
                                "SELECT lines FROM pgtrickle._told('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11')"))
                .isEqualTo("null");
    }

    @Test
    void listsTheViewsThatTheCallerMaySee() throws SQLException {
        progress("0/1");
        view("running");
        execute(
                owner,
                "INSERT INTO pgtrickle.view (schema_name, view_name, query, tree, output, settings, created_by, message)"
                        + " VALUES ('s', 'New one', 'SELECT 3', '', '{}', '{}', '"
                        + objects.user()
                        + "', 'waiting'),"
                        + " ('s', 'other', 'SELECT 4', '', '{}', '{}', 'postgres', '')");
        execute(owner, "INSERT INTO pgtrickle.view_statistics VALUES (1, 10, 5, 100, 1500)");
        assertThat(
                        texts(
                                user,
                                "SELECT concat_ws('|', view_name, status, message, query, applied_lsn, lag_bytes > 0, latency,"
                                        + " changes_received) FROM pgtrickle.list_views()"))
                .containsExactly(
                        "result|running||SELECT 2|0/1|t|00:00:01.5|10",
                        "accepted|s.\"New one\": waiting|SELECT 3|0");
        assertThat(texts(owner, "SELECT query FROM pgtrickle.list_views()")).hasSize(3);
        execute(user, "SET ROLE " + objects.group());
        assertThat(texts(user, "SELECT query FROM pgtrickle.list_views()"))
                .containsExactly("SELECT 2");
    }
}
