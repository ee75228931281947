package io.pgtrickle.postgres;

import io.pgtrickle.model.Row;
import io.pgtrickle.model.remote.RemoteCall;
import io.pgtrickle.model.type.ByteWriter;
import io.pgtrickle.model.type.SqlType;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGStatement;
import org.postgresql.core.BaseConnection;
import org.postgresql.util.PGobject;

/// One session for the evaluation of functions.
///
/// Every batch is one statement in a read-only transaction that is rolled back, so that nothing a function does to the session
/// (settings, cursors) outlives it. Statements are never prepared under a name: a function may DEALLOCATE such a name and PREPARE
/// its own statement under it, which would then be run with the sidecar's rights.
///
/// What comes from outside of `pg_catalog` is called by way of a wrapper: a SECURITY DEFINER function that belongs to the view's owner.
/// In it PostgreSQL refuses SET ROLE, RESET ROLE and SET SESSION AUTHORIZATION, so that who defines a function gets no rights but those of
/// the owner. Wrappers are in the session's temporary schema. There no other session can reach them, and this one runs functions
/// in read-only transactions only: otherwise the owner could make its wrapper SECURITY INVOKER.
///
/// For one thread at a time.
final class RemoteSession {

    /// How long a batch may take. A function that needs more for one row is an error of that row.
    static final int TIMEOUT_SECONDS = 10;

    /// Rows that a statement may return: they are gathered in memory.
    static final int MAX_RESULT_ROWS = 1_000_000;

    private static final String ISO = "ISO";

    private static final String PROGRAM_LIMIT_EXCEEDED = "54000";

    private final Connection connection;
    private final Set<Integer> knownTypes = new HashSet<>();
    private final Map<Integer, String> typeNames = new HashMap<>();
    private final Map<Integer, String> sendFunctions = new HashMap<>();
    private final Map<WrapperKey, String> wrappers = new HashMap<>();
    private boolean usable = true;

    private record WrapperKey(RemoteCall call, String owner, String searchPath) {}

    RemoteSession(Connection connection) {
        this.connection = connection;
    }

    /// By another thread: ends the connection under whoever waits for its answer.
    void abort() {
        try {
            connection.abort(Runnable::run);
        } catch (SQLException e) {
            // it is of no use any more either way
            usable = false;
        }
    }

    /// False after its connection has broken.
    boolean isUsable() {
        return usable;
    }

