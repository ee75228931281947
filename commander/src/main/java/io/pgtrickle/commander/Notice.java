package io.pgtrickle.commander;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pgtrickle.cdc.Change;
import java.util.Optional;

/// What a transactional message of ours says. Anyone may send messages, so they only ever point at something.
sealed interface Notice {

    /// A row of `pgtrickle.command` has committed.
    record Command(long id) implements Notice {}

    /// Somebody waits for the position in `pgtrickle.progress`.
    record Wake() implements Notice {}

    /// A sidecar's own sign of life has come round.
    record Heartbeat(String instance) implements Notice {}

    /// The prefix of our messages.
    String PREFIX = "pgtrickle";

    /// Empty for messages of others and those that make no sense.
    static Optional<Notice> of(Change.Message message) {
        if (!message.prefix().equals(PREFIX) || message.content().length() > 200) {
            return Optional.empty();
        }
        String text = new String(message.content().array(), UTF_8);
        if (text.equals("wake")) {
            return Optional.of(new Wake());
        }
        if (text.startsWith("heartbeat:")) {
            return Optional.of(new Heartbeat(text.substring("heartbeat:".length())));
        }
        if (text.matches("command:[0-9]{1,18}")) {
            return Optional.of(new Command(Long.parseLong(text.substring("command:".length()))));
        }
        return Optional.empty();
    }
}
