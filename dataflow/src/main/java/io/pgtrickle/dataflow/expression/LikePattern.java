package io.pgtrickle.dataflow.expression;

/// LIKE with the backslash as escape character: `MatchText` of PostgreSQL's `like_match.c`, by code points. The order in which
/// it looks at the pattern is kept, since it decides whether a pattern that ends with the escape character is noticed.
final class LikePattern {

    private enum Outcome {
        MATCH,
        MISMATCH,
        /// No later place of the text can match either.
        ABORT
    }

    private final int[] text;
    private final int[] pattern;

    private LikePattern(int[] text, int[] pattern) {
        this.text = text;
        this.pattern = pattern;
    }

    static boolean matches(String text, String pattern) {
        LikePattern like =
                new LikePattern(text.codePoints().toArray(), pattern.codePoints().toArray());
        return like.match(0, 0) == Outcome.MATCH;
    }

    private Outcome match(int textFrom, int patternFrom) {
        int t = textFrom;
        int p = patternFrom;
        while (t < text.length && p < pattern.length) {
            switch (pattern[p]) {
                case '\\' -> {
                    p++;
                    checkEscape(p);
                    if (pattern[p] != text[t]) {
                        return Outcome.MISMATCH;
                    }
                }
                case '%' -> {
                    return matchRest(t, p + 1);
                }
                case '_' -> {
                    // any one
                }
                default -> {
                    if (pattern[p] != text[t]) {
                        return Outcome.MISMATCH;
                    }
                }
            }
            t++;
            p++;
        }
        if (t < text.length) {
            return Outcome.MISMATCH;
        }
        while (p < pattern.length && pattern[p] == '%') {
            p++;
        }
        return p >= pattern.length ? Outcome.MATCH : Outcome.ABORT;
    }

    /// After a `%`: a place of the text from which on it matches the rest of the pattern.
    private Outcome matchRest(int textFrom, int patternFrom) {
        int t = textFrom;
        int p = patternFrom;
        for (; p < pattern.length && (pattern[p] == '_' || pattern[p] == '%'); p++) {
            if (pattern[p] == '_') {
                if (t >= text.length) {
                    return Outcome.ABORT;
                }
                t++;
            }
        }
        if (p >= pattern.length) {
            return Outcome.MATCH;
        }
        int first = pattern[p];
        if (first == '\\') {
            checkEscape(p + 1);
            first = pattern[p + 1];
        }
        for (; t < text.length; t++) {
            if (text[t] == first) {
                Outcome outcome = match(t, p);
                if (outcome != Outcome.MISMATCH) {
                    return outcome;
                }
            }
        }
        return Outcome.ABORT;
    }

    private void checkEscape(int escaped) {
        if (escaped >= pattern.length) {
            throw RowErrors.of("22025", "LIKE pattern must not end with escape character");
        }
    }

    /// A pattern with another escape character, or with none, as one with the backslash (`like_escape`).
    static String withEscape(String pattern, String escape) {
        if (escape.isEmpty()) {
            return pattern.replace("\\", "\\\\");
        }
        if (escape.codePointCount(0, escape.length()) != 1) {
            throw RowErrors.of("22025", "invalid escape string");
        }
        int escapePoint = escape.codePointAt(0);
        if (escapePoint == '\\') {
            return pattern;
        }
        StringBuilder out = new StringBuilder(pattern.length());
        boolean afterEscape = false;
        for (int c : pattern.codePoints().toArray()) {
            if (c == escapePoint && !afterEscape) {
                out.append('\\');
                afterEscape = true;
                continue;
            }
            if (c == '\\' && !afterEscape) {
                out.append('\\');
            }
            out.appendCodePoint(c);
            afterEscape = false;
        }
        return out.toString();
    }
}