    /// The rows that the call returns for each row of arguments, in their order.
    ///
    /// @throws SQLException for one of the rows, it isn't known which
    List<List<Row>> evaluate(RemoteCall call, RemoteContext context, List<Row> arguments)
            throws SQLException {
        try {
            String text = text(call, context);
            connection.setAutoCommit(false);
            try {
                begin(context);
                return run(call, text, arguments, context);
            } finally {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        } catch (SQLException e) {
            if (SqlErrors.connectionIsGone(e) || connection.isClosed()) {
                usable = false;
            }
            throw e;
        }
    }

    void close() {
        usable = false;
        try {
            connection.close();
        } catch (SQLException _) {
            // it is gone
        }
    }

    private void begin(RemoteContext context) throws SQLException {
        StringBuilder sql =
                new StringBuilder("SET TRANSACTION READ ONLY; SET LOCAL statement_timeout = '")
                        .append(TIMEOUT_SECONDS)
                        .append("s'");
        RemoteContext.ofSession(context.settings())
                .forEach((name, value) -> {
                    if (!name.equals("search_path")) {
                        sql.append("; ").append(setting(name, value));
                    }
                });
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql.toString());
        }
    }

    private static String setting(String name, String value) {
        return "SELECT pg_catalog.set_config("
                + Quoting.literal(name)
                + ", "
                + Quoting.literal(value)
                + ", true)";
    }

    /// PostgreSQL reports a change of DateStyle when it is ready for the next message, and pgjdbc would give up the session. So another
    /// style than ISO is set and taken back in one message with the statement.
    private List<List<Row>> run(
            RemoteCall call, String text, List<Row> arguments, RemoteContext context)
            throws SQLException {
        String style = context.settings().getOrDefault("DateStyle", ISO);
        boolean styled = !style.startsWith(ISO);
        List<String> columns =
                IntStream.rangeClosed(1, call.arity()).mapToObj(i -> ", c" + i).toList();
        String row = ", ?".repeat(call.arity()) + ")";
        StringBuilder sql = new StringBuilder("SELECT a.n");
        for (int i = 0; i < call.columns().size(); i++) {
            sql.append(", ").append(send(call.columns().get(i).oid())).append("(r.r").append(i + 1);
            sql.append(')');
        }
        sql.append(" FROM (VALUES ");
        for (int i = 0; i < arguments.size(); i++) {
            sql.append(i == 0 ? "(" : ", (").append(i).append(row);
        }
        // a function without FROM would be evaluated while it is planned, and alike for each row
        sql.append(") AS a(n")
                .append(String.join("", columns))
                .append(") CROSS JOIN LATERAL ")
                .append(text)
                .append(" ORDER BY a.n, r.o");
        if (styled) {
            String iso = RemoteContext.ofSession(Map.of("DateStyle", style)).get("DateStyle");
            sql.insert(0, setting("DateStyle", style) + "; ")
                    .append("; ")
                    .append(setting("DateStyle", String.valueOf(iso)));
        }
        try (PreparedStatement statement = connection.prepareStatement(sql.toString())) {
            statement.unwrap(PGStatement.class).setPrepareThreshold(0);
            bind(call, arguments, statement);
            statement.setMaxRows(MAX_RESULT_ROWS + 1);
            statement.execute();
            if (styled) {
                statement.getMoreResults();
            }
            return read(call, arguments.size(), statement);
        }
    }

    private void bind(RemoteCall call, List<Row> arguments, PreparedStatement statement)
            throws SQLException {
        ByteWriter cell = new ByteWriter();
        int place = 1;
        for (Row row : arguments) {
            for (int i = 0; i < call.arity(); i++) {
                SqlType type = call.arguments().get(i);
                Object value = row.get(i);
                byte @Nullable [] image = null;
                if (value != null) {
                    cell.clear();
                    type.encode(value, cell);
                    image = cell.toByteArray();
                }
                statement.setObject(place++, parameter(parameterType(type.oid()), image));
            }
        }
    }

    /// pgjdbc takes an image of no bytes for NULL. Such values are empty texts or byte strings, which are empty as text, too.
    private static PGobject parameter(String type, byte @Nullable [] image) throws SQLException {
        if (image == null || image.length > 0) {
            return new TypedValue(type, image);
        }
        PGobject empty = new PGobject();
        empty.setType(type);
        empty.setValue("");
        return empty;
    }

    private static List<List<Row>> read(RemoteCall call, int count, PreparedStatement statement)
            throws SQLException {
        List<List<Row>> outcomes = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            outcomes.add(new ArrayList<>(1));
        }
        List<SqlType> types = call.columns();
        int read = 0;
        try (ResultSet rows = statement.getResultSet()) {
            while (rows.next()) {
                @Nullable Object[] cells = new @Nullable Object[types.size()];
                for (int i = 0; i < cells.length; i++) {
                    byte[] image = rows.getBytes(i + 2);
                    cells[i] = image == null ? null : types.get(i).decode(image, 0, image.length);
                }
                outcomes.get(rows.getInt(1)).add(Row.of(cells));
                if (++read > MAX_RESULT_ROWS) {
                    throw new SQLException(
                            "a set-returning function returned more than "
                                    + MAX_RESULT_ROWS
                                    + " rows",
                            PROGRAM_LIMIT_EXCEEDED);
                }
            }
        }
        return outcomes;
    }

    /// The item of FROM that yields `r1`, `r2`, … and the row's number `o` for the arguments `a.c1`, `a.c2`, …
    private String text(RemoteCall call, RemoteContext context) throws SQLException {
        List<String> arguments =
                IntStream.rangeClosed(1, call.arity()).mapToObj(i -> "a.c" + i).toList();
        String columns =
                IntStream.rangeClosed(1, call.columns().size())
                        .mapToObj(i -> "r" + i)
                        .collect(Collectors.joining(", "));
        String sql =
                call.text().foreign()
                        ? wrapper(call, context) + "(" + String.join(", ", arguments) + ")"
                        : call.text().over(arguments);
        return switch (call.kind()) {
            // OFFSET keeps the subquery one, so that each row's function is called once
            case SCALAR -> "(SELECT " + sql + ", 1 OFFSET 0) AS r(r1, o)";
            case ROWS -> "ROWS FROM (" + sql + ") WITH ORDINALITY AS r(" + columns + ", o)";
            case TABLE -> {
                // in a select list a row stays one column
                boolean row = call.text().foreign() && call.columns().size() == 1;
                yield "(SELECT *, pg_catalog.row_number() OVER () FROM "
                        + (row ? "(SELECT " + sql + ")" : sql)
                        + " AS t) AS r("
                        + columns
                        + ", o)";
            }
        };
    }

    private String wrapper(RemoteCall call, RemoteContext context) throws SQLException {
        String searchPath = context.settings().getOrDefault("search_path", "pg_catalog");
        WrapperKey key = new WrapperKey(call, context.owner(), searchPath);
        String known = wrappers.get(key);
        if (known != null) {
            return known;
        }
        String name = "pg_temp.pgtrickle_" + wrappers.size();
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute(wrapperText(name, call, key));
            connection.commit();
        } finally {
            connection.rollback();
            connection.setAutoCommit(true);
        }
        wrappers.put(key, name);
        return name;
    }

    /// The body is not checked here: the owner may see what the sidecar doesn't. The signature is read under our own search path, the
    /// body under the view's: a setting's text is never part of a statement, and no type that shadows one of the server's
    /// comes between us and the wrapper.
    private String wrapperText(String name, RemoteCall call, WrapperKey key) {
        List<String> types = call.arguments().stream().map(type -> typeName(type.oid())).toList();
        String signature = name + "(" + String.join(", ", types) + ")";
        List<String> arguments =
                IntStream.rangeClosed(1, call.arity()).mapToObj(i -> "$" + i).toList();
        String text = call.text().over(arguments);
        String results =
                IntStream.rangeClosed(1, call.columns().size())
                        .mapToObj(i ->
                                "CAST(r.r"
                                        + i
                                        + " AS "
                                        + typeName(call.columns().get(i - 1).oid())
                                        + ")")
                        .collect(Collectors.joining(", "));
        String names =
                IntStream.rangeClosed(1, call.columns().size())
                        .mapToObj(i -> "r" + i)
                        .collect(Collectors.joining(", "));
        String returns =
                switch (call.kind()) {
                    case SCALAR -> typeName(call.columns().getFirst().oid());
                    case ROWS, TABLE ->
                            IntStream.rangeClosed(1, call.columns().size())
                                    .mapToObj(i ->
                                            "x"
                                                    + i
                                                    + " "
                                                    + typeName(call.columns().get(i - 1).oid()))
                                    .collect(Collectors.joining(", ", "TABLE (", ")"));
                };
        String body =
                switch (call.kind()) {
                    case SCALAR -> "SELECT CAST(" + text + " AS " + returns + ")";
                    case ROWS, TABLE ->
                            "SELECT "
                                    + results
                                    + " FROM "
                                    + (call.kind() == RemoteCall.Kind.ROWS
                                            ? "ROWS FROM (" + text + ")"
                                            : text)
                                    + " AS r("
                                    + names
                                    + ")";
                };
        return "SET LOCAL check_function_bodies = off; CREATE FUNCTION "
                + signature
                + " RETURNS "
                + returns
                + " LANGUAGE sql SECURITY DEFINER AS "
                + Quoting.literal(body)
                + "; GRANT EXECUTE ON FUNCTION "
                + name
                + " TO PUBLIC; SELECT pg_catalog.set_config('search_path', "
                + Quoting.literal(key.searchPath())
                + ", true); ALTER FUNCTION "
                + name
                + " SET search_path FROM CURRENT; ALTER FUNCTION "
                + name
                + " OWNER TO "
                + Quoting.identifier(key.owner());
    }

    private String typeName(int oid) {
        return typeNames.computeIfAbsent(oid, key -> new Catalog(connection).typeName(key, -1));
    }

    /// The function that makes a value's binary image, as `bytea`.
    private String send(int typeOid) {
        return sendFunctions.computeIfAbsent(
                typeOid,
                key ->
                        Rows.one(
                                connection,
                                "type " + Integer.toUnsignedString(key),
                                "SELECT n.nspname, p.proname FROM pg_catalog.pg_type t"
                                        + " JOIN pg_catalog.pg_proc p ON p.oid = t.typsend"
                                        + " JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace"
                                        + " WHERE t.oid = CAST(? AS oid)",
                                row -> Quoting.qualified(row.getString(1), row.getString(2)),
                                Integer.toUnsignedLong(key)));
    }

    /// The name under which pgjdbc sends values of the type in binary.
    private String parameterType(int oid) throws SQLException {
        String name = "pgtrickle_value_" + Integer.toUnsignedString(oid);
        if (knownTypes.add(oid)) {
            BaseConnection base = connection.unwrap(BaseConnection.class);
            base.getTypeInfo().addCoreType(name, oid, Types.OTHER, Object.class.getName(), 0);
            base.getQueryExecutor().addBinarySendOid(oid);
        }
        return name;
    }
}
