package io.pgtrickle.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.type.Collation;
import io.pgtrickle.model.type.Oids;
import io.pgtrickle.model.type.SqlType;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

@ParameterizedClass
@ValueSource(ints = {14, 15, 16, 17, 18})
final class CatalogIT {

    @Parameter private int major;

    private PostgresFixture fixture;
    private Catalog catalog;

    @BeforeEach
    void open() {
        fixture = new PostgresFixture(major);
        catalog = new Catalog(fixture.connection());
    }

    @AfterEach
    void close() throws SQLException {
        fixture.close();
    }

    private int typeOid(String name) {
        return Integer.parseUnsignedInt(
                fixture.text("SELECT " + Quoting.literal(name) + "::regtype::oid"));
    }

    private SqlType type(String name) {
        return catalog.type(typeOid(name), 0);
    }

    @Test
    void knowsTheFamiliesOfTypes() {
        fixture.execute(
                "CREATE TYPE public.mood AS ENUM ('sad', 'happy'); ALTER TYPE public.mood ADD VALUE 'ok' BEFORE 'happy'");
        fixture.execute(
                "CREATE DOMAIN public.d1 AS public.mood; CREATE DOMAIN public.d2 AS public.d1 NOT NULL");
        fixture.execute("CREATE TYPE public.pair AS (a integer, b text)");
        assertThat(type("integer")).isEqualTo(SqlType.INT4);
        assertThat(type("numeric")).isEqualTo(SqlType.NUMERIC);
        assertThat(type("timestamptz")).isEqualTo(new SqlType.Integral(Oids.TIMESTAMPTZ, 8, true));
        assertThat(type("oid")).isEqualTo(new SqlType.Integral(Oids.OID, 4, false));
        assertThat(type("uuid")).isEqualTo(new SqlType.ByteString(Oids.UUID));
        assertThat(type("public.mood"))
                .isEqualTo(
                        new SqlType.EnumType(
                                typeOid("public.mood"), List.of("sad", "ok", "happy")));
        assertThat(type("public.d2")).isEqualTo(type("public.mood"));
        assertThat(type("jsonb")).isEqualTo(new SqlType.JsonbType(new Collation(100, true, true)));
        assertThat(type("inet")).isEqualTo(new SqlType.NetworkType(Oids.INET));
        assertThat(type("json")).isEqualTo(new SqlType.Opaque(Oids.JSON, false));
        assertThat(type("int2vector")).isInstanceOf(SqlType.Opaque.class);
        SqlType text = new SqlType.Text(Oids.TEXT, false, new Collation(100, true, true));
        SqlType pair =
                new SqlType.CompositeType(
                        typeOid("public.pair"),
                        List.of(
                                new SqlType.Field(1, "a", Oids.INT4, SqlType.INT4),
                                new SqlType.Field(2, "b", Oids.TEXT, text)));
        assertThat(type("public.pair[]"))
                .isEqualTo(
                        new SqlType.ArrayType(
                                typeOid("public.pair[]"), typeOid("public.pair"), pair));
        assertThat(type("public.d2[]"))
                .isEqualTo(
                        new SqlType.ArrayType(
                                typeOid("public.d2[]"), typeOid("public.d2"), type("public.mood")));
        SqlType.RangeType dates =
                new SqlType.RangeType(
                        typeOid("daterange"), new SqlType.Integral(Oids.DATE, 4, true));
        assertThat(type("daterange")).isEqualTo(dates);
        assertThat(type("datemultirange"))
                .isEqualTo(new SqlType.MultirangeType(typeOid("datemultirange"), dates));
        fixture.execute(
                "CREATE TYPE public.pattern_range AS RANGE (subtype = text, subtype_opclass = text_pattern_ops)");
        assertThat(type("public.pattern_range")).isInstanceOf(SqlType.Opaque.class);
        assertThat(catalog.type(Oids.BPCHAR, 100))
                .isEqualTo(new SqlType.Text(Oids.BPCHAR, true, new Collation(100, true, true)));
    }

