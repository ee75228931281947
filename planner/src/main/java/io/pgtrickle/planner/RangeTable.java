package io.pgtrickle.planner;

/// Numbers of PostgreSQL's `RTEKind` and of system columns, the same in 14 to 18.
final class RangeTable {

    static final int RELATION = 0;
    static final int SUBQUERY = 1;
    static final int JOIN = 2;
    static final int FUNCTION = 3;
    static final int TABLE_FUNCTION = 4;
    static final int VALUES = 5;
    static final int CTE = 6;

    /// No relation: one row.
    static final int RESULT = 8;

    /// The expressions of GROUP BY, since 18.
    static final int GROUP = 9;

    private RangeTable() {}

    static String systemColumn(int attributeNumber) {
        return switch (attributeNumber) {
            case -1 -> "ctid";
            case -2 -> "xmin";
            case -3 -> "cmin";
            case -4 -> "xmax";
            case -5 -> "cmax";
            default -> "tableoid";
        };
    }
}
