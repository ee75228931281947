package io.pgtrickle.planner;

/// Comments as PostgreSQL's scanner takes them: `--` to the end of the line, and `/*` to its `*/`, which nest.
final class SqlComments {

    private SqlComments() {}

    /// Whether the text consists of blanks and comments. An unfinished comment isn't one: PostgreSQL shall complain of it.
    static boolean isBlank(String sql) {
        int position = 0;
        while (position < sql.length()) {
            if (isSpace(sql.charAt(position))) {
                position++;
            } else if (sql.startsWith("--", position)) {
                position = endOfLine(sql, position);
            } else if (sql.startsWith("/*", position)) {
                position = endOfBlock(sql, position);
                if (position < 0) {
                    return false;
                }
            } else {
                return false;
            }
        }
        return true;
    }

    private static boolean isSpace(char c) {
        return c == ' ' || c >= '\t' && c <= '\r';
    }

    private static int endOfLine(String sql, int start) {
        int position = start;
        while (position < sql.length()
                && sql.charAt(position) != '\n'
                && sql.charAt(position) != '\r') {
            position++;
        }
        return position;
    }

    /// @return -1 where the comment doesn't end
    private static int endOfBlock(String sql, int start) {
        int depth = 0;
        int position = start;
        while (position < sql.length()) {
            if (sql.startsWith("/*", position)) {
                depth++;
                position += 2;
            } else if (sql.startsWith("*/", position)) {
                depth--;
                position += 2;
                if (depth == 0) {
                    return position;
                }
            } else {
                position++;
            }
        }
        return -1;
    }
}
