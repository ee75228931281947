package io.pgtrickle.commander;

import io.pgtrickle.dataflow.plan.Explanation;
import io.pgtrickle.dataflow.plan.ViewPlan;
import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.ErrorKind;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.postgres.ResultTables;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;

/// What commands do to views, on behalf of their callers: whose rights are checked here. Owned by the engine's thread.
final class ViewCommands {

    /// Something stands in the way that goes by itself: the command is to be tried again.
    static final class NotYet extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final transient PgtrickleException reason;
        private final Duration morePatience;

        NotYet(PgtrickleException reason) {
            this(reason, Duration.ZERO);
        }

        NotYet(PgtrickleException reason, Duration morePatience) {
            super(reason.messageText(), reason);
            this.reason = reason;
            this.morePatience = morePatience;
        }

        /// How much longer than others it may take.
        Duration morePatience() {
            return morePatience;
        }

        /// What to answer where it doesn't go in time.
        PgtrickleException reason() {
            return reason;
        }
    }

    /// Longer than a step waits for somebody's lock, which is what holds a group up.
    private static final Duration GROUP_PATIENCE = Duration.ofSeconds(30);

    private final Sql sql;
    private final ViewCatalog catalog;
    private final ViewNames names;
    private final TableLocks locks;
    private final Views views;
    private final Populations populations;

    /// @param sql a connection of the engine's own, autocommitting
    ViewCommands(Sql sql, Views views, Populations populations) {
        this.sql = sql;
        this.catalog = new ViewCatalog(sql);
        this.names = new ViewNames(sql);
        this.locks = new TableLocks(sql);
        this.views = views;
        this.populations = populations;
    }

    Views views() {
        return views;
    }

    /// Before the query of `create_view` or `alter_view` is planned.
    ///
    /// @return false where there is nothing to do
    boolean needsPlanning(Command command) {
        ViewNames.QualifiedName name = names.resolve(command);
        Optional<ViewCatalog.Entry> existing = catalog.find(name);
        if (command.kind().equals("alter_view")) {
            requireAlterable(owned(command));
            return true;
        }
        refuseContradictions(command);
        views.groups().check(command.arguments().getOrDefault("view_group", Group.DEFAULT));
        if (existing.isPresent() && command.flag("if_not_exists", false)) {
            return false;
        }
        if (existing.isPresent() && command.flag("or_replace", false)) {
            requireAlterable(owned(command));
        } else if (command.flag("use_existing_table", false)) {
            new ExistingTable(sql, name).check(command.caller());
        } else {
            names.check(name, command.caller());
        }
        return true;
    }

    /// Catalogues a planned view, and begins to populate it; beside the one that it replaces where that exists.
    ///
    /// @param onCatalogued told the new view's id in the transaction that takes it into the catalog
    void make(Command command, QueryPlanning.PlannedQuery planned, LongConsumer onCatalogued) {
        if (!needsPlanning(command)) {
            return;
        }
        ViewNames.QualifiedName name = names.resolve(command);
        Optional<ViewCatalog.Entry> replaced = catalog.find(name);
        boolean adopts = command.flag("use_existing_table", false);
        if (adopts) {
            new ExistingTable(sql, name).check(planned.plan());
        }
        ViewDefinition definition =
                sql.transaction(() -> {
                    long id = insert(command, planned, name, replaced);
                    onCatalogued.accept(id);
                    if (adopts) {
                        catalog.adopted(id);
                    }
                    ViewDefinition made =
                            new ViewDefinition(
                                    id,
                                    groupOf(command, replaced),
                                    Views.table(
                                            id,
                                            replaced.isPresent()
                                                    ? new ViewNames.QualifiedName(
                                                            "pgtrickle", "result_" + id)
                                                    : name,
                                            planned.plan()),
                                    command.required("query"),
                                    planned.plan(),
                                    catalog.context(id));
                    catalog.planned(
                            id,
                            keyNames(planned.plan()),
                            Explanation.lines(planned.plan().plan()),
                            views.shape(made));
                    return made;
                });
        Failpoint.VIEW_CATALOGUED.reach();
        try {
            views.populateAgain(definition);
        } catch (PgtrickleException e) {
            if (e.kind() != ErrorKind.WORLD) {
                // what can't even begin isn't a view
                catalog.delete(definition.id());
            }
            throw e;
        }
    }

    private long insert(
            Command command,
            QueryPlanning.PlannedQuery planned,
            ViewNames.QualifiedName name,
            Optional<ViewCatalog.Entry> replaced) {
        String group = groupOf(command, replaced);
        if (replaced.isEmpty()) {
            return catalog.insert(command, name, group, planned.analyzed());
        }
        ViewNames.QualifiedName hidden =
                new ViewNames.QualifiedName("pgtrickle", "successor of " + replaced.get().id());
        long id = catalog.insert(command, hidden, group, planned.analyzed());
        catalog.succeeds(id, replaced.get().id());
        return id;
    }

    /// The group that was named; an altered view stays in its own.
    private String groupOf(Command command, Optional<ViewCatalog.Entry> replaced) {
        String otherwise = replaced.map(ViewCatalog.Entry::group).orElse(Group.DEFAULT);
        String group = command.arguments().getOrDefault("view_group", otherwise);
        views.groups().check(group);
        return group;
    }

    /// Makes sure that the view can leave its group.
    private void requireReachable(ViewCatalog.Entry entry) {
        if (!views.groups().isReachable(entry.group())) {
            throw new NotYet(
                    PgtrickleException.of(
                                    ErrorCode.TABLE_LOCKED,
                                    "group \"" + entry.group() + "\" is busy with a step")
                            .withHint("end the transactions that lock its tables, then try again"),
                    GROUP_PATIENCE);
        }
    }

    /// Views over a view are kept by its query, which must stay what it was.
    private void requireUnread(ViewCatalog.Entry entry, String hint) {
        List<ViewCatalog.Entry> readers = catalog.readersOf(entry);
        if (!readers.isEmpty()) {
            throw PgtrickleException.of(
                            ErrorCode.BAD_ARGUMENT,
                            "view \""
                                    + entry.name()
                                    + "\" is read by "
                                    + readers.stream()
                                            .map(reader -> "view \"" + reader.name() + "\"")
                                            .collect(Collectors.joining(", ")))
                    .withSqlState("2BP01")
                    .withHint(hint);
        }
    }

    /// A view without a table has nothing beside which another one could be built.
    private void requireAlterable(ViewCatalog.Entry entry) {
        requireIdle(entry);
        requireUnread(entry, "drop them first, and create them again afterwards");
        if (!views.tableOf(entry)) {
            throw PgtrickleException.of(
                            ErrorCode.BAD_ARGUMENT,
                            "view \"" + entry.name() + "\" has no table yet, or no longer")
                    .withSqlState("55000")
                    .withHint("drop it and create it again");
        }
    }

    private void requireIdle(ViewCatalog.Entry entry) {
        if (catalog.successorOf(entry.id()).isPresent()) {
            throw PgtrickleException.of(
                            ErrorCode.BAD_ARGUMENT,
                            "view \"" + entry.name() + "\" is being altered")
                    .withSqlState("55006")
                    .withHint("wait until that is done");
        }
    }

    /// @return the views whose population was given up for it, its own or its successor's
    List<Long> drop(Command command) {
        ViewNames.QualifiedName name = names.resolve(command);
        if (catalog.find(name).isEmpty() && command.flag("if_exists", false)) {
            return List.of();
        }
        return drop(owned(command), command.flag("cascade", false));
    }

    private List<Long> drop(ViewCatalog.Entry entry, boolean cascade) {
        List<Long> gone = new ArrayList<>();
        if (!cascade) {
            requireUnread(entry, "drop them first, or use cascade => true");
        }
        requireReachable(entry);
        catalog.readersOf(entry).forEach(this::requireReachable);
        for (ViewCatalog.Entry reader : catalog.readersOf(entry)) {
            // one of them may read another, and be gone with it
            if (catalog.byId(reader.id()).isPresent()) {
                gone.addAll(drop(reader, true));
            }
        }
        Optional<ViewCatalog.Entry> successor = catalog.successorOf(entry.id());
        dropTable(entry, cascade);
        List<ViewCatalog.Entry> leaving = new ArrayList<>();
        successor.ifPresent(leaving::add);
        leaving.add(entry);
        for (ViewCatalog.Entry each : leaving) {
            long id = each.id();
            gone.add(id);
            views.leave(id, each.group());
            if (!populations.isEnding(id)) {
                views.dropHidden(id);
            }
        }
        return gone;
    }

    /// Takes the view out of the catalog too, in one transaction.
    private void dropTable(ViewCatalog.Entry entry, boolean cascade) {
        boolean exists = views.tableOf(entry);
        inTransaction(
                entry,
                () -> {
                    if (exists) {
                        sql.execute(
                                "DROP TABLE "
                                        + entry.tableName()
                                        + (cascade ? " CASCADE" : " RESTRICT"));
                    }
                    catalog.delete(entry.id());
                });
    }

    void rename(Command command) {
        ViewCatalog.Entry entry = owned(command);
        requireIdle(entry);
        if (populations.contains(entry.id()) || !views.tableOf(entry)) {
            throw PgtrickleException.of(
                            ErrorCode.BAD_ARGUMENT,
                            "view \"" + entry.name() + "\" is being populated, or has no table")
                    .withSqlState("55006")
                    .withHint("wait until it runs");
        }
        ViewNames.QualifiedName name = names.resolveNew(command, entry.schema());
        if (name.equals(entry.qualifiedName())) {
            return;
        }
        names.check(name, command.caller());
        requireReachable(entry);
        ViewDefinition definition = views.define(entry);
        inTransaction(
                entry,
                () -> {
                    new ResultTables(sql.connection())
                            .move(definition.table(), definition.named(name).table());
                    catalog.rename(entry.id(), name);
                });
        views.renamed(entry, name);
    }

    /// @return the view, whose population was given up if there was one
    long pause(Command command) {
        ViewCatalog.Entry entry = owned(command);
        requireIdle(entry);
        requireReachable(entry);
        views.leave(entry.id(), entry.group());
        catalog.status(entry.id(), ViewStatus.PAUSED, "");
        return entry.id();
    }

    /// Reads the view's sources again and gives its table the difference; a paused view runs then, too.
    ///
    /// @param onBegun told the view's id before it begins
    void rebuild(Command command, LongConsumer onBegun) {
        ViewCatalog.Entry entry = owned(command);
        requireIdle(entry);
        if (populations.contains(entry.id())) {
            onBegun.accept(entry.id());
            return;
        }
        if (populations.isEnding(entry.id())) {
            throw new NotYet(
                    PgtrickleException.of(
                            ErrorCode.CANCELLED,
                            "view \"" + entry.name() + "\" is still ending its population"));
        }
        requireReachable(entry);
        ViewDefinition definition = views.define(entry);
        views.leave(entry.id(), entry.group());
        onBegun.accept(entry.id());
        views.rebuild(definition, entry, "asked for by " + command.caller());
    }

    /// Puts a view into another group, which it joins by a rebuild (docs/decisions/0008); one that is stopped stays so.
    ///
    /// @param onBegun told the view's id before the rebuild begins
    /// @return whether there is a rebuild
    boolean move(Command command, LongConsumer onBegun) {
        ViewCatalog.Entry entry = owned(command);
        String group = command.required("view_group");
        views.groups().check(group);
        requireIdle(entry);
        if (group.equals(entry.group())) {
            return false;
        }
        if (populations.contains(entry.id()) || populations.isEnding(entry.id())) {
            throw PgtrickleException.of(
                            ErrorCode.BAD_ARGUMENT,
                            "view \"" + entry.name() + "\" is being populated")
                    .withSqlState("55006")
                    .withHint("wait until it runs");
        }
        requireReachable(entry);
        boolean filling = entry.status() != ViewStatus.PAUSED;
        if (filling) {
            // before it leaves: where its query can't be planned any more it stays
            views.define(entry);
        }
        views.leave(entry.id(), entry.group());
        catalog.move(entry.id(), group);
        if (filling) {
            onBegun.accept(entry.id());
            ViewCatalog.Entry moved = catalog.byId(entry.id()).orElseThrow();
            views.rebuild(views.define(moved), moved, "moved to group " + group);
        }
        return filling;
    }

    /// @return the view's id; empty where it isn't paused
    Optional<Long> paused(Command command) {
        return Optional.of(owned(command))
                .filter(entry -> entry.status() == ViewStatus.PAUSED)
                .map(ViewCatalog.Entry::id);
    }

    private ViewCatalog.Entry owned(Command command) {
        ViewNames.QualifiedName name = names.resolve(command);
        ViewCatalog.Entry entry =
                catalog.find(name)
                        .orElseThrow(() ->
                                PgtrickleException.of(
                                        ErrorCode.NAME_UNKNOWN,
                                        "view \"" + name.name() + "\" does not exist"));
        boolean owner =
                sql.one(
                        "SELECT pg_has_role(?::name, ?::name, 'USAGE')",
                        row -> row.getBoolean(1),
                        command.caller(),
                        entry.creator());
        if (!owner) {
            throw PgtrickleException.of(
                    ErrorCode.PRIVILEGE_MISSING, "must be owner of view \"" + name.name() + "\"");
        }
        return entry;
    }

    private void inTransaction(ViewCatalog.Entry entry, Runnable body) {
        try {
            sql.transaction(() -> {
                locks.limit();
                body.run();
            });
        } catch (PgtrickleException e) {
            if (!TableLocks.isUnavailable(e)) {
                throw e;
            }
            throw new NotYet(
                    PgtrickleException.of(
                                    ErrorCode.TABLE_LOCKED,
                                    "table "
                                            + entry.tableName()
                                            + " is locked by another transaction",
                                    e)
                            .withHint("end the transactions that use it, then try again"));
        }
    }

    private static List<String> keyNames(ViewPlan plan) {
        return plan.uniqueKey().stream().map(i -> plan.columns().get(i).name()).toList();
    }

    private static void refuseContradictions(Command command) {
        if (command.flag("use_existing_table", false) && command.flag("or_replace", false)) {
            throw PgtrickleException.of(
                    ErrorCode.BAD_ARGUMENT,
                    "options \"use_existing_table\" and \"or_replace\" exclude each other");
        }
    }
}
