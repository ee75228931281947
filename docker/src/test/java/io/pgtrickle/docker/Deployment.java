package io.pgtrickle.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectContainerResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.containers.wait.strategy.WaitAllStrategy;
import org.testcontainers.utility.DockerImageName;

/// A PostgreSQL container and the sidecar's, on one network, as compose.yaml has them.
final class Deployment implements AutoCloseable {

    private static final int POSTGRES_PORT = 5432;
    private static final int HTTP_PORT = 8080;
    private static final int STOP_SECONDS = 30;
    private static final Duration STARTUP = Duration.ofMinutes(2);
    private static final String DATABASE = "app";
    private static final String PASSWORD = "secret";

    private final Network network = Network.newNetwork();
    private final GenericContainer<?> postgres;
    private final GenericContainer<?> sidecar;

    private Deployment() {
        postgres =
                new GenericContainer<>(DockerImageName.parse(Image.POSTGRES))
                        .withNetwork(network)
                        .withNetworkAliases("postgres")
                        .withEnv(Map.of("POSTGRES_PASSWORD", PASSWORD, "POSTGRES_DB", DATABASE))
                        .withCommand("postgres", "-c", "wal_level=logical")
                        .withExposedPorts(POSTGRES_PORT)
                        .withStartupTimeout(STARTUP)
                        // Over TCP: while the image sets the database up, it answers on the socket
                        // only.
                        .waitingFor(
                                Wait.forSuccessfulCommand(
                                        "pg_isready --host=127.0.0.1 --username=postgres"));
        sidecar =
                new GenericContainer<>(DockerImageName.parse(Image.PGTRICKLE))
                        .withNetwork(network)
                        .withEnv(
                                "PGTRICKLE_URL",
                                "postgresql://postgres@postgres:" + POSTGRES_PORT + "/" + DATABASE)
                        .withEnv("PGPASSWORD", PASSWORD)
                        .withExposedPorts(HTTP_PORT)
                        .withCreateContainerCmdModifier(command ->
                                Objects.requireNonNull(command.getHostConfig())
                                        .withReadonlyRootfs(true))
                        .waitingFor(
                                new WaitAllStrategy()
                                        .withStartupTimeout(STARTUP)
                                        .withStrategy(Wait.forHealthcheck())
                                        .withStrategy(Wait.forHttp("/readyz").forPort(HTTP_PORT)));
    }

    /// Returns when the sidecar is healthy and ready.
    static Deployment start() {
        Deployment deployment = new Deployment();
        try {
            deployment.postgres.start();
            deployment.sidecar.start();
            return deployment;
        } catch (RuntimeException e) {
            deployment.close();
            throw e;
        }
    }

    Connection connect() throws SQLException {
        String url =
                "jdbc:postgresql://"
                        + postgres.getHost()
                        + ":"
                        + postgres.getMappedPort(POSTGRES_PORT)
                        + "/"
                        + DATABASE;
        return DriverManager.getConnection(url, "postgres", PASSWORD);
    }

    /// As the kernel kills it when memory runs out; returns when it is gone.
    void kill() {
        docker().killContainerCmd(sidecar.getContainerId()).exec();
        docker().waitContainerCmd(sidecar.getContainerId()).start().awaitStatusCode();
    }

    void startAgain() {
        docker().startContainerCmd(sidecar.getContainerId()).exec();
    }

    /// What `docker stop` does; the exit code of the sidecar.
    long stop() {
        docker().stopContainerCmd(sidecar.getContainerId()).withTimeout(STOP_SECONDS).exec();
        return Objects.requireNonNull(inspect().getState().getExitCodeLong());
    }

    /// What the image's HEALTHCHECK found last: `starting`, `healthy`, `unhealthy`.
    String health() {
        return inspect().getState().getHealth().getStatus();
    }

    List<String> mounts() {
        return Objects.requireNonNull(inspect().getMounts()).stream()
                .map(mount -> Objects.requireNonNull(mount.getDestination()).getPath())
                .toList();
    }

    /// What a command prints that is run in the sidecar's container, as its user.
    String shell(String script) {
        try {
            var result = sidecar.execInContainer("bash", "-c", script);
            if (result.getExitCode() != 0) {
                throw new IllegalStateException(script + ": " + result.getStderr());
            }
            return result.getStdout().strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted in " + script, e);
        }
    }

    private InspectContainerResponse inspect() {
        return docker().inspectContainerCmd(sidecar.getContainerId()).exec();
    }

    private DockerClient docker() {
        return sidecar.getDockerClient();
    }

    /// Prints all that the sidecar has said, in each of its lives, and leaves nothing behind.
    @Override
    public void close() {
        if (sidecar.isCreated()) {
            System.out.println(sidecar.getLogs());
        }
        sidecar.close();
        postgres.close();
        network.close();
    }
}
