package io.pgtrickle.commander;

import java.util.Locale;

/// A view's status as users see it in `list_views()`.
enum ViewStatus {
    ACCEPTED,
    POPULATING,
    CATCHING_UP,
    RUNNING,
    /// Stopped by its owner; the table keeps its content.
    PAUSED,
    /// Stopped by an error of a row, of its table or of its state; the message says which.
    ERROR,
    /// A source changed its shape.
    NEEDS_ATTENTION;

    /// `catching_up`.
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    static ViewStatus ofLabel(String label) {
        return valueOf(label.toUpperCase(Locale.ROOT));
    }

    /// Whether a view in that status is to be kept up to date, so that a restart takes it up again.
    boolean isMeantToRun() {
        return this != ERROR && this != NEEDS_ATTENTION && this != PAUSED;
    }
}
