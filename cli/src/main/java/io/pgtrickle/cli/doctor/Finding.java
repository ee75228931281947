package io.pgtrickle.cli.doctor;

/// What a check found.
///
/// @param text what is, in a few words
/// @param remedy the statement or step that mends it; empty where nothing is to be done
record Finding(String check, Verdict verdict, String text, String remedy) {

    enum Verdict {
        OK,
        /// It will work, but should be looked at.
        ADVICE,
        /// A sidecar can't work so.
        WRONG;

        String label() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    static Finding ok(String check, String text) {
        return new Finding(check, Verdict.OK, text, "");
    }

    static Finding advice(String check, String text, String remedy) {
        return new Finding(check, Verdict.ADVICE, text, remedy);
    }

    static Finding wrong(String check, String text, String remedy) {
        return new Finding(check, Verdict.WRONG, text, remedy);
    }

    /// `OK` or `WRONG` by a condition.
    static Finding of(boolean good, String check, String text, String remedy) {
        return good ? ok(check, text) : wrong(check, text, remedy);
    }
}
