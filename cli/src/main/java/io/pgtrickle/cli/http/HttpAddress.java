package io.pgtrickle.cli.http;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import java.util.Optional;

/// Where the HTTP server listens: `host:port`, a port alone on 127.0.0.1, or nowhere (`off`). Port 0 is any free one.
public record HttpAddress(String host, int port) {

    public static final HttpAddress DEFAULT = new HttpAddress("127.0.0.1", 8080);
    private static final int MAX_PORT = 65_535;

    public HttpAddress {
        if (host.isEmpty() || port < 0 || port > MAX_PORT) {
            throw bad(host + ":" + port);
        }
    }

    /// Empty for `off`.
    public static Optional<HttpAddress> parse(String text) {
        if (text.equals("off")) {
            return Optional.empty();
        }
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? DEFAULT.host : text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.contains(":")) {
            throw bad(text);
        }
        try {
            return Optional.of(new HttpAddress(host, Integer.parseInt(text.substring(colon + 1))));
        } catch (NumberFormatException e) {
            throw bad(text);
        }
    }

    /// The address as the host part of an URL, with its port.
    @Override
    public String toString() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }

    private static PgtrickleException bad(String text) {
        return PgtrickleException.of(
                        ErrorCode.BAD_ARGUMENT, "not an address to listen on: \"" + text + "\"")
                .withHint("Give host:port, a port alone, or off.");
    }
}
