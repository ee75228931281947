package io.pgtrickle.postgres;

import static io.pgtrickle.postgres.PostgresFixture.inserting;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.Lsn;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.ZSet;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

@ParameterizedClass
@ValueSource(ints = {14, 18})
final class SinkIT {

    @Parameter private int major;

    private PostgresFixture fixture;
    private Sink sink;
    private long position;

    @BeforeEach
    void open() {
        fixture = new PostgresFixture(major);
        sink = new Sink(fixture.connection());
        position = 0;
    }

    @AfterEach
    void close() throws SQLException {
        fixture.close();
    }

    private void apply(Map<ResultTable, ZSet> deltas) {
        sink.apply(at(position), new Lsn(position + 1), deltas);
        position++;
    }

    private static Sink.GroupPosition at(long lsn) {
        return new Sink.GroupPosition(PostgresFixture.GROUP, new Lsn(lsn), 1);
    }

    private ResultTable keyed() {
        fixture.execute("CREATE TABLE public.keyed_source (k bigint NOT NULL, v text)");
        ResultTable table = fixture.like("public.keyed_source", "public", "keyed", "k");
        fixture.create(table);
        return table;
    }

    private ResultTable keyless(long viewId, String name) {
        fixture.execute("CREATE TABLE IF NOT EXISTS public.keyless_source (a bigint, b text)");
        ResultTable table =
                fixture.like(
                        viewId,
                        "public.keyless_source",
                        new TableInfo.TableName(0, "public", name, ""));
        fixture.create(table);
        return table;
    }

    @Test
    void bringsEveryTypeInAsItIs() {
        Samples.create(fixture);
        ResultTable source =
                fixture.like("\"Odd schema\".\"Sam\"\"ples?\"", "Odd schema", "Sam\"ples?");
        ZSet rows = fixture.rows(source);
        assertThat(rows.size()).isGreaterThan(4);

        ResultTable keyless =
                fixture.like("\"Odd schema\".\"Sam\"\"ples?\"", "public", "Key'less? \"result\"");
        fixture.create(keyless);
        apply(Map.of(keyless, rows));
        assertThat(Samples.texts(fixture, keyless)).isEqualTo(Samples.texts(fixture, source));
        assertThat(Samples.declarations(fixture, keyless))
                .isEqualTo(Samples.declarations(fixture, source));
        assertThat(fixture.rows(keyless)).isEqualTo(rows);

        apply(Map.of(keyless, negated(rows)));
        assertThat(fixture.rows(keyless).isEmpty()).isTrue();
    }

    @Test
    void copiesEveryTypeInAsItIs() {
        Samples.create(fixture);
        ResultTable source =
                fixture.like("\"Odd schema\".\"Sam\"\"ples?\"", "Odd schema", "Sam\"ples?");
        ZSet rows = fixture.rows(source);
        ResultTable result = fixture.like("\"Odd schema\".\"Sam\"\"ples?\"", "public", "copied");
        new ResultTables(fixture.connection()).create(result);
        assertThat(sink.copy(result, rows::forEach)).isEqualTo(rows.size());
        assertThat(Samples.texts(fixture, result)).isEqualTo(Samples.texts(fixture, source));
        // population and deltas give a row the same hidden key
        apply(Map.of(result, negated(rows)));
        assertThat(fixture.rows(result).isEmpty()).isTrue();
    }

    @Test
    void updatesByEveryKindOfKey() {
        Samples.create(fixture);
        for (String key : Samples.keyColumns()) {
            fixture.execute("DROP TABLE IF EXISTS public.pairs");
            fixture.execute(
                    "CREATE TABLE public.pairs AS SELECT DISTINCT ON ("
                            + key
                            + ") "
                            + key
                            + " AS k, 0 AS v FROM \"Odd schema\".\"Sam\"\"ples?\" WHERE "
                            + key
                            + " IS NOT NULL AND octet_length("
                            + key
                            + "::text) < 1000");
            ResultTable source = fixture.like("public.pairs", "public", "pairs");
            ResultTable result = fixture.like("public.pairs", "public", "result", "k");
            new ResultTables(fixture.connection()).drop(result);
            fixture.create(result);
            ZSet before = fixture.rows(source);
            apply(Map.of(result, before));
            fixture.execute("UPDATE public.pairs SET v = 1");
            ZSet after = fixture.rows(source);
            ZSet delta = negated(before);
            delta.addAll(after);
            apply(Map.of(result, delta));
            assertThat(fixture.rows(result)).as(key).isEqualTo(after);
            apply(Map.of(result, negated(after)));
            assertThat(fixture.rows(result).isEmpty()).as(key).isTrue();
        }
    }

