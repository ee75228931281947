package io.pgtrickle.planner;

import io.pgtrickle.model.type.Collation;
import io.pgtrickle.model.type.SqlType;
import io.pgtrickle.postgres.Catalog;
import io.pgtrickle.postgres.FunctionInfo;
import io.pgtrickle.postgres.OperatorInfo;
import io.pgtrickle.postgres.SqlErrors;
import io.pgtrickle.postgres.TableInfo;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// The catalog as one planning sees it: each thing is read once. Beside what `Catalog` has: operators that are a type's default
/// equality, domains' constraints, array elements' layout, and how things are called in messages.
final class CatalogReader {

    private final Connection connection;
    private final Catalog catalog;
    private final Map<TypeKey, SqlType> types = new HashMap<>();
    private final Map<Integer, Collation> collations = new HashMap<>();
    private final Map<Integer, FunctionInfo> functions = new HashMap<>();
    private final Map<Integer, TableInfo> tables = new HashMap<>();
    private @Nullable List<Equality> equalities;

    CatalogReader(Connection connection) {
        this.connection = connection;
        this.catalog = new Catalog(connection);
    }

    private record TypeKey(int typeOid, int collationOid) {}

    /// An operator that is the equality of a type's default btree operator class, or of two types' in one operator family.
    record Equality(int operatorOid, int functionOid, int leftTypeOid, int rightTypeOid) {}

    /// How elements lie in an array.
    ///
    /// @param length in bytes; -1 for varlena
    /// @param alignment in bytes
    record ElementLayout(int typeOid, int length, int alignment) {}

    SqlType type(int typeOid, int collationOid) {
        return types.computeIfAbsent(
                new TypeKey(typeOid, collationOid),
                key -> catalog.type(key.typeOid, key.collationOid));
    }

    Collation collation(int oid) {
        return oid == 0 ? Collation.NONE : collations.computeIfAbsent(oid, catalog::collation);
    }

    FunctionInfo function(int oid) {
        return functions.computeIfAbsent(oid, catalog::function);
    }

    TableInfo table(int oid) {
        return tables.computeIfAbsent(oid, catalog::table);
    }

    /// The equality that the operator is; empty where it is something else.
    Optional<Equality> equalityOfOperator(int operatorOid) {
        return equalities().stream().filter(e -> e.operatorOid() == operatorOid).findFirst();
    }

    /// The same by the function behind the operator.
    Optional<Equality> equalityOfFunction(int functionOid) {
        return equalities().stream().filter(e -> e.functionOid() == functionOid).findFirst();
    }

    /// The function that compares two values of the type, where the type has one of its own.
    OptionalInt equalityOfType(int typeOid) {
        return equalities().stream()
                .filter(e -> e.leftTypeOid() == typeOid && e.rightTypeOid() == typeOid)
                .mapToInt(Equality::functionOid)
                .findFirst();
    }

    private List<Equality> equalities() {
        List<Equality> known = equalities;
        if (known == null) {
            known =
                    rows(
                            """
                            SELECT DISTINCT a.amopopr::int8, o.oprcode::oid::int8, a.amoplefttype::int8, a.amoprighttype::int8
                              FROM pg_catalog.pg_opclass c
                              JOIN pg_catalog.pg_am m ON m.oid = c.opcmethod AND m.amname = 'btree'
                              JOIN pg_catalog.pg_amop a ON a.amopfamily = c.opcfamily AND a.amopmethod = m.oid AND a.amopstrategy = 3
                              JOIN pg_catalog.pg_operator o ON o.oid = a.amopopr
                             WHERE c.opcdefault
                             ORDER BY 1
                            """,
                            row ->
                                    new Equality(
                                            oid(row, 1), oid(row, 2), oid(row, 3), oid(row, 4)));
            equalities = known;
        }
        return known;
    }

    /// As it is written in SQL, e.g. `character varying`.
    String typeName(int typeOid) {
        return catalog.typeName(typeOid, -1);
    }

    /// The same with a modifier, e.g. `numeric(5,2)`.
    String typeName(int typeOid, int typeModifier) {
        return catalog.typeName(typeOid, typeModifier);
    }

    /// How values of a type become text and come of it.
    ///
    /// @param input `provolatile` of its input function, `output` of its output function
    /// @param parts the types that are in it: of elements, fields, a range's bounds; a domain's base
    record TextForm(
            FunctionInfo.Volatility input, FunctionInfo.Volatility output, List<Integer> parts) {
        TextForm(
                FunctionInfo.Volatility input,
                FunctionInfo.Volatility output,
                List<Integer> parts) {
            this.input = input;
            this.output = output;
            this.parts = List.copyOf(parts);
        }
    }

