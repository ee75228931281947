package io.pgtrickle.model;

import java.math.BigDecimal;
import java.util.List;

/// What a jsonb value says. Members of an object are in PostgreSQL's storage order: shorter keys first, then by bytes.
///
/// Equality here is equality of what is printed: `1.0` and `1.00` differ.
public sealed interface Json {

    enum Literal implements Json {
        NULL("null"),
        FALSE("false"),
        TRUE("true");

        private final String text;

        Literal(String text) {
            this.text = text;
        }

        public String text() {
            return text;
        }
    }

    /// @param value with its display scale
    record Decimal(BigDecimal value) implements Json {}

    record Text(String value) implements Json {}

    record Array(List<Json> elements) implements Json {
        public Array(List<Json> elements) {
            this.elements = List.copyOf(elements);
        }
    }

    record Structure(List<Member> members) implements Json {
        public Structure(List<Member> members) {
            this.members = List.copyOf(members);
        }
    }

    record Member(String key, Json value) {}
}
