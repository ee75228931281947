package io.pgtrickle.cli.console;

import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.Logger;

/// The log of the process: a line each on standard error, in UTC as the JVM's zone says.
public final class Logging {

    private static final String FORMAT_PROPERTY = "java.util.logging.SimpleFormatter.format";
    private static final String LINE = "%1$tFT%1$tT.%1$tL%1$tz %4$s %5$s%6$s%n";

    /// Held, since the platform forgets the level of a logger that nobody holds.
    private static final Logger ROOT = Logger.getLogger("");

    private static final Logger OWN = Logger.getLogger("io.pgtrickle");

    private Logging() {}

    /// Before anything is logged.
    public static void prepare() {
        if (System.getProperty(FORMAT_PROPERTY) == null) {
            System.setProperty(FORMAT_PROPERTY, LINE);
        }
    }

    /// A service says what it does; other commands only what goes wrong. Libraries are never asked for more: pgjdbc would log
    /// passwords.
    public static void level(boolean service, boolean verbose) {
        ROOT.setLevel(service || verbose ? Level.WARNING : Level.SEVERE);
        OWN.setLevel(verbose ? Level.FINE : service ? Level.INFO : Level.SEVERE);
        for (Handler handler : ROOT.getHandlers()) {
            handler.setLevel(Level.ALL);
        }
    }
}
