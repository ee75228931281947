package io.pgtrickle.cli.demo;

import io.pgtrickle.cli.console.Closer;
import io.pgtrickle.cli.console.Console;
import io.pgtrickle.cli.console.Durations;
import io.pgtrickle.cli.console.LiveTable;
import io.pgtrickle.cli.console.Logging;
import io.pgtrickle.cli.http.HttpAddress;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;

/// `pgtrickle demo`.
@Command(
        name = "demo",
        description =
                "A PostgreSQL of its own, a shop that keeps buying, and views that follow it. Ctrl-C ends it.")
public final class DemoCommand implements Callable<Integer> {

    private static final int SHOPPERS = 3;

    /// A person reads along; a log shouldn't fill up.
    private static final Duration TERMINAL_REFRESH = Duration.ofMillis(500);

    private static final Duration LOG_REFRESH = Duration.ofSeconds(5);

    private final Console console;

    @Option(
            names = "--for",
            paramLabel = "TIME",
            converter = Durations.class,
            description =
                    "End after this time, such as 20s, compare every view with its query, and fail if one differs.")
    private Optional<Duration> runFor = Optional.empty();

    @Option(
            names = "--rate",
            paramLabel = "N",
            description = "Transactions a second. Default: ${DEFAULT-VALUE}.")
    private int rate = 200;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Makes another shop. Default: ${DEFAULT-VALUE}.")
    private long seed = 42;

    @Option(
            names = "--http",
            paramLabel = "ADDRESS",
            description = "Where HTTP listens: host:port, a port, or off. Default: any free port.")
    private String http = "127.0.0.1:0";

    public DemoCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws SQLException, IOException, InterruptedException {
        Logging.level(false, console.verbose());
        Optional<HttpAddress> address = HttpAddress.parse(http);
        ShopLoad.Pace pace = new ShopLoad.Pace(SHOPPERS, rate, seed);
        try (Closer closer = Closer.install()) {
            try {
                return run(closer, address, pace);
            } catch (SQLException | IOException | RuntimeException e) {
                if (closer.isInterrupted()) {
                    return ExitCode.OK;
                }
                throw e;
            }
        }
    }

    private int run(Closer closer, Optional<HttpAddress> address, ShopLoad.Pace pace)
            throws SQLException, IOException, InterruptedException {
        console.say("starting PostgreSQL 18 and a shop in it");
        Demo demo = Demo.start(closer, address);
        console.say("join in: psql " + demo.uri());
        demo.http()
                .ifPresent(at ->
                        console.say(
                                "metrics: http://"
                                        + at
                                        + "/metrics, status: http://"
                                        + at
                                        + "/api/v1/status"));
        ShopLoad load = demo.startLoad(closer, pace);
        closer.keep(() -> {
            if (closer.isInterrupted()) {
                console.say("stopping");
            }
        });
        for (DemoView view : DemoView.ALL) {
            demo.create(view);
            console.say("CALL pgtrickle.create_view('" + view.name() + "', …)");
        }
        console.say("");
        watch(demo, load);
        load.close();
        load.failure()
                .ifPresent(failure -> {
                    throw new IllegalStateException(
                            "a client of the shop failed: " + failure.getMessage(), failure);
                });
        return runFor.isPresent() ? compare(demo, load) : ExitCode.OK;
    }

    /// Until the time is over, or for ever.
    private void watch(Demo demo, ShopLoad load) throws SQLException, InterruptedException {
        LiveTable table = new LiveTable(console);
        Duration refresh = console.interactive() ? TERMINAL_REFRESH : LOG_REFRESH;
        long begin = System.nanoTime();
        long shown = load.commits();
        long shownAt = begin;
        while (load.failure().isEmpty() && !isOver(begin)) {
            // the pace of the table that a person watches
            Thread.sleep(untilEnd(begin, refresh));
            demo.checkAlive();
            long commits = load.commits();
            long now = System.nanoTime();
            double perSecond = (commits - shown) * 1e9 / Math.max(1, now - shownAt);
            shown = commits;
            shownAt = now;
            table.show(demo.headline(Duration.ofNanos(now - begin), perSecond), demo.table());
        }
    }

    private boolean isOver(long begin) {
        return runFor.isPresent() && System.nanoTime() - begin >= runFor.get().toNanos();
    }

    private Duration untilEnd(long begin, Duration refresh) {
        if (runFor.isEmpty()) {
            return refresh;
        }
        Duration left = runFor.get().minusNanos(System.nanoTime() - begin);
        return left.compareTo(refresh) < 0 ? (left.isNegative() ? Duration.ZERO : left) : refresh;
    }

    private int compare(Demo demo, ShopLoad load) throws SQLException {
        console.say(
                "the shop has closed after "
                        + load.commits()
                        + " transactions; comparing each view with its query");
        List<Comparison.Outcome> outcomes = demo.compare();
        outcomes.forEach(outcome -> console.say(outcome.toString()));
        boolean exact = outcomes.stream().allMatch(Comparison.Outcome::exact);
        console.say(
                exact ? "all " + outcomes.size() + " views are exact" : "NOT ALL VIEWS ARE EXACT");
        return exact ? ExitCode.OK : ExitCode.SOFTWARE;
    }
}
