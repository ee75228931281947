package io.pgtrickle.commander;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// Where in a sidecar's state directory its store is.
final class StateDirectory {

    private static final String STORE = "store";
    private static final String DAMAGED = "store.damaged";

    private StateDirectory() {}

    static Path store(Path directory) {
        return directory.resolve(STORE);
    }

    /// Makes place for a new store, and keeps the old one, until this happens again.
    static void setAside(Path directory) {
        Path damaged = directory.resolve(DAMAGED);
        try {
            if (Files.exists(damaged)) {
                List<Path> files;
                try (Stream<Path> walk = Files.walk(damaged)) {
                    files = walk.toList();
                }
                for (Path file : files.reversed()) {
                    Files.delete(file);
                }
            }
            Files.move(store(directory), damaged);
        } catch (IOException e) {
            throw PgtrickleException.of(
                    ErrorCode.STATE_IO, "setting the damaged state store aside failed: " + e, e);
        }
    }
}
