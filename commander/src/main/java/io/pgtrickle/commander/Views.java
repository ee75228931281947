package io.pgtrickle.commander;

import io.pgtrickle.cdc.Transaction;
import io.pgtrickle.dataflow.plan.ViewPlan;
import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.ErrorKind;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.ZSet;
import io.pgtrickle.planner.Planner;
import io.pgtrickle.postgres.Quoting;
import io.pgtrickle.postgres.ResultColumn;
import io.pgtrickle.postgres.ResultTable;
import io.pgtrickle.postgres.ResultTables;
import io.pgtrickle.postgres.TableSuccession;
import io.pgtrickle.state.StateStore;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;

/// Makes views, takes them in, drops them: where catalog, planner, populations and groups meet. Owned by the engine's thread.
final class Views {

    /// How often a table that is locked is tried again.
    private static final Duration LOCK_INTERVAL = Duration.ofMillis(500);

    private final Sql sql;
    private final ViewCatalog catalog;
    private final TableLocks locks;
    private final Leftovers leftovers;
    private final Healing healing = new Healing();
    private final InstantSource clock;
    private final StateStore store;
    private final Groups groups;
    private final Populations populations;
    private final SourceWatch watch;

    /// @param sql a connection of the engine's own, autocommitting
    Views(Sql sql, StateStore store, Groups groups, Populations populations, InstantSource clock) {
        this.sql = sql;
        this.clock = clock;
        this.catalog = new ViewCatalog(sql);
        this.locks = new TableLocks(sql);
        this.leftovers = new Leftovers(sql);
        this.store = store;
        this.groups = groups;
        this.populations = populations;
        this.watch = new SourceWatch(sql, populations.publication());
        main().onDeparture(this::departed);
        main().onNewVersions(this::checkSources);
    }

    /// After a start: views whose state the store has go on with it, the others are populated again.
    ///
    /// @param usable false where the stream can't go on from the state of a group
    void resume(Predicate<String> usable) {
        List<ViewCatalog.Entry> all = catalog.all();
        List<ViewCatalog.Entry> entries =
                all.stream().filter(entry -> entry.status().isMeantToRun()).toList();
        leftovers.dropAllBut(entries, store);
        entries.forEach(entry ->
                contain(
                        () -> resume(entry, usable.test(entry.group())),
                        error -> stopped(entry.id(), error)));
        all.stream()
                .filter(entry -> entry.status() == ViewStatus.ERROR)
                .forEach(entry ->
                        contain(
                                () -> healing.admitUnknown(define(entry), clock.instant()),
                                _ -> {}));
    }

    /// Whether a view is still on its way to running, so that a command may go on waiting for it.
    boolean isBeingMade(long viewId) {
        return catalog.byId(viewId)
                .filter(entry ->
                        entry.status().isMeantToRun() && entry.status() != ViewStatus.RUNNING)
                .isPresent();
    }

    /// Whether a view runs.
    boolean isRunning(long viewId) {
        return catalog.byId(viewId)
                .filter(entry -> entry.status() == ViewStatus.RUNNING)
                .isPresent();
    }

    private void resume(ViewCatalog.Entry entry, boolean stateUsable) {
        ViewDefinition definition = define(entry);
        SourceShape now = shape(definition);
        Optional<SourceShape> before =
                stateUsable
                        ? store.metadata(definition.metadataKey()).flatMap(definition::shapeOf)
                        : Optional.empty();
        if (before.isPresent() && before.get().changedTo(now).isEmpty()) {
            if (entry.status() != ViewStatus.RUNNING) {
                // a rebuild that had not begun yet when the process ended
                catalog.status(entry.id(), ViewStatus.RUNNING, "");
            }
            var space = store.space(definition.spaceName());
            groups.expect(entry.group(), definition.relations());
            hold(entry.group())
                    .group()
                    .add(
                            new LiveView(
                                    definition,
                                    space,
                                    populations.circuit(definition, space),
                                    before.get()));
        } else {
            rebuild(definition, entry, "its state isn't there");
        }
    }

    /// Fills the view's table again by difference, while readers keep the old content.
    void rebuild(ViewDefinition definition, ViewCatalog.Entry entry, String reason) {
        SourceShape now = shape(definition);
        if (entry.sourceColumns().filter(columns -> !now.agreesWith(columns)).isPresent()) {
            throw PgtrickleException.of(
                            ErrorCode.SOURCE_CHANGED,
                            "the tables that it reads are not those any more for which it was made")
                    .withHint("drop the view and create it again over the tables as they are now");
        }
        catalog.status(entry.id(), ViewStatus.POPULATING, "rebuilding: " + reason);
        populate(definition, targetOf(entry));
    }

