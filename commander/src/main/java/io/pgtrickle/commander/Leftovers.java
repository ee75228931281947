package io.pgtrickle.commander;

import io.pgtrickle.postgres.Quoting;
import io.pgtrickle.state.StateStore;
import java.util.Collection;
import java.util.Set;
import java.util.stream.Collectors;

/// Tables that were being filled and state that nobody goes on with. For the thread of its session.
final class Leftovers {

    private final Sql sql;

    Leftovers(Sql sql) {
        this.sql = sql;
    }

    /// Drops the state of other views than these, and tables that were being filled when an earlier process died.
    void dropAllBut(Collection<ViewCatalog.Entry> running, StateStore store) {
        Set<String> known =
                running.stream()
                        .map(entry -> ViewDefinition.spaceName(entry.id()))
                        .collect(Collectors.toSet());
        store.spaceNames().stream()
                .filter(name -> !known.contains(name))
                .toList()
                .forEach(store::drop);
        sql.query(
                        """
                        SELECT substr(c.relname, 8)::bigint FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                         WHERE n.nspname = 'pgtrickle' AND c.relkind = 'r' AND c.relname ~ '^result_[0-9]{1,18}$'
                           AND substr(c.relname, 8)::bigint NOT IN (SELECT v.id FROM pgtrickle.view v)
                        """,
                        row -> row.getLong(1))
                .forEach(this::drop);
    }

    /// Drops the hidden table of a view, and the row type of its deltas.
    void drop(long viewId) {
        sql.execute("DROP TABLE IF EXISTS " + Quoting.qualified("pgtrickle", "result_" + viewId));
        sql.execute("DROP TYPE IF EXISTS " + Quoting.qualified("pgtrickle", "delta_" + viewId));
    }
}