    TextForm textForm(int typeOid) {
        List<Integer> parts =
                rows(
                        """
                        SELECT p.oid::int8
                          FROM pg_catalog.pg_type t
                          CROSS JOIN LATERAL (
                              SELECT t.typelem WHERE t.typelem <> 0 AND t.typcategory = 'A'
                              UNION ALL SELECT t.typbasetype WHERE t.typtype = 'd'
                              UNION ALL SELECT r.rngsubtype FROM pg_catalog.pg_range r WHERE t.oid IN (r.rngtypid, r.rngmultitypid)
                              UNION ALL SELECT a.atttypid FROM pg_catalog.pg_attribute a
                                WHERE a.attrelid = t.typrelid AND t.typtype = 'c' AND a.attnum > 0 AND NOT a.attisdropped) p(oid)
                         WHERE t.oid = ?::int8::oid
                        """,
                        row -> oid(row, 1),
                        typeOid);
        return rows(
                        """
                        SELECT i.provolatile::text, o.provolatile::text
                          FROM pg_catalog.pg_type t
                          JOIN pg_catalog.pg_proc i ON i.oid = t.typinput
                          JOIN pg_catalog.pg_proc o ON o.oid = t.typoutput
                         WHERE t.oid = ?::int8::oid
                        """,
                        row ->
                                new TextForm(
                                        FunctionInfo.Volatility.of(row.getString(1)),
                                        FunctionInfo.Volatility.of(row.getString(2)),
                                        parts),
                        typeOid)
                .stream()
                .findFirst()
                .orElseThrow(() -> Refusals.internal("a type is gone"));
    }

    /// Whether a type's values are texts under another name, e.g. citext.
    boolean isText(int typeOid) {
        return !rows(
                        """
                        SELECT 1 FROM pg_catalog.pg_cast
                         WHERE castsource = ?::int8::oid AND casttarget = 'text'::regtype AND castmethod = 'b'
                        """,
                        row -> row.getInt(1),
                        typeOid)
                .isEmpty();
    }

    /// As it is written in SQL, quoted.
    String collationName(int oid) {
        return catalog.collationName(oid);
    }

    /// Whether values of the type are checked: a domain, or a domain under it, is NOT NULL or has a CHECK constraint.
    boolean hasDomainConstraints(int typeOid) {
        return !rows(
                        """
                        WITH RECURSIVE base(oid) AS (
                            SELECT ?::int8::oid
                            UNION ALL
                            SELECT t.typbasetype FROM base b JOIN pg_catalog.pg_type t ON t.oid = b.oid WHERE t.typtype = 'd')
                        SELECT 1 FROM base b JOIN pg_catalog.pg_type t ON t.oid = b.oid
                         WHERE t.typtype = 'd'
                           AND (t.typnotnull OR EXISTS (SELECT FROM pg_catalog.pg_constraint c WHERE c.contypid = t.oid))
                        """,
                        row -> row.getInt(1),
                        typeOid)
                .isEmpty();
    }

    /// How a function is called from outside.
    ///
    /// @param variadicTypeOid 0 where it isn't variadic, 2276 for `VARIADIC "any"`
    /// @param argumentTypes as they are written in SQL; empty for a polymorphic one, which takes what it gets
    /// @param defaults as PostgreSQL keeps them, a node tree; empty where there are none
    record Signature(int variadicTypeOid, List<String> argumentTypes, String defaults) {
        Signature(int variadicTypeOid, List<String> argumentTypes, String defaults) {
            this.variadicTypeOid = variadicTypeOid;
            this.argumentTypes = List.copyOf(argumentTypes);
            this.defaults = defaults;
        }
    }

    Signature signature(int functionOid) {
        List<String> types =
                rows(
                        """
                        SELECT CASE WHEN t.typtype = 'p' THEN '' ELSE pg_catalog.format_type(t.oid, -1) END
                          FROM pg_catalog.pg_proc p, pg_catalog.unnest(p.proargtypes) WITH ORDINALITY a(oid, place)
                          JOIN pg_catalog.pg_type t ON t.oid = a.oid
                         WHERE p.oid = ?::int8::oid
                         ORDER BY a.place
                        """,
                        row -> row.getString(1),
                        functionOid);
        return rows(
                        """
                        SELECT provariadic::int8, coalesce(proargdefaults::text, '')
                          FROM pg_catalog.pg_proc WHERE oid = ?::int8::oid
                        """,
                        row -> new Signature(oid(row, 1), types, row.getString(2)),
                        functionOid)
                .stream()
                .findFirst()
                .orElseThrow(() -> Refusals.internal("a function is gone"));
    }