    private void populate(ViewDefinition definition, Population.Target target) {
        groups.expect(definition.group(), definition.relations());
        populations.start(definition, target);
    }

    private Population.Target targetOf(ViewCatalog.Entry entry) {
        Optional<ViewCatalog.Entry> replaced = entry.replaces().flatMap(catalog::byId);
        if (replaced.isPresent()) {
            return new Population.Target.Successor(replaced.get().tableName());
        }
        return tableOf(entry) ? new Population.Target.Existing() : new Population.Target.Fresh();
    }

    SourceShape shape(ViewDefinition definition) {
        return watch.shape(definition);
    }

    /// @throws PgtrickleException SLOT_LOST where the publication isn't the one with which the stream began
    void checkPublication() {
        watch.checkPublication();
    }

    /// Stops or rebuilds the default group's views whose sources are no longer what they were; the other groups look themselves.
    private void checkSources() {
        watch.checkPublication();
        for (Departure gone : watch.changed(main().views())) {
            main().remove(gone.view().definition().id());
            departed(gone);
        }
    }

    private Group main() {
        return groups.main().group();
    }

    /// Plans the view anew, which says whether its tables still serve, and rebuilds it; otherwise it stays as it was, with the error.
    private void makeAgain(long id, PgtrickleException reason) {
        contain(
                () ->
                        catalog.byId(id)
                                .ifPresent(entry ->
                                        rebuild(define(entry), entry, reason.messageText())),
                error -> stopped(id, error));
    }

    /// Runs what concerns one view: where that fails, and the world doesn't, it is this view's failure alone.
    private static void contain(Runnable body, Consumer<PgtrickleException> onFailure) {
        try {
            body.run();
        } catch (PgtrickleException e) {
            if (e.kind() == ErrorKind.WORLD) {
                throw e;
            }
            onFailure.accept(e);
        } catch (RuntimeException | StackOverflowError e) {
            onFailure.accept(
                    PgtrickleException.of(ErrorCode.INTERNAL, "an internal error: " + e, e));
        }
    }

    /// Takes a populated view in at a step boundary: its table gets what it lacks and its name, and it moves with the group from here.
    ///
    /// @return false where the group is making a step, or somebody has locked the table that this concerns; then it may be tried again
    boolean join(Population population) {
        ViewDefinition built = population.definition();
        Optional<GroupCycle> held = groups.hold(built.group());
        if (held.isEmpty()) {
            return false;
        }
        Group group = held.get().group();
        population
                .shape()
                .changedTo(shape(built))
                .ifPresent(error -> {
                    throw error;
                });
        Optional<ViewCatalog.Entry> replaced =
                catalog.byId(built.id())
                        .flatMap(ViewCatalog.Entry::replaces)
                        .flatMap(catalog::byId);
        if (!replaced.map(entry -> groups.isReachable(entry.group())).orElse(true)) {
            return false;
        }
        Optional<ViewNames.QualifiedName> name = replaced.map(ViewCatalog.Entry::qualifiedName);
        Optional<String> toLock = tableToLock(population, replaced);
        if (toLock.isPresent() && !locks.isFree(toLock.get(), lockMode(population))) {
            population.advance(group.evaluated());
            population.postpone(
                    clock.instant().plus(LOCK_INTERVAL),
                    "waiting for a lock on table " + toLock.get());
            return false;
        }
        ZSet missing = population.finish(group.evaluated());
        group.writeBeside(population.buildTable(), missing);
        Failpoint.VIEW_JOINING.reach();
        ViewDefinition definition = name.map(built::named).orElse(built);
        sql.transaction(() -> {
            locks.limit();
            replaced.ifPresent(entry -> catalog.replace(entry, built.id()));
            exchange(population, definition, replaced);
            catalog.running(definition.id(), group.written(), population.rowsCopied());
        });
        Failpoint.VIEW_JOINED.reach();
        replaced.ifPresent(entry -> leave(entry.id(), entry.group()));
        healing.discharge(definition.id());
        LiveView live = population.toLiveView();
        name.ifPresent(live::renamed);
        group.add(live);
        return true;
    }

