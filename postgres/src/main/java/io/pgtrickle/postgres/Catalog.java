package io.pgtrickle.postgres;

import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.type.Collation;
import io.pgtrickle.model.type.SqlType;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/// Reads PostgreSQL's catalogs by oid, over one session that was opened by `Sessions`. Caches nothing: what it tells is as of the
/// session's snapshot.
///
/// Every look-up throws NAME_UNKNOWN where the object is gone, and CONNECTION_LOST where the session is. For one thread.
public final class Catalog {

    private static final int DEFAULT_COLLATION = 100;
    private static final int LOCALE_PROVIDERS_SINCE = 150_000;

    private final Connection connection;
    private final int serverVersion;

    public Catalog(Connection connection) {
        this.connection = connection;
        this.serverVersion = Sessions.serverVersion(connection);
    }

    /// What a type means here; a domain means what its base type does.
    ///
    /// @param collationOid the column's or expression's; 0 where there is none
    /// @throws PgtrickleException UNSUPPORTED_TYPE where its values can't be sent and received in binary
    public SqlType type(int typeOid, int collationOid) {
        return new Types(connection, this::collation).type(typeOid, collation(collationOid));
    }

    /// A type as it is written in SQL, with its modifier, e.g. `numeric(10,2)` or `"Shop"."mood"[]`.
    public String typeName(int typeOid, int typeModifier) {
        return Rows.one(
                connection,
                "type " + Integer.toUnsignedString(typeOid),
                "SELECT pg_catalog.format_type(oid, CAST(? AS integer)) FROM pg_catalog.pg_type"
                        + " WHERE oid = CAST(? AS oid)",
                row -> row.getString(1),
                typeModifier,
                unsigned(typeOid));
    }

    public Collation collation(int oid) {
        if (oid == 0) {
            return Collation.NONE;
        }
        if (oid == Collation.C.oid()) {
            return Collation.C;
        }
        return oid == DEFAULT_COLLATION ? defaultCollation() : namedCollation(oid);
    }

    /// A collation as it is written in SQL.
    public String collationName(int oid) {
        return Rows.one(
                connection,
                "collation " + Integer.toUnsignedString(oid),
                "SELECT n.nspname, c.collname FROM pg_catalog.pg_collation c"
                        + " JOIN pg_catalog.pg_namespace n ON n.oid = c.collnamespace WHERE c.oid = CAST(? AS oid)",
                row -> Quoting.qualified(row.getString(1), row.getString(2)),
                unsigned(oid));
    }

    private Collation namedCollation(int oid) {
        return Rows.one(
                connection,
                "collation " + Integer.toUnsignedString(oid),
                "SELECT collprovider::text AS provider, collcollate::text AS locale, collisdeterministic,"
                        + " pg_catalog.getdatabaseencoding() AS encoding"
                        + " FROM pg_catalog.pg_collation WHERE oid = CAST(? AS oid)",
                row -> new Collation(oid, row.getBoolean("collisdeterministic"), byteOrder(row)),
                unsigned(oid));
    }

    private Collation defaultCollation() {
        String provider = serverVersion >= LOCALE_PROVIDERS_SINCE ? "datlocprovider::text" : "'c'";
        return Rows.one(
                connection,
                "the current database",
                "SELECT "
                        + provider
                        + " AS provider, datcollate::text AS locale,"
                        + " pg_catalog.getdatabaseencoding() AS encoding FROM pg_catalog.pg_database"
                        + " WHERE datname = pg_catalog.current_database()",
                row -> new Collation(DEFAULT_COLLATION, true, byteOrder(row)));
    }

    /// Whether the order is that of the UTF-8 bytes, which for the "C" locales also depends on the database's encoding.
    private static boolean byteOrder(ResultSet row) throws SQLException {
        String encoding = row.getString("encoding");
        if (!encoding.equals("UTF8")
                && !encoding.equals("LATIN1")
                && !encoding.equals("SQL_ASCII")) {
            return false;
        }
        String locale = row.getString("locale");
        return switch (row.getString("provider")) {
            case "b" -> true;
            case "c" ->
                    locale != null && List.of("C", "POSIX", "C.UTF-8", "C.utf8").contains(locale);
            default -> false;
        };
    }