    @Test
    void changesTheImageOfAKeyThatStaysEqual() {
        fixture.execute(
                "CREATE TABLE public.n (k numeric NOT NULL); INSERT INTO public.n VALUES (1.0)");
        ResultTable table = fixture.like("public.n", "public", "result", "k");
        fixture.create(table);
        ZSet before = fixture.rows(fixture.like("public.n", "public", "n"));
        apply(Map.of(table, before));
        fixture.execute("UPDATE public.n SET k = 1.000");
        ZSet delta = negated(before);
        delta.addAll(fixture.rows(fixture.like("public.n", "public", "n")));
        apply(Map.of(table, delta));
        assertThat(fixture.texts("SELECT k FROM public.result")).containsExactly("1.000");
    }

    @Test
    void deletesExactlySoManyOfEqualRows() {
        ResultTable table = keyless(1, "bag");
        ZSet delta = new ZSet();
        delta.add(Row.of(1L, "x"), 5);
        delta.add(Row.of(null, null), 3);
        apply(Map.of(table, delta));
        delta.clear();
        delta.add(Row.of(1L, "x"), -3);
        delta.add(Row.of(null, null), 2);
        apply(Map.of(table, delta));
        ZSet expected = new ZSet();
        expected.add(Row.of(1L, "x"), 2);
        expected.add(Row.of(null, null), 5);
        assertThat(fixture.rows(table)).isEqualTo(expected);
        assertThat(ordinals()).containsExactly("0,1", "0,1,2,3,4");
    }

    @Test
    void cutsLargeDeltasIntoChunks() {
        ResultTable bag = keyless(2, "bag");
        ResultTable keyed = keyed();
        ZSet many = new ZSet();
        many.add(Row.of(7L, "the same"), 25_001);
        ZSet keys = new ZSet();
        for (long k = 0; k < 12_345; k++) {
            keys.add(Row.of(k, "v".repeat(1_000)), 1);
        }
        apply(Map.of(bag, many, keyed, keys));
        assertThat(fixture.rows(bag)).isEqualTo(many);
        assertThat(fixture.rows(keyed)).isEqualTo(keys);
        assertThat(fixture.text("SELECT count(DISTINCT __pgtrickle_row) FROM public.bag"))
                .isEqualTo("25001");
        apply(Map.of(bag, negated(many), keyed, negated(keys)));
        assertThat(fixture.rows(bag).isEmpty()).isTrue();
        assertThat(fixture.rows(keyed).isEmpty()).isTrue();
    }

    @Test
    void holdsSixteenHundredColumns() {
        StringBuilder columns = new StringBuilder("k integer NOT NULL");
        for (int i = 2; i <= 1_600; i++) {
            columns.append(", c").append(i).append(" boolean");
        }
        fixture.execute("CREATE TABLE public.wide (" + columns + ")");
        ResultTable table = fixture.like("public.wide", "public", "result", "k");
        fixture.create(table);
        Object[] cells = new Object[1_600];
        cells[0] = 1L;
        cells[1_599] = true;
        apply(Map.of(table, inserting(Row.of(cells))));
        assertThat(fixture.text("SELECT c1600 FROM public.result")).isEqualTo("t");
        assertThatThrownBy(() -> fixture.like("public.wide", "public", "result"))
                .extracting("code")
                .isEqualTo(ErrorCode.UNSUPPORTED_QUERY);
    }

    @Test
    void movesTheGroupWithItsDeltas() {
        ResultTable table = keyed();
        apply(Map.of(table, inserting(Row.of(1L, "one"))));
        apply(Map.of());
        assertThat(fixture.text("SELECT lsn FROM pgtrickle.progress")).isEqualTo("0/2");
    }

    @Test
    void preparesWhatComesOften() {
        ResultTable keyed = keyed();
        ResultTable bag = keyless(2, "bag");
        for (long i = 0; i < 8; i++) {
            apply(Map.of(keyed, inserting(Row.of(i, "v")), bag, inserting(Row.of(i, "v"))));
        }
        assertThat(
                        fixture.texts(
                                "SELECT split_part(statement, ' ', 3) FROM pg_prepared_statements"
                                        + " WHERE statement ~ '^(UPDATE|INSERT).*(public|progress)' ORDER BY 1"))
                .containsExactlyInAnyOrder("SET", "\"public\".\"keyed\"", "\"public\".\"bag\"");
    }

