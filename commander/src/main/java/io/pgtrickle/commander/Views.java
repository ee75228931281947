package io.pgtrickle.commander;

import io.pgtrickle.cdc.Publication;
import io.pgtrickle.dataflow.Circuit;
import io.pgtrickle.dataflow.plan.Explanation;
import io.pgtrickle.dataflow.plan.ViewPlan;
import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.ErrorKind;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.ZSet;
import io.pgtrickle.planner.AnalyzedQuery;
import io.pgtrickle.planner.Planner;
import io.pgtrickle.postgres.Quoting;
import io.pgtrickle.postgres.ResultColumn;
import io.pgtrickle.postgres.ResultTable;
import io.pgtrickle.postgres.ResultTables;
import io.pgtrickle.state.StateStore;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;

/// Makes views, takes them in, drops them: where catalog, planner, populations and group meet. Owned by the engine's thread.
final class Views {

    /// All views wait meanwhile.
    private static final String DROP_LOCK_TIMEOUT = "2s";

    private static final String LOCK_NOT_AVAILABLE = "55P03";

    private final Sql sql;
    private final ViewCatalog catalog;
    private final ViewNames names;
    private final StateStore store;
    private final Group group;
    private final Populations populations;
    private final Optional<Long> publicationOid;

    /// @param sql a connection of the engine's own, autocommitting
    Views(Sql sql, StateStore store, Group group, Populations populations) {
        this.sql = sql;
        this.catalog = new ViewCatalog(sql);
        this.names = new ViewNames(sql);
        this.store = store;
        this.group = group;
        this.populations = populations;
        this.publicationOid = new Publication(sql.connection(), populations.publication()).oid();
        group.onNewVersions(this::checkSources);
    }

