package io.pgtrickle.cli.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.pgtrickle.model.Lsn;
import io.pgtrickle.model.PgtrickleException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class MonitoringServerTest {

    private static final HttpAddress FREE_PORT = new HttpAddress("127.0.0.1", 0);

    private Figures figures = figures(Figures.Phase.STREAMING, Duration.ofMillis(3));
    private final MonitoringServer server = MonitoringServer.start(FREE_PORT, () -> figures);
    private final HttpClient client = HttpClient.newHttpClient();

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    @Test
    void isHealthyWhileItRunsOrTriesAgain() throws Exception {
        assertThat(get("/healthz").statusCode()).isEqualTo(200);
        figures = figures(Figures.Phase.RETRYING, Duration.ZERO);
        assertThat(get("/healthz").statusCode()).isEqualTo(200);
        figures = figures(Figures.Phase.FAILED, Duration.ZERO);
        assertThat(get("/healthz").statusCode()).isEqualTo(503);
        assertThat(get("/healthz").body()).isEqualTo("failed\n");
    }

    @Test
    void isReadyWhileItStreamsAndKeepsUp() throws Exception {
        assertThat(get("/readyz").statusCode()).isEqualTo(200);
        figures = figures(Figures.Phase.STREAMING, Pages.READY_LAG_LIMIT.plusMillis(1));
        assertThat(get("/readyz").body()).isEqualTo("lagging\n");
        assertThat(get("/readyz").statusCode()).isEqualTo(503);
        figures = figures(Figures.Phase.STANDBY, Duration.ZERO);
        assertThat(get("/readyz").statusCode()).isEqualTo(503);
    }

    @Test
    void metricsHaveWhatAnOperatorNeedsFirst() throws Exception {
        HttpResponse<String> answer = get("/metrics");
        assertThat(answer.headers().firstValue("Content-Type"))
                .hasValueSatisfying(
                        type -> assertThat(type).startsWith("text/plain; version=0.0.4"));
        assertThat(answer.body().lines())
                .contains(
                        "pgtrickle_build_info{version=\"1.2.3\"} 1",
                        "pgtrickle_phase{phase=\"streaming\"} 1.0",
                        "pgtrickle_phase{phase=\"failed\"} 0.0",
                        "pgtrickle_changes_received_total 1000.0",
                        "pgtrickle_changes_applied_total 200.0",
                        "pgtrickle_lag_bytes 512.0",
                        "pgtrickle_lag_seconds 0.003",
                        "pgtrickle_step_seconds_bucket{le=\"0.01\"} 7",
                        "pgtrickle_step_seconds_bucket{le=\"+Inf\"} 10",
                        "pgtrickle_step_seconds_count 10",
                        "pgtrickle_step_seconds_sum 0.25",
                        "pgtrickle_latency_seconds_count 5",
                        "pgtrickle_view_rows{view=\"revenue\"} 5.0",
                        "pgtrickle_view_status{status=\"running\",view=\"revenue\"} 1.0",
                        "pgtrickle_view_changes_applied_total{view=\"revenue\"} 30.0",
                        "pgtrickle_view_state_bytes{view=\"revenue\"} 4096.0",
                        "pgtrickle_slot_retained_bytes{slot=\"pgtrickle\"} 8192.0",
                        "pgtrickle_slot_safe_bytes{slot=\"pgtrickle\"} 1000000.0",
                        "pgtrickle_slot_wal_status{slot=\"pgtrickle\",status=\"reserved\"} 1.0")
                .anyMatch(line -> line.startsWith("jvm_memory_used_bytes{area=\"heap\""));
    }

    @Test
    void openMetricsForThoseWhoAskForIt() throws Exception {
        HttpResponse<String> answer =
                client.send(
                        request("/metrics")
                                .header("Accept", "application/openmetrics-text")
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(answer.body()).endsWith("# EOF\n");
    }

    @Test
    void theApiAnswersInJson() throws Exception {
        Map<?, ?> status = JsonMapper.shared().readValue(get("/api/v1/status").body(), Map.class);
        assertThat(status.get("phase")).isEqualTo("streaming");
        assertThat(status.get("applied_lsn")).isEqualTo("0/200");
        assertThat(status.get("last_error")).isNull();
        List<?> views = JsonMapper.shared().readValue(get("/api/v1/views").body(), List.class);
        assertThat(views).hasSize(1);
        Map<?, ?> view =
                JsonMapper.shared().readValue(get("/api/v1/views/revenue").body(), Map.class);
        assertThat(view.get("operators")).isEqualTo(List.of("scan orders"));
        List<?> slots = JsonMapper.shared().readValue(get("/api/v1/slots").body(), List.class);
        assertThat(slots).singleElement().asString().contains("retained_bytes=8192");
    }

    @Test
    void anUnknownPathOrViewIsNotFound() throws Exception {
        assertThat(get("/").statusCode()).isEqualTo(404);
        assertThat(get("/api/v1/views/none").statusCode()).isEqualTo(404);
        assertThat(get("/healthz/../etc/passwd").statusCode()).isEqualTo(404);
    }

    @Test
    void nothingCanBeChanged() throws Exception {
        for (String method : List.of("POST", "PUT", "DELETE", "PATCH")) {
            HttpResponse<String> answer =
                    client.send(
                            request("/api/v1/views")
                                    .method(method, HttpRequest.BodyPublishers.ofString("{}"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(405);
        }
    }

    @Test
    void aForeignNameForThisMachineIsRefused() throws Exception {
        assertThat(
                        statusOf(
                                "GET /metrics HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"))
                .contains(" 421 ");
        assertThat(
                        statusOf(
                                "GET /healthz HTTP/1.1\r\nHost: localhost:80\r\nConnection: close\r\n\r\n"))
                .contains(" 200 ");
        assertThat(statusOf("GET /healthz HTTP/1.0\r\n\r\n")).contains(" 200 ");
    }

    @Test
    void aTakenPortIsAnErrorThatSaysSo() {
        assertThatExceptionOfType(PgtrickleException.class)
                .isThrownBy(() -> MonitoringServer.start(server.address(), () -> figures))
                .withMessageContaining("could not listen on " + server.address());
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return client.send(request(path).build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://" + server.address() + path));
    }

    private String statusOf(String request) throws IOException {
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), server.address().port())) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static Figures figures(Figures.Phase phase, Duration lag) {
        return new Figures(
                phase,
                "1.2.3",
                Instant.EPOCH,
                new Figures.Position(new Lsn(0x200), new Lsn(0x100), 512, lag),
                new Figures.Work(
                        1000,
                        200,
                        new Distribution(List.of(0.01, 0.1), List.of(7L, 2L, 1L), 0.25),
                        Distribution.of(5, 0.015)),
                4096,
                Optional.empty(),
                Optional.of(
                        new Figures.Slot(
                                "pgtrickle", true, "reserved", 8192, Optional.of(1_000_000L))),
                List.of(
                        new Figures.View(
                                "revenue",
                                "running",
                                "",
                                5,
                                100,
                                30,
                                4096,
                                List.of("scan orders"))));
    }
}
