package io.pgtrickle.architecture;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The text files of the repository: those that git tracks, or would if they were added.
///
/// @param root the directory of the parent POM
/// @param texts by path below the root, with `/`
record SourceTree(Path root, Map<String, String> texts) {
    SourceTree(Path root, Map<String, String> texts) {
        this.root = root;
        this.texts = Map.copyOf(texts);
    }

    /// Not so where the sources came without their history, as in an archive.
    static boolean isThere() {
        return Files.exists(findRoot().resolve(".git"));
    }

    static SourceTree read() throws IOException, InterruptedException {
        Path root = findRoot();
        Map<String, String> texts = new TreeMap<>();
        for (String path : tracked(root)) {
            Path file = root.resolve(path);
            if (Files.isRegularFile(file)) {
                String text = Files.readString(file, StandardCharsets.ISO_8859_1);
                if (text.indexOf('\0') < 0) {
                    texts.put(
                            path,
                            new String(
                                    text.getBytes(StandardCharsets.ISO_8859_1),
                                    StandardCharsets.UTF_8));
                }
            }
        }
        return new SourceTree(root, texts);
    }

    /// Whether a file or a directory stands there.
    boolean has(Path relative) {
        return Files.exists(root.resolve(relative));
    }

    private static Path findRoot() {
        Path start = Path.of("").toAbsolutePath();
        for (Path directory = start; directory != null; directory = directory.getParent()) {
            if (Files.isDirectory(directory.resolve(".mvn"))) {
                return directory;
            }
        }
        throw new IllegalStateException("no source tree around \"" + start + "\"");
    }

    private static List<String> tracked(Path root) throws IOException, InterruptedException {
        Process git =
                new ProcessBuilder(
                                "git",
                                "ls-files",
                                "-z",
                                "--cached",
                                "--others",
                                "--exclude-standard")
                        .directory(root.toFile())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        String paths;
        try (InputStream output = git.getInputStream()) {
            paths = new String(output.readAllBytes(), StandardCharsets.UTF_8);
        }
        if (git.waitFor() != 0) {
            throw new IOException("git could not list the files of \"" + root + "\"");
        }
        return List.of(paths.split("\0"));
    }
}