    /// After a start: views whose state the store has go on with it, the others are populated again.
    ///
    /// @param stateUsable false where the stream can't go on from the state
    void resume(boolean stateUsable) {
        List<ViewCatalog.Entry> entries =
                catalog.all().stream().filter(entry -> entry.status().isMeantToRun()).toList();
        dropLeftovers(entries);
        entries.forEach(entry ->
                contain(() -> resume(entry, stateUsable), error -> stopped(entry.id(), error)));
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
            var space = store.space(definition.spaceName());
            group.add(
                    new LiveView(
                            definition,
                            space,
                            Circuit.of(definition.plan().plan(), space),
                            before.get()));
        } else {
            rebuild(definition, entry, "its state isn't there");
        }
    }

    /// Fills the view's table again by difference, while readers keep the old content.
    private void rebuild(ViewDefinition definition, ViewCatalog.Entry entry, String reason) {
        SourceShape now = shape(definition);
        if (entry.sourceColumns().filter(columns -> !now.agreesWith(columns)).isPresent()) {
            throw PgtrickleException.of(
                            ErrorCode.SOURCE_CHANGED,
                            "the tables that it reads are not those any more for which it was made")
                    .withHint("drop the view and create it again over the tables as they are now");
        }
        catalog.status(entry.id(), ViewStatus.POPULATING, "rebuilding: " + reason);
        populations.start(definition, tableOf(entry));
    }

    private SourceShape shape(ViewDefinition definition) {
        return shapes(List.of(definition)).getOrDefault(definition.id(), SourceShape.NONE);
    }

    private Map<Long, SourceShape> shapes(List<ViewDefinition> definitions) {
        return SourceShape.read(sql, populations.publication(), definitions);
    }

    /// @throws PgtrickleException SLOT_LOST where the publication isn't the one with which the stream began
    void checkPublication() {
        Optional<Long> now = new Publication(sql.connection(), populations.publication()).oid();
        if (!now.equals(publicationOid)) {
            throw PgtrickleException.of(
                    ErrorCode.SLOT_LOST,
                    "publication \"" + populations.publication() + "\" was dropped");
        }
    }

    /// Stops or rebuilds the live views whose sources are no longer what they were.
    void checkSources() {
        checkPublication();
        Collection<LiveView> views = group.views();
        Map<Long, SourceShape> now = shapes(views.stream().map(LiveView::definition).toList());
        for (LiveView view : views) {
            long id = view.definition().id();
            view.shape()
                    .changedTo(now.getOrDefault(id, SourceShape.NONE))
                    .ifPresent(error -> {
                        group.remove(id);
                        view.definition().forgetState(store);
                        if (view.shape().columns().equals(columns(now, id))) {
                            makeAgain(id, error);
                        } else {
                            stopped(id, error);
                        }
                    });
        }
    }

    private static String columns(Map<Long, SourceShape> shapes, long id) {
        return shapes.getOrDefault(id, SourceShape.NONE).columns();
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

    /// Drops the state of views that don't run, and tables that were being filled when an earlier process died.
    private void dropLeftovers(List<ViewCatalog.Entry> entries) {
        Set<String> known =
                entries.stream()
                        .map(entry -> ViewDefinition.spaceName(entry.id()))
                        .collect(Collectors.toSet());
        store.spaceNames().stream()
                .filter(name -> !known.contains(name))
                .toList()
                .forEach(store::drop);
        sql.query(
                        """
                        SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                         WHERE n.nspname = 'pgtrickle' AND c.relkind = 'r' AND c.relname ~ '^result_[0-9]{1,18}$'
                           AND substr(c.relname, 8)::bigint NOT IN (SELECT v.id FROM pgtrickle.view v)
                        """,
                        row -> row.getString(1))
                .forEach(name -> {
                    sql.execute("DROP TABLE IF EXISTS " + Quoting.qualified("pgtrickle", name));
                    sql.execute(
                            "DROP TYPE IF EXISTS "
                                    + Quoting.qualified(
                                            "pgtrickle", name.replace("result_", "delta_")));
                });
    }

    /// Checks, plans and catalogues a view, and begins to populate it.
    ///
    /// @param onCatalogued told the view's id in the transaction that takes it into the catalog
    /// @return empty where it exists and that was allowed
    Optional<ViewDefinition> create(Command command, LongConsumer onCatalogued) {
        refuseUnsupportedOptions(command);
        ViewNames.QualifiedName name = names.resolve(command);
        Optional<ViewCatalog.Entry> existing = catalog.find(name.schema(), name.name());
        if (existing.isPresent() && command.flag("if_not_exists", false)) {
            return Optional.empty();
        }
        names.check(name, command.caller());
        Planner planner = new Planner(sql.connection());
        AnalyzedQuery analyzed = planner.analyze(command.required("query"), command.searchPath());
        planner.checkPrivileges(analyzed, command.caller());
        ViewPlan plan = planner.plan(analyzed);
        ViewDefinition definition =
                sql.transaction(() -> {
                    long id = catalog.insert(command, name.schema(), name.name(), analyzed);
                    ViewDefinition made =
                            new ViewDefinition(
                                    id,
                                    table(id, name, plan),
                                    command.required("query"),
                                    plan,
                                    command.caller());
                    catalog.planned(
                            id, keyNames(plan), Explanation.lines(plan.plan()), shape(made));
                    onCatalogued.accept(id);
                    return made;
                });
        populations.start(definition, false);
        return Optional.of(definition);
    }

    /// @return the view's id; empty where there was none and that was allowed
    Optional<Long> drop(Command command) {
        ViewNames.QualifiedName name = names.resolve(command);
        Optional<ViewCatalog.Entry> found = catalog.find(name.schema(), name.name());
        if (found.isEmpty()) {
            if (command.flag("if_exists", false)) {
                return Optional.empty();
            }
            throw PgtrickleException.of(
                    ErrorCode.NAME_UNKNOWN, "view \"" + name.name() + "\" does not exist");
        }
        ViewCatalog.Entry entry = found.get();
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
        dropTable(entry, command.flag("cascade", false));
        group.remove(entry.id());
        if (!populations.cancel(entry.id())) {
            dropHidden(entry.id());
        }
        store.drop(ViewDefinition.spaceName(entry.id()));
        return Optional.of(entry.id());
    }

    private void dropHidden(long id) {
        sql.execute("DROP TABLE IF EXISTS " + Quoting.qualified("pgtrickle", "result_" + id));
        sql.execute("DROP TYPE IF EXISTS " + Quoting.qualified("pgtrickle", "delta_" + id));
    }

    /// Takes a populated view in at a step boundary: its table gets what it lacks and its name, and it moves with the group from here.
    void join(Population population, ZSet missing) {
        ViewDefinition definition = population.definition();
        population
                .shape()
                .changedTo(shape(definition))
                .ifPresent(error -> {
                    throw error;
                });
        group.writeBeside(population.buildTable(), missing);
        ResultTables tables = new ResultTables(sql.connection());
        sql.transaction(() -> {
            if (!population.tableExists()) {
                tables.move(definition.hiddenTable(), definition.table());
                tables.grantRead(definition.table(), definition.creator());
            }
            catalog.running(definition.id(), group.written(), population.rowsCopied());
        });
        group.add(population.toLiveView());
    }

    /// Whether a source changed while the view was being populated, but the query still means the same.
    boolean mayPopulateAgain(Population population, PgtrickleException error) {
        return error.code() == ErrorCode.SOURCE_CHANGED
                && population.reachedSnapshot()
                && population.shape().columns().equals(shape(population.definition()).columns());
    }

    /// Begins again after a failure of the world.
    void populateAgain(ViewDefinition definition) {
        populations.start(
                definition, catalog.byId(definition.id()).map(this::tableOf).orElse(false));
    }

    /// @param reported whether somebody waits for the error; then the view is gone, otherwise it stays to show it
    void populationFailed(Population population, PgtrickleException error, boolean reported) {
        ViewDefinition definition = population.definition();
        if (population.tableExists() || !reported) {
            stopped(definition.id(), error);
        } else {
            dropHidden(definition.id());
            catalog.delete(definition.id());
        }
    }

    /// A live view has left the group with an error. One whose table was edited by hand is rebuilt; the others keep their last good
    /// content until they are made anew.
    void failed(LiveView view, PgtrickleException error) {
        ViewDefinition definition = view.definition();
        definition.forgetState(store);
        if (error.code() == ErrorCode.RESULT_EDITED
                && catalog.byId(definition.id()).map(this::tableOf).orElse(false)) {
            makeAgain(definition.id(), error);
        } else {
            stopped(definition.id(), error);
        }
    }

    /// Makes the stream bring something soon.
    void wake() {
        sql.execute("SELECT pg_logical_emit_message(true, 'pgtrickle', 'wake')");
    }

    /// Shows populations' progress and live views' statistics in the catalog.
    void report() {
        checkSources();
        for (Population population : populations.all()) {
            long id = population.definition().id();
            switch (population.stage()) {
                case Population.Stage.Waiting(String reason) ->
                        catalog.progress(id, ViewStatus.POPULATING, "waiting for " + reason, 0, 0);
                case Population.Stage.Copying(long rows, long estimate) ->
                        catalog.progress(id, ViewStatus.POPULATING, "", rows, estimate);
                case Population.Stage.CatchingUp _, Population.Stage.Ready _ ->
                        catalog.progress(
                                id,
                                ViewStatus.CATCHING_UP,
                                "",
                                population.rowsCopied(),
                                population.rowsCopied());
                case Population.Stage.Failed _ -> {}
            }
        }
        group.views().stream().filter(LiveView::takeNews).forEach(catalog::statistics);
    }

    private void stopped(long id, PgtrickleException error) {
        ViewStatus status =
                error.code() == ErrorCode.SOURCE_CHANGED
                        ? ViewStatus.NEEDS_ATTENTION
                        : ViewStatus.ERROR;
        catalog.failed(id, status, error);
    }

    private ViewDefinition define(ViewCatalog.Entry entry) {
        ViewPlan plan = planAgain(entry);
        ViewNames.QualifiedName name = new ViewNames.QualifiedName(entry.schema(), entry.name());
        return new ViewDefinition(
                entry.id(), table(entry.id(), name, plan), entry.query(), plan, entry.creator());
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
    private boolean tableOf(ViewCatalog.Entry entry) {
        return entry.relationOid() != 0
                && sql.one(
                        "SELECT coalesce(to_regclass(?)::oid::bigint = ?, false)",
                        row -> row.getBoolean(1),
                        Quoting.qualified(entry.schema(), entry.name()),
                        entry.relationOid());
    }

    private static ResultTable table(long id, ViewNames.QualifiedName name, ViewPlan plan) {
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

    private static List<String> keyNames(ViewPlan plan) {
        return plan.uniqueKey().stream().map(i -> plan.columns().get(i).name()).toList();
    }

    /// Takes the view out of the catalog too, in one transaction.
    private void dropTable(ViewCatalog.Entry entry, boolean cascade) {
        String table = Quoting.qualified(entry.schema(), entry.name());
        boolean exists = tableOf(entry);
        try {
            sql.transaction(() -> {
                if (exists) {
                    sql.execute("SET LOCAL lock_timeout = '" + DROP_LOCK_TIMEOUT + "'");
                    sql.execute("DROP TABLE " + table + (cascade ? " CASCADE" : " RESTRICT"));
                }
                catalog.delete(entry.id());
            });
        } catch (PgtrickleException e) {
            if (e.sqlState().equals(LOCK_NOT_AVAILABLE)) {
                throw PgtrickleException.of(
                                ErrorCode.TABLE_LOCKED,
                                "table " + table + " is locked by another transaction")
                        .withHint("end the transactions that use it, then drop the view again");
            }
            throw e;
        }
    }

    private static void refuseUnsupportedOptions(Command command) {
        for (String option : List.of("or_replace", "use_existing_table")) {
            if (command.flag(option, false)) {
                throw PgtrickleException.of(
                        ErrorCode.UNSUPPORTED_QUERY,
                        "option \"" + option + "\" isn't supported yet");
            }
        }
        if (!Group.DEFAULT.equals(command.arguments().getOrDefault("view_group", Group.DEFAULT))) {
            throw PgtrickleException.of(
                    ErrorCode.UNSUPPORTED_QUERY,
                    "groups other than \"default\" aren't supported yet");
        }
    }
}
