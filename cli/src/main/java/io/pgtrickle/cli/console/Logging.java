package io.pgtrickle.cli.console;

import java.util.logging.Level;
import java.util.logging.Logger;

/// The log of the process: a line each on standard error, in UTC as the JVM's zone says.
public final class Logging {

    private static final String FORMAT_PROPERTY = "java.util.logging.SimpleFormatter.format";
    private static final String LINE = "%1$tFT%1$tT.%1$tL%1$tz %4$s %5$s%6$s%n";

    /// Loggers are collected as garbage with their levels while nobody holds them.
    private static final Logger ROOT = Logger.getLogger("");

    private Logging() {}

    /// Before anything is logged.
    public static void prepare() {
        if (System.getProperty(FORMAT_PROPERTY) == null) {
            System.setProperty(FORMAT_PROPERTY, LINE);
        }
    }

    /// A service says what it does; other commands only what goes wrong.
    public static void level(boolean service, boolean verbose) {
        Level level = verbose ? Level.FINE : service ? Level.INFO : Level.SEVERE;
        ROOT.setLevel(level);
        for (var handler : ROOT.getHandlers()) {
            handler.setLevel(level);
        }
        Logger.getLogger("org.postgresql").setLevel(Level.WARNING);
    }
}
