package io.pgtrickle.cli.run;

import io.pgtrickle.cli.console.Console;
import io.pgtrickle.cli.console.Database;
import io.pgtrickle.cli.console.LiveTable;
import io.pgtrickle.cli.console.WatchOptions;
import io.pgtrickle.cli.http.HttpAddress;
import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `pgtrickle status`.
@Command(name = "status", description = "Shows the sidecar of a database at a glance.")
public final class StatusCommand implements Callable<Integer> {

    /// A container's health check has a few seconds.
    private static final Duration HEALTH_TIMEOUT = Duration.ofSeconds(3);

    /// Listening there is listening on the loopback address, too.
    private static final Set<String> ANY_ADDRESS = Set.of("0.0.0.0", "::", "*");

    private final Console console;

    @Mixin private SettingOptions settings = new SettingOptions();

    @Option(
            names = "--health",
            description =
                    "Ask the sidecar on this machine by HTTP whether it is alive: exit status 0 or 1.")
    private boolean health;

    @Option(names = "--watch", description = "Look again each second, and at the views as well.")
    private boolean watch;

    @Mixin private WatchOptions watching = new WatchOptions();

    public StatusCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws SQLException, InterruptedException {
        if (health) {
            return checkHealth();
        }
        if (watch) {
            return watch();
        }
        try (Database database = Database.open(console.address())) {
            console.printRecord(database.query("SELECT * FROM pgtrickle.sidecar_status()"));
        }
        return ExitCode.OK;
    }

    private int watch() throws SQLException {
        LiveTable live = new LiveTable(console);
        try (Database database = Database.open(console.address())) {
            watching.repeat(() -> {
                String sidecar =
                        database.text(
                                "SELECT format('%s at %s, %s bytes behind', state, position, lag_bytes) FROM pgtrickle.sidecar_status()");
                console.refresh(
                        live,
                        sidecar.isEmpty() ? "no sidecar has ever been seen" : sidecar,
                        database.query(
                                "SELECT view_name::text, status, message, lag_bytes, latency, changes_applied FROM pgtrickle.list_views()"));
            });
        }
        return ExitCode.OK;
    }

    private int checkHealth() throws InterruptedException {
        HttpAddress address =
                settings.read(console)
                        .http()
                        .orElseThrow(() ->
                                PgtrickleException.of(
                                        ErrorCode.BAD_ARGUMENT,
                                        "HTTP is off, so there is no one to ask"));
        URI uri = URI.create("http://" + reachable(address) + "/healthz");
        try (HttpClient client = HttpClient.newBuilder().connectTimeout(HEALTH_TIMEOUT).build()) {
            HttpResponse<String> answer =
                    client.send(
                            HttpRequest.newBuilder(uri).timeout(HEALTH_TIMEOUT).build(),
                            HttpResponse.BodyHandlers.ofString());
            console.say(answer.body().strip());
            return answer.statusCode() == 200 ? ExitCode.OK : ExitCode.SOFTWARE;
        } catch (IOException e) {
            throw PgtrickleException.of(ErrorCode.SIDECAR_ABSENT, "nobody answers at " + uri, e);
        }
    }

    private static HttpAddress reachable(HttpAddress address) {
        return ANY_ADDRESS.contains(address.host())
                ? new HttpAddress("127.0.0.1", address.port())
                : address;
    }
}