    private void exchange(
            Population population,
            ViewDefinition definition,
            Optional<ViewCatalog.Entry> replaced) {
        ResultTables tables = new ResultTables(sql.connection());
        switch (population.target()) {
            case Population.Target.Existing() -> {}
            case Population.Target.Fresh() -> {
                tables.move(definition.hiddenTable(), definition.table());
                tables.grantRead(definition.table(), definition.creator());
            }
            case Population.Target.Successor(String predecessor) -> {
                List<String> renames =
                        new TableSuccession(
                                        sql.connection(),
                                        predecessor,
                                        definition.hiddenTable().qualifiedName())
                                .copyGrants(definition.table());
                sql.execute("DROP TABLE " + predecessor + " RESTRICT");
                replaced.ifPresent(entry -> dropHidden(entry.id()));
                tables.move(definition.hiddenTable(), definition.table());
                renames.forEach(sql::execute);
            }
        }
    }

    private Optional<String> tableToLock(
            Population population, Optional<ViewCatalog.Entry> replaced) {
        return population.target() instanceof Population.Target.Fresh
                ? Optional.empty()
                : Optional.of(
                        replaced.map(ViewCatalog.Entry::tableName)
                                .orElse(population.definition().qualifiedName()));
    }

    private static String lockMode(Population population) {
        return population.target() instanceof Population.Target.Successor
                ? "ACCESS EXCLUSIVE"
                : "ROW EXCLUSIVE";
    }

    /// Whether a source changed while the view was being populated, but the query still means the same.
    boolean mayPopulateAgain(Population population, PgtrickleException error) {
        return error.code() == ErrorCode.SOURCE_CHANGED
                && population.reachedSnapshot()
                && population.shape().columns().equals(shape(population.definition()).columns());
    }

    /// Begins again after a failure of the world.
    void populateAgain(ViewDefinition definition) {
        catalog.byId(definition.id()).ifPresent(entry -> populate(definition, targetOf(entry)));
    }

    /// @param reported whether somebody waits for the error; then a view that is new is gone, otherwise it stays to show it
    void populationFailed(Population population, PgtrickleException error, boolean reported) {
        ViewDefinition definition = population.definition();
        boolean beside = population.target() instanceof Population.Target.Successor;
        if (beside || reported && population.target() instanceof Population.Target.Fresh) {
            dropHidden(definition.id());
            catalog.delete(definition.id());
            healing.discharge(definition.id());
        } else {
            stopped(definition, error);
        }
    }

    /// A live view has left its group with an error. One whose table was edited by hand, or was locked for long, is rebuilt, and one whose
    /// sources have been exchanged for the like of them; the others keep their last good content until they can be made anew.
    void departed(Departure gone) {
        ViewDefinition definition = gone.view().definition();
        PgtrickleException error = gone.error();
        Optional<ViewCatalog.Entry> entry =
                catalog.byId(definition.id())
                        .filter(each -> each.status().isMeantToRun())
                        .filter(each -> !populations.contains(each.id()));
        if (entry.isEmpty()) {
            // somebody has dropped, paused or rebuilt it since
            return;
        }
        definition.forgetState(store);
        boolean tablesTrouble =
                error.code() == ErrorCode.RESULT_EDITED || error.code() == ErrorCode.TABLE_LOCKED;
        if (gone.sameColumns() || tablesTrouble && tableOf(entry.get())) {
            makeAgain(definition.id(), error);
        } else {
            stopped(definition, error);
        }
    }

    /// Drops a table that was being filled, and the row type of the view's deltas.
    void dropHidden(long id) {
        leftovers.drop(id);
    }

    /// The view's table has another name now.
    void renamed(ViewCatalog.Entry entry, ViewNames.QualifiedName name) {
        hold(entry.group()).group().views().stream()
                .filter(view -> view.definition().id() == entry.id())
                .forEach(view -> view.renamed(name));
    }

    /// Drops what cancelled populations have left.
    void cleanUp() {
        for (Population cancelled : populations.takeCancelled()) {
            dropHidden(cancelled.definition().id());
        }
    }

    /// The group, which its caller has made sure can be held.
    private GroupCycle hold(String group) {
        return groups.hold(group)
                .orElseThrow(() ->
                        PgtrickleException.of(
                                ErrorCode.INTERNAL, "group \"" + group + "\" isn't held"));
    }

    Groups groups() {
        return groups;
    }

    /// Takes a view out of its group, which is held, or gives its population up; its table and its entry stay.
    void leave(long id, String group) {
        groups.hold(group).ifPresent(held -> held.group().remove(id));
        healing.discharge(id);
        if (!populations.cancel(id)) {
            store.checkpoint(List.of(), Map.of(ViewDefinition.metadataKey(id), new byte[0]));
            store.drop(ViewDefinition.spaceName(id));
        }
    }

