package io.pgtrickle.cli.run;

import io.pgtrickle.cli.configuration.Configuration;
import io.pgtrickle.cli.console.Closer;
import io.pgtrickle.cli.console.Console;
import io.pgtrickle.cli.console.Logging;
import io.pgtrickle.cli.engine.RunningSidecar;
import io.pgtrickle.cli.http.HttpAddress;
import io.pgtrickle.cli.http.MonitoringServer;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `pgtrickle run`: the sidecar, until it is told to end.
@Command(
        name = "run",
        description =
                "Runs the sidecar: makes what is missing in the database, then keeps the views fresh.",
        footer =
                "Each setting is also a key of the --config file, and PGTRICKLE_… in the environment.")
public final class RunCommand implements Callable<Integer> {

    private static final Logger LOG = LoggerFactory.getLogger(RunCommand.class);

    private final Console console;

    @Mixin private SettingOptions settings = new SettingOptions();

    @Option(
            names = "--print-config",
            description = "Print the resulting configuration without secrets, and end.")
    private boolean printConfig;

    public RunCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws InterruptedException {
        Configuration configuration = settings.read(console);
        if (printConfig) {
            configuration.lines().forEach(console.out()::println);
            console.out().flush();
            return ExitCode.OK;
        }
        Logging.level(true, console.verbose());
        try (Closer closer = Closer.install()) {
            RunningSidecar sidecar = closer.keep(RunningSidecar.start(configuration));
            LOG.info("pgtrickle serves {}", configuration.address());
            if (configuration.http().isPresent()) {
                HttpAddress http =
                        closer.keep(
                                        MonitoringServer.start(
                                                configuration.http().get(), sidecar.figures()))
                                .address();
                LOG.info("HTTP on http://{}/healthz, /readyz, /metrics, /api/v1/status", http);
            }
            sidecar.awaitStop();
        }
        return ExitCode.OK;
    }
}