    @Test
    void isFencedOutByAnotherEpoch() {
        ResultTable table = keyed();
        fixture.execute("UPDATE pgtrickle.progress SET epoch = 2");
        assertFenced(() -> apply(Map.of(table, inserting(Row.of(1L, "one")))));
        assertThat(fixture.rows(table).isEmpty()).isTrue();
    }

    @Test
    void isFencedOutWhereTheGroupIsElsewhere() {
        ResultTable table = keyed();
        fixture.execute("UPDATE pgtrickle.progress SET lsn = '0/5'");
        assertFenced(() -> apply(Map.of(table, inserting(Row.of(1L, "one")))));
        assertThat(fixture.rows(table).isEmpty()).isTrue();
        assertThat(fixture.text("SELECT lsn FROM pgtrickle.progress")).isEqualTo("0/5");
    }

    @Test
    void blamesNoTableForWhatASuccessorWrote() {
        ResultTable table = keyed();
        fixture.execute(
                "UPDATE pgtrickle.progress SET epoch = 2; INSERT INTO public.keyed VALUES (1, 'other')");
        assertFenced(() -> apply(Map.of(table, inserting(Row.of(1L, "one")))));
    }

    private static void assertFenced(org.assertj.core.api.ThrowableAssert.ThrowingCallable apply) {
        assertThatThrownBy(apply)
                .isInstanceOf(PgtrickleException.class)
                .extracting("code")
                .isEqualTo(ErrorCode.FENCED);
    }

    @Test
    void noticesADeletedRow() {
        ResultTable keyed = keyed();
        ResultTable bag = keyless(2, "bag");
        ZSet delta = inserting(Row.of(1L, "one"));
        apply(Map.of(keyed, delta, bag, delta));
        fixture.execute("DELETE FROM public.keyed");
        assertEdited(keyed, Map.of(keyed, negated(delta)));
        ZSet update = negated(delta);
        update.add(Row.of(1L, "uno"), 1);
        assertEdited(keyed, Map.of(keyed, update));
        fixture.execute("DELETE FROM public.bag");
        assertEdited(bag, Map.of(bag, negated(delta)));
        // what failed left nothing behind, also of the other table
        assertThat(fixture.text("SELECT lsn FROM pgtrickle.progress")).isEqualTo("0/1");
        apply(Map.of(keyed, delta));
    }

    @Test
    void noticesAnInsertedRow() {
        ResultTable keyed = keyed();
        fixture.execute("INSERT INTO public.keyed VALUES (1, 'by hand')");
        assertEdited(keyed, Map.of(keyed, inserting(Row.of(1L, "one"))));
    }

    @Test
    void noticesAnAlteredOrDroppedTable() {
        ResultTable keyed = keyed();
        apply(Map.of(keyed, inserting(Row.of(1L, "one"))));
        fixture.execute("ALTER TABLE public.keyed RENAME COLUMN v TO w");
        assertEdited(keyed, Map.of(keyed, inserting(Row.of(2L, "two"))));
        fixture.execute("DROP TABLE public.keyed");
        assertEdited(keyed, Map.of(keyed, inserting(Row.of(2L, "two"))));
    }

    private void assertEdited(ResultTable table, Map<ResultTable, ZSet> deltas) {
        Sink.TableFailure failure =
                catchThrowableOfType(Sink.TableFailure.class, () -> apply(deltas));
        assertThat(failure).isNotNull();
        assertThat(failure.table()).isEqualTo(table);
        assertThat(failure.error().code()).isEqualTo(ErrorCode.RESULT_EDITED);
        assertThat(failure.error().messageText()).contains(table.qualifiedName());
    }

    @Test
    void goesOnWhereTheRowTypeWasMadeAnew() {
        ResultTable keyed = keyed();
        apply(Map.of(keyed, inserting(Row.of(1L, "one"))));
        new ResultTables(fixture.connection()).drop(keyed);
        fixture.create(keyed);
        apply(Map.of(keyed, inserting(Row.of(1L, "one"))));
        assertThat(fixture.rows(keyed).size()).isEqualTo(1);
    }