    /// A view that stopped may run again: looked at for each transaction, before it is evaluated.
    void noticed(Transaction transaction) {
        healing.noticed(transaction);
    }

    private void heal() {
        for (long id : healing.takeDue(clock.instant())) {
            Optional<ViewCatalog.Entry> entry =
                    catalog.byId(id).filter(each -> each.status() == ViewStatus.ERROR);
            if (entry.isEmpty()) {
                healing.discharge(id);
            } else if (entry.get().relationOid() == 0 || tableOf(entry.get())) {
                contain(
                        () -> populate(define(entry.get()), targetOf(entry.get())),
                        error -> stopped(id, error));
            } else {
                healing.postpone(id, clock.instant());
            }
        }
    }

    /// Makes the stream bring something soon.
    void wake() {
        sql.execute("SELECT pg_logical_emit_message(true, 'pgtrickle', 'wake')");
    }

    /// Shows populations' progress and live views' statistics in the catalog.
    void report() {
        checkSources();
        heal();
        for (Population population : populations.all()) {
            long id = population.definition().id();
            if (healing.isUnderTrial(id)) {
                continue;
            }
            switch (population.stage()) {
                case Population.Stage.Waiting(String reason) ->
                        catalog.progress(id, ViewStatus.POPULATING, "waiting for " + reason, 0, 0);
                case Population.Stage.Copying(long rows, long estimate) ->
                        catalog.progress(id, ViewStatus.POPULATING, "", rows, estimate);
                case Population.Stage.CatchingUp _, Population.Stage.Ready _ ->
                        catalog.progress(
                                id,
                                ViewStatus.CATCHING_UP,
                                population.waitsFor(),
                                population.rowsCopied(),
                                population.rowsCopied());
                case Population.Stage.Failed _ -> {}
            }
        }
        main().views().stream().filter(LiveView::takeNews).forEach(catalog::statistics);
        groups.retain(catalog::groups);
    }

    private void stopped(ViewDefinition definition, PgtrickleException error) {
        stopped(definition.id(), error);
        if (error.code() != ErrorCode.SOURCE_CHANGED) {
            healing.admit(definition, error, clock.instant());
        }
    }

    /// Without hope that it mends by itself.
    private void stopped(long id, PgtrickleException error) {
        ViewStatus status =
                error.code() == ErrorCode.SOURCE_CHANGED
                        ? ViewStatus.NEEDS_ATTENTION
                        : ViewStatus.ERROR;
        catalog.failed(id, status, error);
    }

    ViewDefinition define(ViewCatalog.Entry entry) {
        ViewPlan plan = planAgain(entry);
        ViewNames.QualifiedName name = new ViewNames.QualifiedName(entry.schema(), entry.name());
        return new ViewDefinition(
                entry.id(),
                entry.group(),
                table(entry.id(), name, plan),
                entry.query(),
                plan,
                catalog.context(entry.id()));
    }

    /// It could be planned once, so where it can't any more its tables are to blame.
    private ViewPlan planAgain(ViewCatalog.Entry entry) {
        try {
            return new Planner(sql.connection()).plan(entry.analyzed());
        } catch (PgtrickleException e) {
            if (e.kind() == ErrorKind.WORLD) {
                throw e;
            }
            throw PgtrickleException.of(
                            ErrorCode.SOURCE_CHANGED,
                            "its query can't be planned any more: " + e.messageText(),
                            e)
                    .withHint("drop the view and create it again over the tables as they are now");
        }
    }

    /// Whether the view's own table stands under its name.
    boolean tableOf(ViewCatalog.Entry entry) {
        return entry.relationOid() != 0
                && sql.one(
                        "SELECT coalesce(to_regclass(?)::oid::bigint = ?, false)",
                        row -> row.getBoolean(1),
                        Quoting.qualified(entry.schema(), entry.name()),
                        entry.relationOid());
    }

    static ResultTable table(long id, ViewNames.QualifiedName name, ViewPlan plan) {
        List<ResultColumn> columns =
                plan.columns().stream()
                        .map(c ->
                                new ResultColumn(
                                        c.name(),
                                        c.typeOid(),
                                        c.typeModifier(),
                                        c.collationOid(),
                                        c.type(),
                                        c.notNull()))
                        .toList();
        return new ResultTable(id, name.schema(), name.name(), columns, plan.uniqueKey());
    }
}
