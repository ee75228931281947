package io.pgtrickle.cli.http;

import io.pgtrickle.cli.console.Json;
import java.util.Map;

/// What a request gets.
record Answer(int status, String contentType, String body) {

    static Answer text(int status, String text) {
        return new Answer(status, "text/plain; charset=utf-8", text + "\n");
    }

    static Answer json(Object value) {
        return new Answer(200, "application/json", Json.write(value) + "\n");
    }

    static Answer problem(int status, String message) {
        return new Answer(
                status, "application/json", Json.write(Map.of("message", message)) + "\n");
    }
}