    @Test
    void refusesTypesThatCannotTravel() {
        fixture.execute(
                "CREATE TYPE public.holder AS (a aclitem); CREATE DOMAIN public.holders AS public.holder[]");
        for (String name :
                List.of(
                        "aclitem",
                        "aclitem[]",
                        "pg_node_tree",
                        "public.holder",
                        "public.holders",
                        "anyelement",
                        "void")) {
            assertThatThrownBy(() -> type(name))
                    .as(name)
                    .extracting("code")
                    .isEqualTo(ErrorCode.UNSUPPORTED_TYPE);
        }
    }

    @Test
    void knowsCollations() {
        fixture.execute(
                "CREATE COLLATION public.ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false)");
        fixture.execute("CREATE COLLATION public.de (provider = icu, locale = 'de')");
        int ci = Integer.parseUnsignedInt(fixture.text("SELECT 'public.ci'::regcollation::oid"));
        int de = Integer.parseUnsignedInt(fixture.text("SELECT 'public.de'::regcollation::oid"));
        int posix = Integer.parseUnsignedInt(fixture.text("SELECT '\"POSIX\"'::regcollation::oid"));
        assertThat(catalog.collation(0)).isEqualTo(Collation.NONE);
        assertThat(catalog.collation(950)).isEqualTo(Collation.C);
        assertThat(catalog.collation(100)).isEqualTo(new Collation(100, true, true));
        assertThat(catalog.collation(posix)).isEqualTo(new Collation(posix, true, true));
        assertThat(catalog.collation(ci)).isEqualTo(new Collation(ci, false, false));
        assertThat(catalog.collation(de)).isEqualTo(new Collation(de, true, false));
        assertThat(catalog.collationName(ci)).isEqualTo("\"public\".\"ci\"");
    }

    @Test
    void knowsColumnsAndIdentities() {
        fixture.execute(
                "CREATE TABLE public.t (dropped text, a integer, \"B\" varchar(7) COLLATE \"C\" NOT NULL, c integer,"
                        + " g integer GENERATED ALWAYS AS (a * 2) STORED, PRIMARY KEY (c, a))");
        fixture.execute("ALTER TABLE public.t DROP COLUMN dropped");
        TableInfo table = catalog.table(fixture.oid("public.t"));
        assertThat(table.name())
                .isEqualTo(new TableInfo.TableName(table.oid(), "public", "t", "postgres"));
        assertThat(table.kind()).isEqualTo(TableInfo.Kind.TABLE);
        assertThat(table.traits())
                .isEqualTo(new TableInfo.Traits(true, false, false, false, false));
        assertThat(table.columns())
                .containsExactly(
                        new ColumnInfo(2, "a", Oids.INT4, -1, 0, true, ColumnInfo.Generation.NONE),
                        new ColumnInfo(
                                3, "B", Oids.VARCHAR, 11, 950, true, ColumnInfo.Generation.NONE),
                        new ColumnInfo(4, "c", Oids.INT4, -1, 0, true, ColumnInfo.Generation.NONE),
                        new ColumnInfo(
                                5, "g", Oids.INT4, -1, 0, false, ColumnInfo.Generation.STORED));
        assertThat(table.replicaIdentity())
                .isEqualTo(new TableInfo.ReplicaIdentity.Key(List.of(4, 2)));
        assertThat(table.uniqueKeys()).containsExactly(List.of(4, 2));

        fixture.execute("CREATE UNIQUE INDEX other ON public.t (\"B\") INCLUDE (a)");
        fixture.execute("ALTER TABLE public.t REPLICA IDENTITY USING INDEX other");
        TableInfo indexed = catalog.table(table.oid());
        assertThat(indexed.replicaIdentity())
                .isEqualTo(new TableInfo.ReplicaIdentity.Key(List.of(3)));
        assertThat(indexed.uniqueKeys()).containsExactly(List.of(4, 2), List.of(3));
        fixture.execute("DROP INDEX public.other");
        assertThat(catalog.table(table.oid()).replicaIdentity())
                .isEqualTo(new TableInfo.ReplicaIdentity.None());
        fixture.execute("ALTER TABLE public.t REPLICA IDENTITY FULL");
        assertThat(catalog.table(table.oid()).replicaIdentity())
                .isEqualTo(new TableInfo.ReplicaIdentity.Full());
        fixture.execute("ALTER TABLE public.t REPLICA IDENTITY NOTHING");
        assertThat(catalog.table(table.oid()).replicaIdentity())
                .isEqualTo(new TableInfo.ReplicaIdentity.None());
    }

