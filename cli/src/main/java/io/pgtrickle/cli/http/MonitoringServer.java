package io.pgtrickle.cli.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/// The HTTP server of a sidecar: GET only, nothing that changes anything. Any number of threads.
///
/// Bound to the loopback address it serves requests for loopback names only: otherwise a page in a browser on this machine could
/// read it through a name of its own that resolves to 127.0.0.1.
public final class MonitoringServer implements AutoCloseable {

    /// Connections that wait to be accepted.
    private static final int BACKLOG = 64;

    /// Connections at once; more are closed. A scraper and a few people need a handful.
    private static final String MAX_CONNECTIONS = "256";

    /// Seconds for a request to arrive in full, so that a slow client holds no thread for ever.
    private static final String MAX_REQUEST_SECONDS = "10";

    /// Seconds for an answer to be taken.
    private static final String MAX_RESPONSE_SECONDS = "30";

    private final HttpServer server;
    private final ExecutorService threads;
    private final Metrics metrics;
    private final Pages pages;
    private final boolean loopback;

    private MonitoringServer(HttpServer server, Supplier<Figures> figures) {
        this.server = server;
        this.threads = Executors.newVirtualThreadPerTaskExecutor();
        this.metrics = new Metrics(figures);
        this.pages = new Pages(figures, metrics);
        this.loopback = server.getAddress().getAddress().isLoopbackAddress();
    }

    /// Listens from now on.
    ///
    /// @throws PgtrickleException BAD_ARGUMENT if the address can't be had
    public static MonitoringServer start(HttpAddress address, Supplier<Figures> figures) {
        limit("jdk.httpserver.maxConnections", MAX_CONNECTIONS);
        limit("sun.net.httpserver.maxReqTime", MAX_REQUEST_SECONDS);
        limit("sun.net.httpserver.maxRspTime", MAX_RESPONSE_SECONDS);
        try {
            InetSocketAddress socket = new InetSocketAddress(address.host(), address.port());
            if (socket.isUnresolved()) {
                throw new IOException("unknown host");
            }
            MonitoringServer monitoring =
                    new MonitoringServer(HttpServer.create(socket, BACKLOG), figures);
            monitoring.server.setExecutor(monitoring.threads);
            monitoring.server.createContext("/", monitoring::serve);
            monitoring.server.start();
            return monitoring;
        } catch (IOException e) {
            throw PgtrickleException.of(
                            ErrorCode.BAD_ARGUMENT,
                            "could not listen on " + address + ": " + e.getMessage(),
                            e)
                    .withHint("Choose another address with --http, or --http off.");
        }
    }

    /// Where it listens, with the port that was found for 0.
    public HttpAddress address() {
        InetSocketAddress bound = server.getAddress();
        return new HttpAddress(bound.getAddress().getHostAddress(), bound.getPort());
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            send(exchange, answer(exchange));
        }
    }

    private Answer answer(HttpExchange exchange) {
        String method = exchange.getRequestMethod();
        if (!method.equals("GET") && !method.equals("HEAD")) {
            return Answer.problem(405, "only GET is served here");
        }
        String host =
                java.util.Objects.requireNonNullElse(
                        exchange.getRequestHeaders().getFirst("Host"), "");
        if (loopback && !LoopbackNames.includes(host)) {
            return Answer.problem(421, "this server answers to loopback names only");
        }
        String accept =
                java.util.Objects.requireNonNullElse(
                        exchange.getRequestHeaders().getFirst("Accept"), "");
        try {
            return pages.get(exchange.getRequestURI().getPath(), accept);
        } catch (RuntimeException e) {
            // Nothing of it may leave: a message could hold a row's value.
            System.getLogger(MonitoringServer.class.getName())
                    .log(
                            System.Logger.Level.ERROR,
                            "request for " + exchange.getRequestURI() + " failed",
                            e);
            return Answer.problem(500, "internal error, see the log");
        }
    }

    private static void send(HttpExchange exchange, Answer answer) throws IOException {
        byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", answer.contentType());
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
        if (answer.status() == 405) {
            exchange.getResponseHeaders().set("Allow", "GET, HEAD");
        }
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.sendResponseHeaders(answer.status(), -1);
            return;
        }
        exchange.sendResponseHeaders(answer.status(), body.length);
        exchange.getResponseBody().write(body);
    }

    /// The JDK's server takes these from system properties only, when it is first used.
    private static void limit(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
        metrics.close();
    }
}
