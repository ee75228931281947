package io.pgtrickle.cli.demo;

import io.pgtrickle.cli.configuration.Configuration;
import io.pgtrickle.cli.configuration.DataSize;
import io.pgtrickle.cli.console.Closer;
import io.pgtrickle.cli.console.Database;
import io.pgtrickle.cli.console.Table;
import io.pgtrickle.cli.engine.RunningSidecar;
import io.pgtrickle.cli.http.Figures;
import io.pgtrickle.cli.http.HttpAddress;
import io.pgtrickle.cli.http.MonitoringServer;
import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.postgres.Quoting;
import io.pgtrickle.postgres.ServerAddress;
import io.pgtrickle.testsupport.EmbeddedServer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A throw-away PostgreSQL with the shop in it, and a sidecar over it in this process.
final class Demo {

    private static final int POSTGRES_MAJOR = 18;
    private static final String DATABASE = "shop";

    private final String uri;
    private final RunningSidecar sidecar;
    private final Optional<HttpAddress> http;
    private final Database database;

    private Demo(
            String uri, RunningSidecar sidecar, Optional<HttpAddress> http, Database database) {
        this.uri = uri;
        this.sidecar = sidecar;
        this.http = http;
        this.database = database;
    }

    /// The closer ends all of it, in the right order.
    static Demo start(Closer closer, Optional<HttpAddress> address)
            throws SQLException, IOException {
        Path stateDirectory = Files.createTempDirectory("pgtrickle-demo-");
        closer.keep(() -> delete(stateDirectory));
        EmbeddedServer server = closer.keep(EmbeddedServer.start(POSTGRES_MAJOR));
        try (Connection connection = server.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE " + DATABASE);
        }
        String uri = server.database(DATABASE).uri();
        ServerAddress shop = ServerAddress.parse(uri);
        Database database = closer.keep(Database.open(shop));
        try (Statement statement = database.connection().createStatement()) {
            statement.execute(schema());
        }
        RunningSidecar sidecar =
                closer.keep(
                        RunningSidecar.start(
                                new Configuration(
                                        shop,
                                        stateDirectory,
                                        "pgtrickle",
                                        "pgtrickle",
                                        DataSize.parse("512MB"),
                                        Optional.empty())));
        Optional<HttpAddress> http =
                address.map(
                        at -> closer.keep(MonitoringServer.start(at, sidecar.figures())).address());
        return new Demo(uri, sidecar, http, database);
    }

    ShopLoad startLoad(Closer closer, ShopLoad.Pace pace) {
        ServerAddress shop = ServerAddress.parse(uri);
        return closer.keep(ShopLoad.start(() -> Database.open(shop).connection(), pace));
    }

    String uri() {
        return uri;
    }

    Optional<HttpAddress> http() {
        return http;
    }

    void create(DemoView view) throws SQLException {
        database.execute("CALL pgtrickle.create_view(?, ?)", view.name(), view.query());
    }

    /// Compares all views with their queries once all that has committed is applied.
    List<Comparison.Outcome> compare() throws SQLException {
        database.execute("CALL pgtrickle.wait_for_lsn()");
        return Comparison.of(database.connection(), DemoView.ALL);
    }

    /// @throws PgtrickleException if the sidecar has ended
    void checkAlive() {
        Figures figures = sidecar.figures().get();
        if (figures.phase() == Figures.Phase.FAILED) {
            throw PgtrickleException.of(
                    ErrorCode.INTERNAL,
                    "the sidecar failed: " + figures.lastError().orElse("for an unknown reason"));
        }
    }

    String headline(Duration since, double commitsPerSecond) {
        Figures figures = sidecar.figures().get();
        return String.format(
                Locale.ROOT,
                "%d s: %.0f commits/s, %,d changes read, %,d rows written, lag %.1f ms",
                since.toSeconds(),
                commitsPerSecond,
                figures.work().changesReceived(),
                figures.work().changesApplied(),
                figures.position().lag().toNanos() / 1e6);
    }

    Table table() throws SQLException {
        Figures figures = sidecar.figures().get();
        Map<String, Figures.View> views =
                figures.views().stream()
                        .collect(
                                Collectors.toMap(
                                        Figures.View::name, Function.identity(), (a, _) -> a));
        List<List<@Nullable Object>> rows = new ArrayList<>();
        for (DemoView view : DemoView.ALL) {
            long count =
                    Long.parseLong(
                            database.text(
                                    "SELECT count(*) FROM " + Quoting.identifier(view.name())));
            Figures.View known = views.get(view.name());
            rows.add(
                    Table.row(
                            view.name(),
                            count,
                            known == null ? null : known.changesApplied(),
                            figures.position().lag().toMillis()));
        }
        return new Table(List.of("view", "rows", "changes_applied", "lag_ms"), rows);
    }

    static String schema() throws IOException {
        try (InputStream in = Demo.class.getResourceAsStream("shop.sql")) {
            if (in == null) {
                throw new IOException("resource shop.sql is missing");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
