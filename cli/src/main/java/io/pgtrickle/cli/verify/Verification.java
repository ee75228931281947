package io.pgtrickle.cli.verify;

import io.pgtrickle.postgres.Quoting;
import io.pgtrickle.postgres.RemoteContext;
import io.pgtrickle.postgres.RowImages;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// Compares a view's table with its query, as bags of row images: what PostgreSQL would send in binary, so `1.0` isn't `1.00`.
///
/// Each side is read in a session of its own, under a snapshot of its own, in one pass and in constant memory. Where they
/// differ a second pass reads the rows of a few differing buckets as text.
final class Verification {

    /// The column by which equal rows of a result table are told apart; not of the query.
    private static final String HIDDEN_COLUMN = "__pgtrickle_row";

    /// The view's settings for the query. pgjdbc takes no DateStyle but ISO, so that a view that makes texts of dates in another style can't be
    /// compared here.
    private static final String SET =
            """
            SELECT pg_catalog.set_config(s.key,
                       CASE s.key WHEN 'DateStyle' THEN pg_catalog.regexp_replace(s.value, '^[^,]*', 'ISO') ELSE s.value END, true)
              FROM pg_catalog.jsonb_each_text(?::pg_catalog.jsonb) AS s(key, value)
             WHERE s.key = ANY (?)
            """;

    /// A name that no column of a query has by chance.
    private static final String ALIAS = "__pgtrickle_verified";

    /// What to compare.
    ///
    /// @param name as the user knows it
    /// @param table qualified and quoted
    /// @param query as the view's creator wrote it
    /// @param settings under which the view was made, a JSON object
    record Subject(String name, String table, String query, String settings) {}

    /// @param differences with `+` in front where the view has too many, `-` where it lacks them; a few of them
    record Outcome(String view, long viewRows, long queryRows, List<String> differences) {

        boolean exact() {
            return differences.isEmpty();
        }
    }

    private final Connection viewSession;
    private final Connection querySession;

    /// Both sessions are in a transaction, with their snapshots.
    Verification(Connection viewSession, Connection querySession) {
        this.viewSession = viewSession;
        this.querySession = querySession;
    }

    Outcome compare(Subject subject, int rowLimit) throws SQLException {
        try (PreparedStatement set = querySession.prepareStatement(SET)) {
            set.setString(1, subject.settings());
            set.setArray(2, querySession.createArrayOf("text", RemoteContext.PINNED.toArray()));
            set.execute();
        }
        String ofQuery = "SELECT * FROM (" + withoutSemicolon(subject.query()) + "\n) AS " + ALIAS;
        String ofView = "SELECT " + columns(subject.table()) + " FROM ONLY " + subject.table();
        BagSum viewSum = sum(viewSession, ofView);
        BagSum querySum = sum(querySession, ofQuery);
        List<Integer> buckets = viewSum.differences(querySum, rowLimit);
        List<String> differences =
                buckets.isEmpty()
                        ? List.of()
                        : differences(Set.copyOf(buckets), ofView, ofQuery).stream()
                                .limit(rowLimit)
                                .toList();
        return new Outcome(subject.name(), viewSum.count(), querySum.count(), differences);
    }

    private static BagSum sum(Connection session, String query) throws SQLException {
        BagSum sum = new BagSum();
        RowImages.read(session, query, (image, length, _) -> sum.add(image, length));
        return sum;
    }

    private List<String> differences(Set<Integer> buckets, String ofView, String ofQuery)
            throws SQLException {
        Map<Image, Long> weights = new HashMap<>();
        collect(viewSession, ofView, buckets, image -> weights.merge(image, 1L, Long::sum));
        collect(querySession, ofQuery, buckets, image -> weights.merge(image, -1L, Long::sum));
        List<String> differences = new ArrayList<>();
        weights.forEach((image, weight) -> {
            String sign = weight > 0 ? "+ " : "- ";
            for (long i = Math.abs(weight); i > 0; i--) {
                differences.add(sign + image.text());
            }
        });
        return differences.stream()
                .sorted((a, b) -> a.substring(2).compareTo(b.substring(2)))
                .toList();
    }

    /// A row by its bytes, with its text.
    private record Image(java.nio.ByteBuffer bytes, String text) {}

    private static void collect(
            Connection session,
            String query,
            Set<Integer> buckets,
            java.util.function.Consumer<Image> consumer)
            throws SQLException {
        BagSum hashing = new BagSum();
        String withText =
                "SELECT " + ALIAS + ".*, " + ALIAS + "::text FROM (" + query + ") AS " + ALIAS;
        RowImages.read(
                session,
                withText,
                (image, length, lastField) -> {
                    int own = lastField - Integer.BYTES;
                    if (buckets.contains(hashing.bucket(image, own))) {
                        consumer.accept(
                                new Image(
                                        java.nio.ByteBuffer.wrap(
                                                java.util.Arrays.copyOf(image, own)),
                                        new String(
                                                image,
                                                lastField,
                                                length - lastField,
                                                StandardCharsets.UTF_8)));
                    }
                });
    }

    private String columns(String table) throws SQLException {
        List<String> names = new ArrayList<>();
        try (Statement statement = viewSession.createStatement();
                ResultSet result = statement.executeQuery("SELECT * FROM " + table + " LIMIT 0")) {
            for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
                names.add(result.getMetaData().getColumnName(i));
            }
        }
        return names.stream()
                .filter(name -> !name.equals(HIDDEN_COLUMN))
                .map(Quoting::identifier)
                .collect(Collectors.joining(", "));
    }

    /// A statement's closing semicolons don't fit into a subquery.
    static String withoutSemicolon(String query) {
        String stripped = query.strip();
        return stripped.endsWith(";")
                ? withoutSemicolon(stripped.substring(0, stripped.length() - 1))
                : stripped;
    }
}
