package io.pgtrickle.postgres;

import java.sql.SQLException;
import java.util.Objects;
import java.util.Optional;
import org.postgresql.util.ServerErrorMessage;

/// What the server itself said of an error, as psql would show it; empty where it said nothing.
///
/// @param position of the character in the statement where it lies, from 1; 0 where that isn't known
public record ServerError(String message, String detail, String hint, int position) {

    /// Empty for an error that didn't come from the server.
    public static Optional<ServerError> of(SQLException error) {
        ServerErrorMessage server = SqlErrors.serverMessage(error);
        return server == null
                ? Optional.empty()
                : Optional.of(
                        new ServerError(
                                Objects.requireNonNullElse(server.getMessage(), ""),
                                Objects.requireNonNullElse(server.getDetail(), ""),
                                Objects.requireNonNullElse(server.getHint(), ""),
                                server.getPosition()));
    }
}