    ElementLayout elementLayout(int elementTypeOid) {
        return rows(
                        "SELECT typlen, typalign FROM pg_catalog.pg_type WHERE oid = ?::int8::oid",
                        row ->
                                new ElementLayout(
                                        elementTypeOid,
                                        row.getInt(1),
                                        switch (row.getString(2)) {
                                            case "c" -> 1;
                                            case "s" -> 2;
                                            case "i" -> 4;
                                            default -> 8;
                                        }),
                        elementTypeOid)
                .stream()
                .findFirst()
                .orElseThrow(() ->
                        Refusals.internal(
                                "type with oid "
                                        + Integer.toUnsignedString(elementTypeOid)
                                        + " is gone"));
    }

    /// The element type of an array type.
    Optional<Integer> elementType(int arrayTypeOid) {
        return rows(
                        "SELECT oid::int8 FROM pg_catalog.pg_type WHERE typarray = ?::int8::oid",
                        row -> oid(row, 1),
                        arrayTypeOid)
                .stream()
                .findFirst();
    }

    /// Whether an operator sorts backwards; empty where it isn't the order of a type's default operator class.
    Optional<Boolean> isDescending(int operatorOid) {
        return rows(
                        """
                        SELECT a.amopstrategy = 5
                          FROM pg_catalog.pg_amop a
                          JOIN pg_catalog.pg_am m ON m.oid = a.amopmethod AND m.amname = 'btree'
                          JOIN pg_catalog.pg_opclass c ON c.opcfamily = a.amopfamily AND c.opcmethod = m.oid AND c.opcdefault
                         WHERE a.amopopr = ?::int8::oid AND a.amopstrategy IN (1, 5)
                        """,
                        row -> row.getBoolean(1),
                        operatorOid)
                .stream()
                .findFirst();
    }

    /// Whether an aggregate returns the last (true) or the first value in the order of its type's default operator class; empty where
    /// it doesn't say so.
    Optional<Boolean> isLast(int aggregateOid) {
        String sql =
                "SELECT aggsortop::int8 FROM pg_catalog.pg_aggregate"
                        + " WHERE aggfnoid = ?::int8::oid AND aggsortop <> 0 AND aggkind = 'n'";
        List<Integer> operators = rows(sql, row -> oid(row, 1), aggregateOid);
        return operators.stream().findFirst().flatMap(this::isDescending);
    }

    OperatorInfo operator(int oid) {
        return catalog.operator(oid);
    }

    /// The function of a cast, where it has one.
    OptionalInt castFunction(int from, int to) {
        String sql =
                "SELECT castfunc::int8 FROM pg_catalog.pg_cast"
                        + " WHERE castsource = ?::int8::oid AND casttarget = ?::int8::oid AND castfunc <> 0";
        return rows(sql, row -> oid(row, 1), from, to).stream()
                .mapToInt(Integer::intValue)
                .findFirst();
    }

    /// What an aggregate is made of.
    List<Integer> functionsOfAggregate(int aggregateOid) {
        return rows(
                """
                SELECT f.oid::oid::int8
                  FROM pg_catalog.pg_aggregate a CROSS JOIN LATERAL (VALUES (a.aggtransfn), (a.aggfinalfn)) f(oid)
                 WHERE a.aggfnoid = ?::int8::oid AND f.oid <> 0
                """,
                row -> oid(row, 1),
                aggregateOid);
    }

    boolean isComposite(int typeOid) {
        String sql =
                "SELECT 1 FROM pg_catalog.pg_type WHERE oid = ?::int8::oid AND (typtype = 'c' OR typname = 'record')";
        return !rows(sql, row -> row.getInt(1), typeOid).isEmpty();
    }

    /// The composite type of a relation's rows.
    int rowTypeOf(int relationOid) {
        return rows(
                        "SELECT reltype::int8 FROM pg_catalog.pg_class WHERE oid = ?::int8::oid",
                        row -> oid(row, 1),
                        relationOid)
                .getFirst();
    }

    /// The columns of a function's rows: its OUT parameters, or the columns of the composite type that it returns.
    List<SqlType.Field> rowFields(int functionOid, int resultTypeOid) {
        List<SqlType.Field> out =
                rows(
                        """
                        SELECT row_number() OVER (ORDER BY a.n), coalesce(a.name, ''), a.type::int8,
                               coalesce(t.typcollation, 0)::int8
                          FROM pg_catalog.pg_proc p,
                               unnest(p.proallargtypes, p.proargmodes, p.proargnames) WITH ORDINALITY a(type, mode, name, n)
                          JOIN pg_catalog.pg_type t ON t.oid = a.type
                         WHERE p.oid = ?::int8::oid AND a.mode IN ('o', 'b', 't')
                         ORDER BY a.n
                        """,
                        this::field,
                        functionOid);
        return out.isEmpty()
                ? rows(
                        """
                        SELECT a.attnum, a.attname, a.atttypid::int8, a.attcollation::int8
                          FROM pg_catalog.pg_type t
                          JOIN pg_catalog.pg_attribute a ON a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
                         WHERE t.oid = ?::int8::oid
                         ORDER BY a.attnum
                        """,
                        this::field,
                        resultTypeOid)
                : out;
    }