    @Test
    void takesOnlyProvableKeys() {
        fixture.execute(
                "CREATE TABLE public.t (a integer NOT NULL, b integer, c integer NOT NULL UNIQUE DEFERRABLE, d text NOT NULL)");
        fixture.execute(
                "CREATE UNIQUE INDEX ON public.t (b); CREATE UNIQUE INDEX ON public.t (a) WHERE b > 0");
        fixture.execute(
                "CREATE UNIQUE INDEX ON public.t ((a + 1)); CREATE UNIQUE INDEX ON public.t (d COLLATE \"POSIX\")");
        fixture.execute("CREATE UNIQUE INDEX ON public.t (a, b)");
        assertThat(catalog.table(fixture.oid("public.t")).uniqueKeys()).isEmpty();
        fixture.execute("ALTER TABLE public.t ADD CONSTRAINT later PRIMARY KEY (a) DEFERRABLE");
        assertThat(catalog.table(fixture.oid("public.t")).uniqueKeys()).isEmpty();
        assertThat(catalog.table(fixture.oid("public.t")).replicaIdentity())
                .isEqualTo(new TableInfo.ReplicaIdentity.None());
    }

    @Test
    void knowsPartitionsAndOtherRelations() {
        fixture.execute("CREATE TABLE public.p (a integer) PARTITION BY LIST (a)");
        fixture.execute("CREATE TABLE public.p1 PARTITION OF public.p FOR VALUES IN (1)");
        fixture.execute(
                "CREATE UNLOGGED TABLE public.u (a integer); ALTER TABLE public.u ENABLE ROW LEVEL SECURITY");
        fixture.execute(
                "CREATE TEMP TABLE tmp (a integer); CREATE VIEW public.v AS SELECT 1 AS one");
        TableInfo root = catalog.table(fixture.oid("public.p"));
        TableInfo leaf = catalog.table(fixture.oid("public.p1"));
        assertThat(root.kind()).isEqualTo(TableInfo.Kind.PARTITIONED_TABLE);
        assertThat(root.children()).containsExactly(leaf.oid());
        assertThat(leaf.parents()).containsExactly(root.oid());
        assertThat(leaf.traits().partition()).isTrue();
        assertThat(catalog.table(fixture.oid("public.u")).traits())
                .isEqualTo(new TableInfo.Traits(false, false, false, true, false));
        assertThat(catalog.table(fixture.oid("pg_temp.tmp")).traits().temporary()).isTrue();
        assertThat(catalog.table(fixture.oid("public.v")).kind()).isEqualTo(TableInfo.Kind.VIEW);
        assertThat(catalog.table(fixture.oid("pg_catalog.pg_class")).traits().system()).isTrue();
        assertThatThrownBy(() -> catalog.table(1))
                .extracting("code")
                .isEqualTo(ErrorCode.NAME_UNKNOWN);
    }

    @Test
    void knowsFunctionsAndAggregates() {
        FunctionInfo lower = catalog.function(870);
        assertThat(lower)
                .isEqualTo(
                        new FunctionInfo(
                                870,
                                "pg_catalog",
                                "lower",
                                FunctionInfo.Kind.FUNCTION,
                                FunctionInfo.Volatility.IMMUTABLE,
                                true,
                                false,
                                List.of(Oids.TEXT),
                                Oids.TEXT));
        assertThat(lower.builtIn()).isTrue();
        fixture.execute(
                "CREATE FUNCTION public.f() RETURNS SETOF integer VOLATILE LANGUAGE sql AS 'SELECT 1'");
        FunctionInfo own =
                catalog.function(
                        Integer.parseUnsignedInt(
                                fixture.text("SELECT 'public.f()'::regprocedure::oid")));
        assertThat(own.builtIn()).isFalse();
        assertThat(own.returnsSet()).isTrue();
        assertThat(own.volatility()).isEqualTo(FunctionInfo.Volatility.VOLATILE);
        AggregateInfo max =
                catalog.aggregate(
                        Integer.parseUnsignedInt(
                                fixture.text("SELECT 'max(integer)'::regprocedure::oid")));
        assertThat(max.kind()).isEqualTo(AggregateInfo.Kind.NORMAL);
        assertThat(catalog.operator(max.sortOperatorOid()).name()).isEqualTo(">");
        assertThat(max.function().kind()).isEqualTo(FunctionInfo.Kind.AGGREGATE);
    }

