package io.pgtrickle.cdc;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.postgres.Quoting;
import io.pgtrickle.postgres.Sessions;
import io.pgtrickle.postgres.SqlErrors;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// Our publication: the tables whose changes the stream carries. Over one ordinary connection in autocommit mode, for
/// one thread.
public final class Publication {

    private static final int SCHEMA_PUBLICATIONS_SINCE = 150_000;

    private static final String OPTIONS =
            "(publish = 'insert, update, delete, truncate', publish_via_partition_root = false)";

    private final Connection connection;
    private final String name;

    public Publication(Connection connection, String name) {
        this.connection = connection;
        this.name = name;
    }

    /// A table that was added by itself.
    ///
    /// @param restricted whether a row filter or a column list keeps something of it back
    public record PublishedTable(long oid, String schema, String name, boolean restricted) {}

    /// Creates the publication without any table, unless it is there already.
    ///
    /// @return its oid
    /// @throws PgtrickleException PRIVILEGE_MISSING, or SETTING_WRONG where it is there with other options than ours
    public long ensure() {
        Optional<Long> existing = oid();
        if (existing.isPresent()) {
            requireOptions();
            return existing.get();
        }
        String create = "CREATE PUBLICATION " + Quoting.identifier(name) + " WITH " + OPTIONS;
        try (Statement statement = connection.createStatement()) {
            statement.execute(create);
        } catch (SQLException e) {
            if (!"42710".equals(e.getSQLState())) {
                throw SqlErrors.of(e, "can't create publication \"" + name + "\"")
                        .withHint(
                                "as a role that may create in this database run: "
                                        + create
                                        + "; then ALTER PUBLICATION "
                                        + Quoting.identifier(name)
                                        + " OWNER TO the role that"
                                        + " pgtrickle logs in as");
            }
        }
        requireOptions();
        return oid().orElseThrow(this::missing);
    }

    /// To be compared with an earlier one: a publication that was dropped and made again has lost changes.
    public Optional<Long> oid() {
        return query(
                        "SELECT oid::bigint FROM pg_publication WHERE pubname = ?",
                        rows -> rows.getLong(1))
                .stream()
                .findFirst();
    }

    public List<PublishedTable> tables() {
        return query(
                """
                SELECT c.oid::bigint, n.nspname, c.relname,
                       j ->> 'prqual' IS NOT NULL OR j ->> 'prattrs' IS NOT NULL
                  FROM pg_publication p
                  JOIN pg_publication_rel r ON r.prpubid = p.oid
                  JOIN pg_class c ON c.oid = r.prrelid
                  JOIN pg_namespace n ON n.oid = c.relnamespace
                 CROSS JOIN LATERAL to_jsonb(r) j
                 WHERE p.pubname = ?
                 ORDER BY n.nspname, c.relname\
                """,
                rows ->
                        new PublishedTable(
                                rows.getLong(1),
                                rows.getString(2),
                                rows.getString(3),
                                rows.getBoolean(4)));
    }

    /// Adds a table, unless it is in already. Writers that hold a lock on it go on unpublished with what they have
    /// written: `waitForWriters` before anything relies on it.
    ///
    /// @throws PgtrickleException NO_REPLICA_IDENTITY where the table's own updates and deletes would begin to fail,
    ///     UNSUPPORTED_SOURCE, NAME_UNKNOWN, SETTING_WRONG, or PRIVILEGE_MISSING with the statement for its owner
    public void addTable(long relationOid) {
        Optional<PublishedTable> present =
                tables().stream().filter(table -> table.oid() == relationOid).findFirst();
        if (present.isPresent()) {
            requireUnrestricted(present.get());
            return;
        }
        try {
            connection.setAutoCommit(false);
            try {
                add(relationOid);
                connection.commit();
            } catch (SQLException | PgtrickleException e) {
                connection.rollback();
                throw e;
            } finally {
                connection.setAutoCommit(true);
            }
        } catch (SQLException e) {
            throw SqlErrors.of(
                    e, "can't add table " + relationOid + " to publication \"" + name + "\"");
        }
    }

