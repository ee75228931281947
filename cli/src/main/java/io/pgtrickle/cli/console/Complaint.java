package io.pgtrickle.cli.console;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.postgres.ServerError;
import java.io.PrintWriter;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ExitCode;

/// What a failed command says: PostgreSQL's message, detail and hint; empty where there is none.
///
/// @param exitCode 2 where the user's arguments or configuration are wrong, else 1
public record Complaint(String message, String detail, String hint, int exitCode) {

    private static final String UNKNOWN_SCHEMA = "3F000";

    public static Complaint of(Throwable error) {
        return switch (error) {
            case PgtrickleException own -> ofOwn(own);
            case SQLException sql ->
                    ServerError.of(sql)
                            .map(server ->
                                    failed(server.message(), server.detail(), hint(sql, server)))
                            .orElseGet(() -> failed(text(sql), "", ""));
            default -> failed(text(error), error.getClass().getName(), "");
        };
    }

    /// `pgtrickle: message`, then `detail:` and `hint:` lines.
    public void print(PrintWriter err) {
        err.println("pgtrickle: " + printable(message));
        if (!detail.isEmpty()) {
            err.println("detail: " + printable(detail));
        }
        if (!hint.isEmpty()) {
            err.println("hint: " + printable(hint));
        }
        err.flush();
    }

    private static Complaint ofOwn(PgtrickleException own) {
        int exitCode = own.code() == ErrorCode.BAD_ARGUMENT ? ExitCode.USAGE : ExitCode.SOFTWARE;
        return new Complaint(own.messageText(), own.code().label(), own.hint(), exitCode);
    }

    /// The one schema that commands name is ours.
    private static String hint(SQLException error, ServerError server) {
        return UNKNOWN_SCHEMA.equals(error.getSQLState())
                        && server.message().contains("\"pgtrickle\"")
                ? "Install it with pgtrickle run or pgtrickle install."
                : server.hint();
    }

    private static Complaint failed(String message, String detail, String hint) {
        return new Complaint(message, detail, hint, ExitCode.SOFTWARE);
    }

    private static String text(Throwable error) {
        @Nullable String message = error.getMessage();
        return message == null ? error.getClass().getSimpleName() : message;
    }

    /// Several lines stay several lines; other control characters don't reach the terminal.
    private static String printable(String text) {
        return String.join("\n", text.lines().map(TextTable::safe).toList());
    }
}
