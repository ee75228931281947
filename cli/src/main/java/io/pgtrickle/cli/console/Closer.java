package io.pgtrickle.cli.console;

import java.util.ArrayDeque;
import java.util.Deque;

/// Closes what a command has opened, last first, once: at the command's end or when the process is told to end (Ctrl-C, SIGTERM),
/// whichever comes first.
public final class Closer implements AutoCloseable {

    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final Thread hook = Thread.ofPlatform().name("shutdown").unstarted(this::closeAtExit);
    private volatile boolean interrupted;

    private Closer() {}

    public static Closer install() {
        Closer closer = new Closer();
        Runtime.getRuntime().addShutdownHook(closer.hook);
        return closer;
    }

    /// To be closed before all that was kept earlier.
    public synchronized <T extends AutoCloseable> T keep(T resource) {
        open.push(resource);
        return resource;
    }

    /// Whether the process was told to end: errors from here on are its consequences.
    public boolean isInterrupted() {
        return interrupted;
    }

    /// When the process was told to end this waits for the other thread that closes already.
    @Override
    public void close() {
        closeAll();
        if (!interrupted) {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException e) {
                // the process ends now; the hook finds nothing to close
                interrupted = true;
            }
        }
    }

    private void closeAtExit() {
        interrupted = true;
        closeAll();
    }

    private synchronized void closeAll() {
        while (!open.isEmpty()) {
            AutoCloseable resource = open.pop();
            try {
                resource.close();
            } catch (Exception e) {
                System.getLogger(Closer.class.getName())
                        .log(
                                System.Logger.Level.WARNING,
                                "closing " + resource.getClass().getSimpleName(),
                                e);
            }
        }
    }
}