    private SqlType.Field field(ResultSet row) throws SQLException {
        return new SqlType.Field(
                row.getInt(1), row.getString(2), oid(row, 3), type(oid(row, 3), oid(row, 4)));
    }

    /// The array type of an element type.
    int arrayType(int elementTypeOid) {
        return rows(
                        "SELECT CASE WHEN typcategory = 'A' THEN oid ELSE typarray END::int8"
                                + " FROM pg_catalog.pg_type WHERE oid = ?::int8::oid",
                        row -> oid(row, 1),
                        elementTypeOid)
                .getFirst();
    }

    /// `array_agg` of a type.
    FunctionInfo arrayAggregate(int elementTypeOid) {
        return function(
                rows(
                                """
                                SELECT p.oid::int8 FROM pg_catalog.pg_proc p
                                 WHERE p.proname = 'array_agg' AND p.pronamespace = 'pg_catalog'::regnamespace
                                   AND p.proargtypes[0] = CASE WHEN (SELECT typcategory FROM pg_catalog.pg_type WHERE oid = ?::int8::oid) = 'A'
                                                               THEN 'anyarray'::regtype ELSE 'anynonarray'::regtype END
                                """,
                                row -> oid(row, 1),
                                elementTypeOid)
                        .getFirst());
    }

    boolean isSecurityInvoker(int viewOid) {
        return !rows(
                        "SELECT 1 FROM pg_catalog.pg_class WHERE oid = ?::int8::oid"
                                + " AND reloptions && ARRAY['security_invoker=true', 'security_invoker=on', 'security_invoker=1']",
                        row -> row.getInt(1),
                        viewOid)
                .isEmpty();
    }

    /// The tree of the query behind one of our result tables.
    String resultTree(int relationOid) {
        return rows(
                        "SELECT tree FROM pgtrickle.view WHERE relation = ?::int8::oid",
                        row -> row.getString(1),
                        relationOid)
                .getFirst();
    }

    /// The tree of a view's query.
    String viewTree(int viewOid) {
        String sql =
                "SELECT ev_action::text FROM pg_catalog.pg_rewrite WHERE ev_class = ?::int8::oid AND ev_type = '1'";
        return rows(sql, row -> row.getString(1), viewOid).stream()
                .findFirst()
                .map(tree ->
                        ConstantImages.into(
                                tree, Integer.toUnsignedString(viewOid), connection, this))
                .orElseThrow(() -> Refusals.internal("a view without a query"));
    }

    /// The label of an enum's value, by the value's oid.
    String enumLabel(int oid) {
        return rows(
                        "SELECT enumlabel FROM pg_catalog.pg_enum WHERE oid = ?::int8::oid",
                        row -> row.getString(1),
                        oid)
                .stream()
                .findFirst()
                .orElseThrow(() ->
                        Refusals.internal(
                                "enum value with oid "
                                        + Integer.toUnsignedString(oid)
                                        + " is gone"));
    }

    /// Text in the encoding of the database.
    String decode(byte[] text) {
        try (PreparedStatement select =
                connection.prepareStatement(
                        "SELECT pg_catalog.convert_from(?, pg_catalog.getdatabaseencoding()::name)")) {
            select.setBytes(1, text);
            try (ResultSet row = select.executeQuery()) {
                row.next();
                return row.getString(1);
            }
        } catch (SQLException e) {
            throw SqlErrors.of(e, "can't decode a text of the query");
        }
    }

    /// Whether the relation is the result of one of our views.
    boolean isResultTable(int relationOid) {
        boolean installed =
                rows(
                                "SELECT pg_catalog.to_regclass('pgtrickle.view') IS NOT NULL AND ?::int8 > 0",
                                row -> row.getBoolean(1),
                                1)
                        .getFirst();
        return installed
                && !rows(
                                "SELECT 1 FROM pgtrickle.view WHERE relation = ?::int8::oid",
                                row -> row.getInt(1),
                                relationOid)
                        .isEmpty();
    }

    private interface Reader<T> {
        T read(ResultSet row) throws SQLException;
    }

    private static int oid(ResultSet row, int column) throws SQLException {
        return (int) row.getLong(column);
    }

    private <T> List<T> rows(String sql, Reader<T> reader, int... oids) {
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            for (int i = 0; i < oids.length; i++) {
                select.setLong(i + 1, Integer.toUnsignedLong(oids[i]));
            }
            List<T> rows = new ArrayList<>();
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    rows.add(reader.read(row));
                }
            }
            return rows;
        } catch (SQLException e) {
            throw SqlErrors.of(e, "can't read the catalog");
        }
    }
}
