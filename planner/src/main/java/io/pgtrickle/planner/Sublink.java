package io.pgtrickle.planner;

/// PostgreSQL's numbers of `SubLinkType`, the same in 14 to 18.
final class Sublink {

    static final int EXISTS = 0;
    static final int ALL = 1;
    static final int ANY = 2;
    static final int ROW_COMPARISON = 3;
    static final int EXPRESSION = 4;
    static final int ARRAY = 6;

    private Sublink() {}
}
