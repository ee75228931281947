package io.pgtrickle.model;

import org.jspecify.annotations.Nullable;

/// A value of type jsonb: the text that PostgreSQL prints for it, and what that says, read when first asked for.
///
/// Equality here is equality of images, and so of texts.
public final class Jsonb {

    private final String text;

    /// Written by whichever thread is first; all would write the same.
    private @Nullable Json value;

    private Jsonb(String text, @Nullable Json value) {
        this.text = text;
        this.value = value;
    }

    /// @param text in the very form that jsonb's output function makes
    public static Jsonb printed(String text) {
        return new Jsonb(text, null);
    }

    public static Jsonb of(Json value) {
        return new Jsonb(JsonText.print(value), value);
    }

    public String text() {
        return text;
    }

    /// @throws PgtrickleException STREAM_MALFORMED where the text is no JSON
    public Json value() {
        Json known = value;
        if (known == null) {
            known = JsonText.parse(text);
            value = known;
        }
        return known;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Jsonb that && text.equals(that.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