    public TableInfo table(int oid) {
        return new Tables(connection).table(oid);
    }

    public FunctionInfo function(int oid) {
        return Rows.one(
                connection,
                "function " + Integer.toUnsignedString(oid),
                """
                SELECT n.nspname, p.proname, p.prokind::text, p.provolatile::text, p.proisstrict, p.proretset,
                       CAST(CAST(p.proargtypes AS oid[]) AS bigint[]) AS arguments, p.prorettype::bigint AS result
                  FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
                 WHERE p.oid = CAST(? AS oid)\
                """,
                row ->
                        new FunctionInfo(
                                oid,
                                row.getString("nspname"),
                                row.getString("proname"),
                                FunctionInfo.Kind.of(row.getString("prokind")),
                                FunctionInfo.Volatility.of(row.getString("provolatile")),
                                row.getBoolean("proisstrict"),
                                row.getBoolean("proretset"),
                                Rows.integers(row, "arguments"),
                                Rows.oid(row, "result")),
                unsigned(oid));
    }

    public AggregateInfo aggregate(int functionOid) {
        FunctionInfo function = function(functionOid);
        return Rows.one(
                connection,
                "aggregate " + function.name(),
                """
                SELECT aggkind::text, aggnumdirectargs, aggtransfn::oid::bigint AS transition,
                       aggfinalfn::oid::bigint AS final, aggsortop::bigint AS sort
                  FROM pg_catalog.pg_aggregate WHERE aggfnoid = CAST(? AS oid)\
                """,
                row ->
                        new AggregateInfo(
                                function,
                                AggregateInfo.Kind.of(row.getString("aggkind")),
                                row.getInt("aggnumdirectargs"),
                                Rows.oid(row, "transition"),
                                Rows.oid(row, "final"),
                                Rows.oid(row, "sort")),
                unsigned(functionOid));
    }

    public OperatorInfo operator(int oid) {
        return Rows.one(
                connection,
                "operator " + Integer.toUnsignedString(oid),
                Operators.SELECT + " WHERE o.oid = CAST(? AS oid)",
                Operators::read,
                unsigned(oid));
    }

    /// The equality of the type's default btree operator class: what GROUP BY, DISTINCT and unique keys mean by equal. Empty for
    /// a type that has none, e.g. json.
    public Optional<OperatorInfo> equality(int typeOid) {
        return new Operators(connection).equality(typeOid);
    }

    /// @param privilege e.g. `SELECT`
    public boolean hasTablePrivilege(String role, int tableOid, String privilege) {
        return check(
                "has_table_privilege(?, CAST(? AS oid), ?)", role, unsigned(tableOid), privilege);
    }

    public boolean hasColumnPrivilege(
            String role, int tableOid, int attributeNumber, String privilege) {
        return check(
                "has_column_privilege(?, CAST(? AS oid), CAST(? AS smallint), ?)",
                role,
                unsigned(tableOid),
                attributeNumber,
                privilege);
    }

    public boolean hasSchemaPrivilege(String role, String schema, String privilege) {
        return check("has_schema_privilege(?, ?, ?)", role, schema, privilege);
    }

    /// Whether the role may execute the function.
    public boolean hasFunctionPrivilege(String role, int functionOid) {
        return check(
                "has_function_privilege(?, CAST(? AS oid), 'EXECUTE')",
                role,
                unsigned(functionOid));
    }

    private boolean check(String call, Object... parameters) {
        return Rows.one(
                connection,
                "the object",
                "SELECT pg_catalog." + call,
                row -> row.getBoolean(1),
                parameters);
    }

    private static long unsigned(int oid) {
        return Integer.toUnsignedLong(oid);
    }
}