    private void add(long relationOid) throws SQLException {
        String table = PublishableTable.read(connection, relationOid).qualifiedName();
        String alter = "ALTER PUBLICATION " + Quoting.identifier(name) + " ADD TABLE ONLY " + table;
        try (Statement statement = connection.createStatement()) {
            statement.execute(alter);
        } catch (SQLException e) {
            PgtrickleException error =
                    SqlErrors.of(
                            e, "can't add table " + table + " to publication \"" + name + "\"");
            throw error.code() == ErrorCode.PRIVILEGE_MISSING
                    ? error.withHint(
                            "as the owner of the table and of the publication run: " + alter)
                    : error;
        }
        if (tables().stream().noneMatch(added -> added.oid() == relationOid)) {
            throw PgtrickleException.of(
                    ErrorCode.CONNECTION_LOST,
                    "table " + table + " was renamed while it was added; try again");
        }
    }

    /// Waits, as CREATE INDEX CONCURRENTLY does, for the transactions that have written to the tables so far: what they
    /// wrote before the tables were published never comes in the stream.
    ///
    /// @param onWaiting told for whom, whenever that changes; it may throw to give up
    public void waitForWriters(Collection<Long> relationOids, Consumer<List<Blocker>> onWaiting) {
        new WriterWait(connection, List.copyOf(relationOids)).run(onWaiting);
    }

    /// Changes whenever something about the publication does: its oid, options, tables, row filters, column lists.
    /// Empty where there is no such publication.
    public String fingerprint() {
        boolean schemas = Sessions.serverVersion(connection) >= SCHEMA_PUBLICATIONS_SINCE;
        String namespaces =
                schemas
                        ? "(SELECT string_agg(to_jsonb(n)::text, ',' ORDER BY n.oid) FROM pg_publication_namespace n"
                                + " WHERE n.pnpubid = p.oid)"
                        : "''";
        String sql =
                "SELECT encode(sha256(convert_to(concat_ws('|', to_jsonb(p)::text,"
                        + " (SELECT string_agg(to_jsonb(r)::text, ',' ORDER BY r.oid) FROM pg_publication_rel r"
                        + " WHERE r.prpubid = p.oid), "
                        + namespaces
                        + "), 'UTF8')), 'hex')"
                        + " FROM pg_publication p WHERE p.pubname = ?";
        return query(sql, rows -> rows.getString(1)).stream().findFirst().orElse("");
    }

    private void requireOptions() {
        boolean right =
                query(
                                """
                                SELECT NOT puballtables AND pubinsert AND pubupdate AND pubdelete AND pubtruncate
                                       AND NOT pubviaroot
                                  FROM pg_publication WHERE pubname = ?\
                                """,
                                rows -> rows.getBoolean(1))
                        .stream()
                        .findFirst()
                        .orElseThrow(this::missing);
        if (!right) {
            throw PgtrickleException.of(
                            ErrorCode.SETTING_WRONG,
                            "publication \"" + name + "\" has other options than pgtrickle needs")
                    .withHint(
                            "it must not be FOR ALL TABLES; ALTER PUBLICATION "
                                    + Quoting.identifier(name)
                                    + " SET "
                                    + OPTIONS);
        }
    }

    private void requireUnrestricted(PublishedTable table) {
        if (table.restricted()) {
            String qualified = Quoting.qualified(table.schema(), table.name());
            throw PgtrickleException.of(
                            ErrorCode.SETTING_WRONG,
                            "table "
                                    + qualified
                                    + " is in publication \""
                                    + name
                                    + "\" with a row filter or a column list")
                    .withHint(
                            "ALTER PUBLICATION "
                                    + Quoting.identifier(name)
                                    + " DROP TABLE "
                                    + qualified
                                    + "; pgtrickle then adds it whole");
        }
    }

    private PgtrickleException missing() {
        return PgtrickleException.of(
                ErrorCode.NAME_UNKNOWN, "publication \"" + name + "\" does not exist");
    }

    @FunctionalInterface
    private interface RowReader<T> {
        T read(ResultSet rows) throws SQLException;
    }

    /// For queries whose one parameter is the publication's name.
    private <T> List<T> query(String sql, RowReader<T> reader) {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, name);
            try (ResultSet rows = statement.executeQuery()) {
                List<T> results = new ArrayList<>();
                while (rows.next()) {
                    results.add(reader.read(rows));
                }
                return results;
            }
        } catch (SQLException e) {
            throw SqlErrors.of(e, "can't read publication \"" + name + "\"");
        }
    }
}
