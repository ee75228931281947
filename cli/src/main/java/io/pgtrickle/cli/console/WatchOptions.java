package io.pgtrickle.cli.console;

import java.sql.SQLException;
import java.time.Duration;
import picocli.CommandLine.Option;

/// How often a command that watches something looks at it.
public final class WatchOptions {

    private static final Duration INTERVAL = Duration.ofSeconds(1);

    @Option(
            names = "--times",
            paramLabel = "COUNT",
            description = "Ends after so many looks; otherwise with Ctrl-C.")
    private long times = Long.MAX_VALUE;

    /// One look.
    @FunctionalInterface
    public interface Look {
        void take() throws SQLException;
    }

    /// Looks once a second until there were enough, or the thread is interrupted.
    public void repeat(Look look) throws SQLException {
        for (long taken = 1; taken <= times; taken++) {
            look.take();
            if (taken < times && !pause()) {
                return;
            }
        }
    }

    /// The pace at which a person is shown news.
    private static boolean pause() {
        try {
            Thread.sleep(INTERVAL);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
