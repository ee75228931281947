package io.pgtrickle.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// libpq's password file (PostgreSQL's manual, "The Password File"): lines of `host:port:database:user:password`, the first
/// that fits counts, `*` fits everything, `\` escapes. Read anew at each connection, since passwords are changed.
final class PasswordFile {

    private static final int FIELDS = 5;

    private PasswordFile() {}

    /// Empty where there is no such file or no line that fits. A file that others can read is an error and not, as in libpq, passed
    /// over with a warning that nobody sees.
    static Optional<String> lookUp(
            Path file, String host, String port, String database, String user) {
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try {
            checkPermissions(file);
            for (String line : Files.readAllLines(file, UTF_8)) {
                List<String> fields = line.startsWith("#") ? List.of() : split(line);
                if (fields.size() >= FIELDS
                        && fits(fields.get(0), host)
                        && fits(fields.get(1), port)
                        && fits(fields.get(2), database)
                        && fits(fields.get(3), user)) {
                    return Optional.of(fields.get(4));
                }
            }
            return Optional.empty();
        } catch (IOException e) {
            throw PgtrickleException.of(
                    ErrorCode.BAD_ARGUMENT,
                    "can't read password file \"" + file + "\": " + e.getMessage(),
                    e);
        }
    }

    private static void checkPermissions(Path file) throws IOException {
        if (!Files.getFileStore(file).supportsFileAttributeView("posix")) {
            return;
        }
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
        if (permissions.stream().anyMatch(permission -> !permission.name().startsWith("OWNER_"))) {
            throw PgtrickleException.of(
                            ErrorCode.BAD_ARGUMENT,
                            "password file \"" + file + "\" has group or world access")
                    .withHint("chmod 600 " + file);
        }
    }

    private static boolean fits(String pattern, String value) {
        return pattern.equals("*") || pattern.equals(value);
    }

    private static List<String> split(String line) {
        List<String> fields = new ArrayList<>();
        StringBuilder field = new StringBuilder();
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '\\' && i + 1 < line.length()) {
                field.append(line.charAt(++i));
            } else if (c == ':' && fields.size() < FIELDS - 1) {
                fields.add(field.toString());
                field.setLength(0);
            } else {
                field.append(c);
            }
        }
        fields.add(field.toString());
        return fields;
    }
}
