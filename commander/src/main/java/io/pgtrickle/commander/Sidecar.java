package io.pgtrickle.commander;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.ErrorKind;
import io.pgtrickle.model.PgtrickleException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One sidecar for one database. Its main thread serves; where the world fails it drops everything in memory and begins
/// again from the last checkpoint, with back-off: the same path as after a crash.
public final class Sidecar implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Sidecar.class);

    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    /// A checkpoint and the end of running statements take no longer.
    private static final Duration STOP_LIMIT = Duration.ofSeconds(30);

    private final SidecarSettings settings;
    private final InstantSource clock;
    private final Thread thread;
    private final CountDownLatch stop = new CountDownLatch(1);
    private final CountDownLatch settled = new CountDownLatch(1);
    private volatile SidecarStatus status;
    private volatile @Nullable Service service;
    private volatile @Nullable PgtrickleException fatal;

    private Sidecar(SidecarSettings settings, InstantSource clock) {
        this.settings = settings;
        this.clock = clock;
        this.status = SidecarStatus.starting(clock.instant());
        this.thread = Thread.ofPlatform().name("sidecar").unstarted(this::run);
    }

    /// Checks the server, installs what is missing and begins to serve; returns when commands are taken, or when another sidecar
    /// turned out to serve already, or when the world failed for the first time.
    ///
    /// @throws PgtrickleException for what the user must mend first
    public static Sidecar start(SidecarSettings settings, InstantSource clock) {
        Sidecar sidecar = new Sidecar(settings, clock);
        sidecar.thread.start();
        sidecar.awaitSettled();
        return sidecar;
    }

    /// From any thread.
    public SidecarStatus status() {
        Service current = service;
        return current == null ? status : current.status(status);
    }

    /// Returns when the sidecar was closed.
    ///
    /// @throws PgtrickleException what ended it otherwise
    public void awaitStop() throws InterruptedException {
        thread.join();
        PgtrickleException error = fatal;
        if (error != null) {
            throw error;
        }
    }

    /// Makes a checkpoint and ends, within seconds.
    @Override
    public void close() {
        stop.countDown();
        try {
            if (!thread.join(STOP_LIMIT)) {
                LOG.warn(
                        "the sidecar didn't end within {}; its state is that of the last checkpoint",
                        STOP_LIMIT);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void awaitSettled() {
        try {
            settled.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        PgtrickleException error = fatal;
        if (error != null) {
            throw error;
        }
    }

    private void run() {
        Duration pause = FIRST_PAUSE;
        while (!isStopping()) {
            long begin = System.nanoTime();
            try (Service current = new Service(settings, clock)) {
                service = current;
                current.serve(this::isStopping, this::phase);
            } catch (PgtrickleException e) {
                if (e.code() == ErrorCode.STATE_CORRUPT && setAside(e)) {
                    continue;
                }
                if (e.kind() != ErrorKind.WORLD) {
                    end(e);
                    return;
                }
                LOG.warn("{}: trying again in {} ms", e.messageText(), pause.toMillis());
                phase(SidecarStatus.Phase.RETRYING, Optional.of(e.messageText()));
            } catch (RuntimeException | Error e) {
                end(PgtrickleException.of(ErrorCode.INTERNAL, "an internal error: " + e, e));
                return;
            } finally {
                service = null;
            }
            boolean wasLong = System.nanoTime() - begin > LONGEST_PAUSE.toNanos();
            pause = wasLong ? FIRST_PAUSE : min(pause.multipliedBy(2), LONGEST_PAUSE);
            if (awaitStopFor(pause)) {
                break;
            }
        }
        phase(SidecarStatus.Phase.STOPPED, Optional.empty());
    }

    /// Damaged state is kept for whoever wants to know, until the next time; the views are rebuilt.
    private boolean setAside(PgtrickleException error) {
        LOG.error("{}: the views are rebuilt", error.messageText());
        try {
            StateDirectory.setAside(settings.stateDirectory());
            return true;
        } catch (PgtrickleException e) {
            LOG.warn(e.messageText());
            return false;
        }
    }

    private void end(PgtrickleException error) {
        LOG.error("the sidecar ends: {} ({})", error.messageText(), error.code().label(), error);
        fatal = error;
        phase(SidecarStatus.Phase.FAILED, Optional.of(error.messageText()));
    }

    private void phase(SidecarStatus.Phase phase, Optional<String> error) {
        status = status.in(phase, error);
        settled.countDown();
    }

    private boolean isStopping() {
        return stop.getCount() == 0;
    }

    private boolean awaitStopFor(Duration pause) {
        try {
            return stop.await(pause.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }
}
