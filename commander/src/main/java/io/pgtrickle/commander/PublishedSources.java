package io.pgtrickle.commander;

import io.pgtrickle.cdc.Blocker;
import io.pgtrickle.cdc.Publication;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;

/// Which tables the stream brings whole. A table that is added to the publication isn't yet: what its open writers wrote before
/// never comes, so they must have ended before a snapshot of it is taken. Whether that was waited for is kept in
/// `pgtrickle.published` for each membership of the publication, since the process that adds a table may die, others may need
/// the table meanwhile, and a superuser may have added it by hand. A table that leaves and comes back has a new membership.
/// For one thread.
final class PublishedSources {

    /// One row a relation; the record must be of the same table and publication, since a restored dump may hold old ones.
    private static final String SELECT =
            """
            SELECT t.relation, coalesce(r.oid, 0)::bigint, p.membership IS NOT NULL
              FROM unnest(?::text[]::bigint[]) AS t(relation)
              LEFT JOIN pg_publication_rel r
                ON r.prrelid = t.relation::oid
               AND r.prpubid = (SELECT oid FROM pg_publication WHERE pubname = ?)
              LEFT JOIN pgtrickle.published p
                ON p.membership = r.oid AND p.publication = r.prpubid AND p.relation = r.prrelid
            """;

    private static final String RECORD =
            """
            INSERT INTO pgtrickle.published (membership, publication, relation)
            SELECT r.oid, r.prpubid, r.prrelid FROM pg_publication_rel r WHERE r.oid = ANY (?::text[]::oid[])
            ON CONFLICT (membership) DO UPDATE
               SET publication = excluded.publication, relation = excluded.relation, waited_at = clock_timestamp()
            """;

    private static final String FORGET =
            "DELETE FROM pgtrickle.published p WHERE NOT EXISTS (SELECT FROM pg_publication_rel r WHERE r.oid = p.membership)";

    /// @param oid of the row in `pg_publication_rel`; 0 where the table isn't published
    /// @param waited whether it is known that its writers have been waited for
    private record Membership(long relation, long oid, boolean waited) {}

    private final Sql sql;
    private final String publication;

    PublishedSources(Sql sql, String publication) {
        this.sql = sql;
        this.publication = publication;
    }

    /// Publishes the tables, and waits for the writers of those of which nobody has waited for them since they were added.
    ///
    /// @param onWaiting told for whom, whenever that changes; it may throw to give up
    void publish(Collection<Long> relations, Consumer<List<Blocker>> onWaiting) {
        Publication tables = new Publication(sql.connection(), publication);
        while (true) {
            relations.forEach(tables::addTable);
            // the memberships are read before their writers are: who writes later, writes published
            List<Membership> open =
                    memberships(relations).stream()
                            .filter(membership -> !membership.waited())
                            .toList();
            if (open.isEmpty()) {
                return;
            }
            tables.waitForWriters(open.stream().map(Membership::relation).toList(), onWaiting);
            sql.update(FORGET);
            sql.update(RECORD, (Object) texts(open.stream().map(Membership::oid).toList()));
        }
    }

    /// Whether the tables are published in this session's snapshot, and all writers that there were before had ended by then.
    boolean isComplete(Collection<Long> relations) {
        return memberships(relations).stream().allMatch(Membership::waited);
    }

    private List<Membership> memberships(Collection<Long> relations) {
        return sql.query(
                SELECT,
                row -> new Membership(row.getLong(1), row.getLong(2), row.getBoolean(3)),
                texts(relations),
                publication);
    }

    private static String[] texts(Collection<Long> oids) {
        return oids.stream().map(oid -> Long.toString(oid)).toArray(String[]::new);
    }
}
