package io.pgtrickle.planner;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pgtrickle.dataflow.expression.NativeFunctions;
import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.dataflow.plan.Source;
import io.pgtrickle.dataflow.plan.ViewPlan;
import io.pgtrickle.dataflow.plan.ViewPlan.OutputColumn;
import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.postgres.Catalog;
import io.pgtrickle.postgres.Sessions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;

/// From a query's text to the plan of a view, by way of PostgreSQL's own analysis. Reads the catalog; changes nothing, executes
/// nothing of the query. For one thread.
public final class Planner {

    /// Raised whenever the same printed plan comes to mean other state.
    private static final String FINGERPRINT_FORMAT = "pgtrickle plan 1";

    private final Connection connection;
    private final FunctionSupport support;

    /// @param connection opened by `Sessions`
    public Planner(Connection connection) {
        this(connection, NativeFunctions::supports);
    }

    Planner(Connection connection, FunctionSupport support) {
        this.connection = connection;
        this.support = support;
    }

    /// Lets PostgreSQL analyse the query, in a transaction that is rolled back (to a savepoint, where one is open).
    ///
    /// @param searchPath the caller's, in the form of the setting; `$user` in it would be the connection's own role
    /// @throws PgtrickleException QUERY_REJECTED with PostgreSQL's SQLSTATE and message where PostgreSQL doesn't take it
    public AnalyzedQuery analyze(String query, String searchPath) {
        return analyze(query, Map.of("search_path", searchPath));
    }

    /// The same under the caller's settings, of `RemoteContext.PINNED`: a literal like `'01.02.2024 12:00'` means what they say.
    public AnalyzedQuery analyze(String query, Map<String, String> settings) {
        return new QueryAnalysis(connection).analyze(query, settings);
    }

    /// @throws PgtrickleException UNSUPPORTED_QUERY, UNSUPPORTED_SOURCE, UNSUPPORTED_FUNCTION, UNSUPPORTED_TYPE,
    ///     UNSUPPORTED_COLLATION, VOLATILE_FUNCTION, NO_REPLICA_IDENTITY or ROW_SECURITY where the result can't be kept exact;
    ///     SOURCE_CHANGED where the query must be analysed anew
    public ViewPlan plan(AnalyzedQuery query) {
        int major = Sessions.serverVersion(connection) / 10_000;
        if (query.majorVersion() != major) {
            throw PgtrickleException.of(
                            ErrorCode.SOURCE_CHANGED,
                            "the query was analysed by PostgreSQL "
                                    + query.majorVersion()
                                    + ", this is PostgreSQL "
                                    + major)
                    .withHint("Drop the view and create it again.");
        }
        try {
            return plan(query, major);
        } catch (IndexOutOfBoundsException | NoSuchElementException | ClassCastException e) {
            throw PgtrickleException.of(
                    ErrorCode.INTERNAL, "PostgreSQL's query tree isn't as it was expected", e);
        }
    }

    private ViewPlan plan(AnalyzedQuery query, int major) {
        CatalogReader catalog = new CatalogReader(connection);
        Node whole = new SearchAndCycle(catalog).expand(NodeTree.parseQuery(query.tree()));
        Node tree = HiddenColumns.without(whole, catalog);
        boolean hidden = !tree.equals(whole);
        List<AnalyzedQuery.Column> names =
                query.columns().stream()
                        .filter(column -> !hidden || !column.name().equals(HiddenColumns.NAME))
                        .toList();
        PlannerContext context =
                new PlannerContext(
                        catalog,
                        support,
                        new RelationTranslator(catalog, new TableChecks(major)),
                        new AtomicInteger(),
                        new TreeSet<>());
        Unnested translated = BlockTranslator.translateWhole(tree, context);
        if (translated.outputs().isEmpty()) {
            throw Refusals.query("queries without columns", "Select at least one column.");
        }
        if (translated.outputs().size() != names.size()) {
            throw Refusals.internal(
                    "the query's tree has "
                            + translated.outputs().size()
                            + " columns, the view "
                            + names.size());
        }
        PlanFacts facts = PlanFacts.of(catalog, support);
        Plan rewritten = new PlanRewriter(facts).rewrite(translated.plan());
        RowProperties properties = new PlanProperties(facts).of(rewritten);
        List<OutputColumn> columns = columns(names, rewritten, properties);
        Plan placed = RemotePlacement.place(new OrderPlacement(catalog).place(rewritten));
        ViewPlan plan =
                new ViewPlan(
                        placed,
                        columns,
                        properties.primaryKey(rewritten.types()),
                        fingerprint(placed),
                        List.copyOf(context.parents()));
        PlanCheck.check(plan);
        return plan;
    }

    /// What the query says that has no effect on a table, a sentence each.
    public List<String> notes(AnalyzedQuery query) {
        return QueryFeatures.notes(NodeTree.parseQuery(query.tree()));
    }

    /// Whether the role could run the query: SELECT on each column that it reads, EXECUTE on functions, USAGE on schemas.
    ///
    /// @throws PgtrickleException PRIVILEGE_MISSING, in PostgreSQL's own words
    public void checkPrivileges(AnalyzedQuery query, String role) {
        new PrivilegeCheck(new CatalogReader(connection), new Catalog(connection), role)
                .check(NodeTree.parseQuery(query.tree()));
    }

    private static List<OutputColumn> columns(
            List<AnalyzedQuery.Column> names, Plan plan, RowProperties properties) {
        List<OutputColumn> columns = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            AnalyzedQuery.Column column = names.get(i);
            if (column.name().equals(HiddenColumns.NAME)) {
                throw Refusals.query(
                        "columns with the name \"" + HiddenColumns.NAME + "\"",
                        "Rename the column with AS.");
            }
            columns.add(
                    new OutputColumn(
                            column.name(),
                            column.typeOid(),
                            column.typeModifier(),
                            column.collationOid(),
                            plan.types().get(i),
                            properties.notNull().get(i)));
        }
        return columns;
    }

    /// Over the printed plan, and over the oids that stand behind its names.
    private static String fingerprint(Plan plan) {
        StringBuilder text =
                new StringBuilder(FINGERPRINT_FORMAT).append('\n').append(PlanText.of(plan));
        Map<Long, List<Source>> sources =
                new ViewPlan(plan, List.of(), List.of(), "", List.of()).sources();
        sources.forEach((oid, scans) ->
                scans.forEach(scan -> {
                    text.append(oid);
                    scan.columns()
                            .forEach(column ->
                                    text.append(' ')
                                            .append(Integer.toUnsignedString(column.type().oid())));
                    text.append('\n');
                }));
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256").digest(text.toString().getBytes(UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
