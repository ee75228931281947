package io.pgtrickle.oracle;

import io.trino.tpch.TpchEntity;
import io.trino.tpch.TpchTable;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.postgresql.PGConnection;

/// The tables, rows and queries of TPC-H. The queries are the standard's own text in PostgreSQL's syntax, with the substitution
/// parameters of its validation run (TPC-H 3.0.1, clause 2.4).
final class TpchDatabase {

    /// Parents first.
    private static final List<TpchTable<?>> TABLES =
            List.of(
                    TpchTable.REGION,
                    TpchTable.NATION,
                    TpchTable.PART,
                    TpchTable.SUPPLIER,
                    TpchTable.PART_SUPPLIER,
                    TpchTable.CUSTOMER,
                    TpchTable.ORDERS,
                    TpchTable.LINE_ITEM);

    private TpchDatabase() {}

    /// By name, `q01` to `q22`.
    static Map<String, String> queries() throws IOException {
        Map<String, String> queries = new LinkedHashMap<>();
        for (int number = 1; number <= 22; number++) {
            String name = String.format(Locale.ROOT, "q%02d", number);
            queries.put(name, resource(name + ".sql").strip());
        }
        return queries;
    }

    static void createTables(Connection connection) throws SQLException, IOException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(resource("schema.sql"));
        }
    }

    /// @param scale 1 is 6,000,000 rows of lineitem
    static void create(Connection connection, double scale) throws SQLException, IOException {
        createTables(connection);
        try (Statement statement = connection.createStatement()) {
            for (TpchTable<?> table : TABLES) {
                String rows =
                        StreamSupport.stream(
                                        table.createGenerator(scale, 1, 1).spliterator(), false)
                                .map(TpchEntity::toLine)
                                .map(line -> line.replaceFirst("\\|$", "") + "\n")
                                .collect(Collectors.joining());
                connection
                        .unwrap(PGConnection.class)
                        .getCopyAPI()
                        .copyIn(
                                "COPY " + table.getTableName() + " FROM STDIN (DELIMITER '|')",
                                new StringReader(rows));
            }
            statement.execute("ANALYZE");
        }
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = TpchDatabase.class.getResourceAsStream("/tpch/" + name)) {
            if (in == null) {
                throw new IOException("no resource /tpch/" + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