    @Test
    void blamesTheTableWhoseKeyIsNotUnique() {
        ResultTable keyed = keyed();
        ZSet delta = inserting(Row.of(1L, "one"), Row.of(1L, "uno"));
        Sink.TableFailure failure =
                catchThrowableOfType(Sink.TableFailure.class, () -> apply(Map.of(keyed, delta)));
        assertThat(failure.error().code()).isEqualTo(ErrorCode.STATE_INCONSISTENT);
    }

    @Test
    void namesTheTableThatAUsersConstraintStops() {
        ResultTable keyed = keyed();
        ResultTable bag = keyless(2, "bag");
        fixture.execute("ALTER TABLE public.bag ADD CONSTRAINT small CHECK (a < 10)");
        Map<ResultTable, ZSet> deltas = new LinkedHashMap<>();
        deltas.put(keyed, inserting(Row.of(11L, "eleven")));
        deltas.put(bag, inserting(Row.of(11L, "eleven")));
        Sink.TableFailure failure =
                catchThrowableOfType(Sink.TableFailure.class, () -> apply(deltas));
        assertThat(failure).isNotNull();
        assertThat(failure.table()).isEqualTo(bag);
        assertThat(failure.error().sqlState()).isEqualTo("23514");
        deltas.remove(bag);
        apply(deltas);
        assertThat(fixture.rows(keyed).size()).isEqualTo(1);
    }

    @Test
    void takesALostConnectionForAnUnknownOutcome() throws SQLException {
        ResultTable keyed = keyed();
        try (var other = fixture.open()) {
            Sink broken = new Sink(other);
            String pid =
                    "pg_terminate_backend("
                            + other.unwrap(org.postgresql.PGConnection.class).getBackendPID()
                            + ")";
            assertThat(fixture.text("SELECT " + pid)).isEqualTo("t");
            assertThatThrownBy(() ->
                            broken.apply(
                                    at(0), new Lsn(1), Map.of(keyed, inserting(Row.of(1L, "one")))))
                    .extracting("code")
                    .isEqualTo(ErrorCode.CONNECTION_LOST);
        }
        assertThat(fixture.rows(keyed).isEmpty()).isTrue();
    }

    @Test
    void movesAPopulatedTableToItsName() {
        fixture.execute(
                "CREATE SCHEMA shop; CREATE TABLE shop.\"a_pkey\" (x integer); CREATE ROLE \"Ann's\" LOGIN");
        fixture.execute(
                "ALTER DEFAULT PRIVILEGES IN SCHEMA pgtrickle GRANT ALL ON TABLES TO PUBLIC, \"Ann's\"");
        fixture.execute("CREATE TABLE public.source (a integer)");
        ResultTable hidden = fixture.like("public.source", "pgtrickle", "result_1");
        ResultTable table = fixture.like("public.source", "shop", "a");
        fixture.create(hidden);
        ResultTables tables = new ResultTables(fixture.connection());
        assertThat(
                        fixture.text(
                                "SELECT has_table_privilege('Ann''s', 'pgtrickle.result_1', 'INSERT')"))
                .isEqualTo("f");
        tables.move(hidden, table);
        tables.grantRead(table, "Ann's");
        tables.analyze(table);
        apply(Map.of(table, inserting(Row.of(3L))));
        assertThat(fixture.texts("SELECT a FROM shop.a")).containsExactly("3");
        assertThat(
                        fixture.text(
                                "SELECT conname FROM pg_constraint WHERE conrelid = 'shop.a'::regclass AND contype = 'p'"))
                .isEqualTo("a_pkey1");
        assertThat(fixture.text("SELECT relacl::text FROM pg_class WHERE oid = 'shop.a'::regclass"))
                .contains("\\\"Ann's\\\"=r*/")
                .doesNotContain("=arwd\"", ",=");
        tables.drop(table);
        fixture.execute("DROP OWNED BY \"Ann's\"; DROP ROLE \"Ann's\"");
    }

    private List<String> ordinals() {
        return fixture.texts(
                "SELECT string_agg(get_byte(__pgtrickle_row, 19)::text, ',' ORDER BY __pgtrickle_row)"
                        + " FROM public.bag GROUP BY substr(__pgtrickle_row, 1, 16) ORDER BY 1");
    }

    private static ZSet negated(ZSet delta) {
        ZSet negated = new ZSet();
        delta.forEach((row, weight) -> negated.add(row, -weight));
        return negated;
    }
}
