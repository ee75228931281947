package io.pgtrickle.cli.console;

/// `--output`.
public enum Format {
    /// Aligned columns for people.
    TABLE,
    /// One JSON value a command, for programs.
    JSON;

    @Override
    public String toString() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
