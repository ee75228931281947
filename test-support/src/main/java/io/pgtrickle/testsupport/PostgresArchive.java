package io.pgtrickle.testsupport;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import org.jspecify.annotations.Nullable;

/// Where the archives of `io.zonky.test.postgres` are found.
///
/// Every version of that artifact has its archive under the same name, so only one can be on the class path: the newest,
/// which the demo runs. The build copies the others to a directory, as `<major>.jar`, and names it in the system
/// property [#DIRECTORY_PROPERTY].
final class PostgresArchive {
    static final int NEWEST = 18;
    static final String DIRECTORY_PROPERTY = "pgtrickle.postgres.binaries";

    private PostgresArchive() {}

    /// The whole archive, a tar file compressed by xz: about 15 MB.
    static byte[] read(int major) throws IOException {
        String name = name(System.getProperty("os.name"), System.getProperty("os.arch"));
        return major == NEWEST ? readFromClassPath(name) : readFromDirectory(major, name);
    }

    private static byte[] readFromClassPath(String name) throws IOException {
        try (InputStream archive = PostgresArchive.class.getResourceAsStream("/" + name)) {
            if (archive == null) {
                throw new IOException(
                        "no PostgreSQL for this platform on the class path: \""
                                + name
                                + "\" is missing");
            }
            return archive.readAllBytes();
        }
    }

    private static byte[] readFromDirectory(int major, String name) throws IOException {
        @Nullable String directory = System.getProperty(DIRECTORY_PROPERTY);
        if (directory == null) {
            throw new IOException(
                    "no PostgreSQL "
                            + major
                            + " here, only "
                            + NEWEST
                            + ": system property \""
                            + DIRECTORY_PROPERTY
                            + "\" is not set");
        }
        Path jar = Path.of(directory, major + ".jar");
        if (!Files.exists(jar)) {
            throw new IOException(
                    "no PostgreSQL "
                            + major
                            + " here: \""
                            + jar
                            + "\" is missing; build module test-support (mvn -pl <module> -am)");
        }
        try (JarFile file = new JarFile(jar.toFile())) {
            ZipEntry entry = file.getEntry(name);
            if (entry == null) {
                throw new IOException("\"" + jar + "\" has no \"" + name + "\"");
            }
            try (InputStream archive = file.getInputStream(entry)) {
                return archive.readAllBytes();
            }
        }
    }

    /// As the artifacts name it for Java's `os.name` and `os.arch`: `postgres-linux-x86_64.txz`.
    static String name(String operatingSystem, String architecture) {
        String system =
                operatingSystem.toLowerCase(Locale.ROOT).startsWith("mac") ? "darwin" : "linux";
        String machine =
                switch (architecture) {
                    case "amd64" -> "x86_64";
                    case "aarch64" -> "arm_64";
                    default -> architecture;
                };
        return "postgres-" + system + "-" + machine + ".txz";
    }
}
