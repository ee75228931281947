package io.pgtrickle.postgres;

import io.pgtrickle.model.type.Oids;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;

/// Operators and the default operator classes that give them their meaning.
final class Operators {

    static final String SELECT =
            """
            SELECT o.oid::bigint AS oid, n.nspname, o.oprname, o.oprleft::bigint AS lefttype,
                   o.oprright::bigint AS righttype, o.oprresult::bigint AS result, o.oprcode::oid::bigint AS function,
                   o.oprcom::bigint AS commutator, o.oprnegate::bigint AS negator
              FROM pg_catalog.pg_operator o JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace\
            """;

    /// The default btree class is the type's own, else that of a type to which it is coerced without change, else that of the
    /// pseudo-type of its family (`GetDefaultOpClass`). Strategy 3 is equality.
    private static final String EQUALITY =
            """
            WITH candidate(type, preference) AS (
              SELECT CAST(? AS oid), 0
              UNION ALL
              SELECT casttarget, 1 FROM pg_catalog.pg_cast
               WHERE castsource = CAST(? AS oid) AND castmethod = 'b' AND castcontext = 'i'
              UNION ALL
              SELECT CASE WHEN typtype = 'e' THEN 3500 WHEN typtype = 'c' THEN 2249 WHEN typtype = 'r' THEN 3831
                          WHEN typtype = 'm' THEN 4537 WHEN typcategory = 'A' THEN 2277 END::oid, 2
                FROM pg_catalog.pg_type WHERE oid = CAST(? AS oid))
            """
                    + SELECT
                    + """

                     JOIN pg_catalog.pg_amop a ON a.amopopr = o.oid AND a.amopstrategy = 3
                     JOIN pg_catalog.pg_opclass c ON c.opcfamily = a.amopfamily AND c.opcmethod = 403 AND c.opcdefault
                                                 AND c.opcintype = a.amoplefttype AND c.opcintype = a.amoprighttype
                     JOIN candidate ON candidate.type = c.opcintype
                    ORDER BY candidate.preference, (SELECT NOT typispreferred FROM pg_catalog.pg_type t WHERE t.oid = c.opcintype)
                    LIMIT 1\
                    """;

    private static final String BASE_TYPE =
            "SELECT typtype::text, typbasetype::bigint AS base FROM pg_catalog.pg_type WHERE oid = CAST(? AS oid)";

    private final Connection connection;

    Operators(Connection connection) {
        this.connection = connection;
    }

    Optional<OperatorInfo> equality(int typeOid) {
        int base = baseType(typeOid);
        // varchar has no class of its own and is coerced to text
        long type = Integer.toUnsignedLong(base == Oids.VARCHAR ? Oids.TEXT : base);
        return Rows.first(connection, EQUALITY, Operators::read, type, type, type);
    }

    private int baseType(int typeOid) {
        int base =
                Rows.one(
                        connection,
                        "type " + Integer.toUnsignedString(typeOid),
                        BASE_TYPE,
                        row ->
                                row.getString("typtype").equals("d")
                                        ? Rows.oid(row, "base")
                                        : typeOid,
                        Integer.toUnsignedLong(typeOid));
        return base == typeOid ? typeOid : baseType(base);
    }

    static OperatorInfo read(ResultSet row) throws SQLException {
        return new OperatorInfo(
                Rows.oid(row, "oid"),
                row.getString("nspname"),
                row.getString("oprname"),
                Rows.oid(row, "lefttype"),
                Rows.oid(row, "righttype"),
                Rows.oid(row, "result"),
                Rows.oid(row, "function"),
                Rows.oid(row, "commutator"),
                Rows.oid(row, "negator"));
    }
}
