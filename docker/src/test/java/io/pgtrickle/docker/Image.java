package io.pgtrickle.docker;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.DockerClientException;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.testcontainers.DockerClientFactory;

/// The images of the test: PostgreSQL's, and ours as docker/build makes it.
final class Image {

    static final String PGTRICKLE = "pgtrickle:container-test";

    /// Another one where this can't be pulled: CI makes its own.
    static final String POSTGRES =
            Optional.ofNullable(System.getenv("PGTRICKLE_TEST_POSTGRES_IMAGE"))
                    .orElse("postgres:18");

    /// The default of docker/build, which reads the same variable.
    private static final String BASE =
            Optional.ofNullable(System.getenv("PGTRICKLE_BASE_IMAGE"))
                    .orElse("debian:bookworm-slim");

    private Image() {}

    /// Builds ours.
    ///
    /// @return why that can't be done here, where it can't for want of an engine or of an image to start from
    static Optional<String> build() {
        if (!DockerClientFactory.instance().isDockerAvailable()) {
            return Optional.of("no Docker engine answers");
        }
        Optional<String> missing = obtain(BASE).or(() -> obtain(POSTGRES));
        if (missing.isEmpty()) {
            run(Path.of("build").toAbsolutePath().toString(), "--as-is", PGTRICKLE);
        }
        return missing;
    }

    /// @return why the image can't be had
    private static Optional<String> obtain(String image) {
        DockerClient docker = DockerClientFactory.lazyClient();
        try {
            docker.inspectImageCmd(image).exec();
            return Optional.empty();
        } catch (NotFoundException _) {
            return pull(docker, image);
        }
    }

    private static Optional<String> pull(DockerClient docker, String image) {
        try {
            docker.pullImageCmd(image).start().awaitCompletion();
            return Optional.empty();
        } catch (DockerException | DockerClientException e) {
            return Optional.of(
                    "image \"" + image + "\" is neither here nor to be pulled: " + e.getMessage());
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted while pulling " + image, e);
        }
    }

    private static void run(String... command) {
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            String output =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(output).isZero();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted in " + String.join(" ", command), e);
        }
    }
}
