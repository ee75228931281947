package io.pgtrickle.cli.engine;

import io.pgtrickle.cli.configuration.Configuration;
import io.pgtrickle.cli.http.Figures;
import io.pgtrickle.commander.Sidecar;
import io.pgtrickle.commander.SidecarSettings;
import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import java.time.InstantSource;
import java.util.function.Supplier;

/// A sidecar in this process, with its figures.
public final class RunningSidecar implements AutoCloseable {

    private final Sidecar sidecar;
    private final DatabaseWatch watch;
    private final SidecarFigures figures;

    private RunningSidecar(Sidecar sidecar, DatabaseWatch watch) {
        this.sidecar = sidecar;
        this.watch = watch;
        this.figures = new SidecarFigures(sidecar, watch);
    }

    /// Returns once it is installed and serves.
    ///
    /// @throws PgtrickleException for what the user must mend first
    public static RunningSidecar start(Configuration configuration) {
        SidecarSettings settings = settings(configuration);
        Sidecar sidecar = Sidecar.start(settings, InstantSource.system());
        return new RunningSidecar(
                sidecar, DatabaseWatch.start(configuration.address(), configuration.slot()));
    }

    private static SidecarSettings settings(Configuration configuration) {
        try {
            return new SidecarSettings(
                    configuration.address(),
                    configuration.stateDirectory(),
                    configuration.slot(),
                    configuration.publication(),
                    configuration.memory().bytes());
        } catch (IllegalArgumentException e) {
            throw PgtrickleException.of(ErrorCode.BAD_ARGUMENT, String.valueOf(e.getMessage()), e);
        }
    }

    /// May be asked from any thread, at any time.
    public Supplier<Figures> figures() {
        return figures;
    }

    /// Returns when the sidecar was closed.
    ///
    /// @throws PgtrickleException what ended it otherwise
    public void awaitStop() throws InterruptedException {
        sidecar.awaitStop();
    }

    @Override
    public void close() {
        watch.close();
        sidecar.close();
    }
}