    @Test
    void findsWhatATypeMeansByEqual() {
        fixture.execute(
                "CREATE TYPE public.mood AS ENUM ('sad'); CREATE DOMAIN public.d AS varchar(3)");
        fixture.execute("CREATE TYPE public.pair AS (a integer)");
        for (String name :
                List.of(
                        "integer",
                        "text",
                        "varchar",
                        "bpchar",
                        "numeric",
                        "public.mood",
                        "public.d",
                        "integer[]",
                        "public.pair",
                        "int4range",
                        "inet",
                        "cidr",
                        "jsonb",
                        "varbit",
                        "bit",
                        "name",
                        "regclass",
                        "\"char\"",
                        "int4multirange")) {
            OperatorInfo equality = catalog.equality(typeOid(name)).orElseThrow();
            assertThat(equality.name()).as(name).isEqualTo("=");
            assertThat(equality.schema()).isEqualTo("pg_catalog");
            assertThat(equality.resultTypeOid()).isEqualTo(Oids.BOOL);
        }
        assertThat(catalog.equality(Oids.INT4).orElseThrow().quoted())
                .isEqualTo("OPERATOR(\"pg_catalog\".=)");
        assertThat(catalog.equality(Oids.INT4).orElseThrow().oid()).isEqualTo(96);
        assertThat(catalog.equality(Oids.VARCHAR).orElseThrow().oid()).isEqualTo(98);
        assertThat(catalog.equality(typeOid("cidr")).orElseThrow().leftTypeOid())
                .isEqualTo(typeOid("inet"));
        for (String name : List.of("json", "xml", "point")) {
            assertThat(catalog.equality(typeOid(name))).as(name).isEmpty();
        }
    }

    @Test
    void checksPrivileges() {
        String role = "reader_" + fixture.text("SELECT current_database()");
        fixture.execute(
                "CREATE ROLE "
                        + role
                        + "; CREATE SCHEMA s; CREATE TABLE s.t (a integer, b integer)");
        fixture.execute(
                "CREATE FUNCTION s.f() RETURNS integer LANGUAGE sql AS 'SELECT 1'; REVOKE ALL ON FUNCTION s.f() FROM PUBLIC");
        fixture.execute("GRANT SELECT (a) ON s.t TO " + role);
        int table = fixture.oid("s.t");
        int function = Integer.parseUnsignedInt(fixture.text("SELECT 's.f()'::regprocedure::oid"));
        assertThat(catalog.hasTablePrivilege(role, table, "SELECT")).isFalse();
        assertThat(catalog.hasColumnPrivilege(role, table, 1, "SELECT")).isTrue();
        assertThat(catalog.hasColumnPrivilege(role, table, 2, "SELECT")).isFalse();
        assertThat(catalog.hasSchemaPrivilege(role, "s", "USAGE")).isFalse();
        assertThat(catalog.hasFunctionPrivilege(role, function)).isFalse();
        fixture.execute(
                "GRANT USAGE ON SCHEMA s TO "
                        + role
                        + "; GRANT EXECUTE ON FUNCTION s.f() TO "
                        + role);
        fixture.execute("GRANT SELECT ON s.t TO " + role);
        assertThat(catalog.hasTablePrivilege(role, table, "SELECT")).isTrue();
        assertThat(catalog.hasSchemaPrivilege(role, "s", "USAGE")).isTrue();
        assertThat(catalog.hasFunctionPrivilege(role, function)).isTrue();
        assertThat(catalog.hasTablePrivilege(role, 1, "SELECT")).isFalse();
    }

    @Test
    void writesTypesAsSqlDoes() {
        fixture.execute("CREATE SCHEMA \"S s\"; CREATE TYPE \"S s\".\"T\" AS ENUM ('x')");
        assertThat(catalog.typeName(Oids.NUMERIC, (10 << 16 | 2) + 4)).isEqualTo("numeric(10,2)");
        assertThat(catalog.typeName(Oids.BPCHAR, -1)).isEqualTo("bpchar");
        assertThat(catalog.typeName(typeOid("\"S s\".\"T\"[]"), -1)).isEqualTo("\"S s\".\"T\"[]");
    }
}
