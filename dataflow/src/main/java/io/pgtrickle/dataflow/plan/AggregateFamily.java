package io.pgtrickle.dataflow.plan;

/// The built-in aggregates beside count, sum, avg, min and max, by what they have in common; oids of `pg_proc` are the same in every
/// version.
public enum AggregateFamily {
    /// `bool_and`, `every`, `bool_or`.
    BOOLEAN,
    /// `bit_and`, `bit_or`, `bit_xor`.
    BITS,
    /// `variance`, `stddev` and their `_pop` and `_samp`.
    VARIANCE,
    /// `corr`, `covar_*`, `regr_*`.
    REGRESSION,
    STRING_AGG,
    ARRAY_AGG,
    ANY_VALUE,
    RANGE_AGG,
    RANGE_INTERSECT_AGG,
    /// `percentile_cont` and `percentile_disc`, of one fraction or an array of them.
    PERCENTILE,
    MODE,
    /// `rank`, `dense_rank`, `percent_rank` and `cume_dist` of a hypothetical row.
    HYPOTHETICAL,
    /// Everything else: json and xml, and what users define.
    UNKNOWN;

    public static AggregateFamily of(int oid) {
        return switch (oid) {
            case 2517, 2518, 2519 -> BOOLEAN;
            case 2236, 2237, 2238, 2239, 2240, 2241, 2242, 2243, 6164, 6165, 6166, 6167 -> BITS;
            case 3538, 3545 -> STRING_AGG;
            case 2335, 4053 -> ARRAY_AGG;
            case 6291 -> ANY_VALUE;
            case 4301, 6227 -> RANGE_AGG;
            case 4389, 4450 -> RANGE_INTERSECT_AGG;
            case 3972, 3974, 3976, 3978, 3980, 3982 -> PERCENTILE;
            case 3984 -> MODE;
            case 3986, 3988, 3990, 3992 -> HYPOTHETICAL;
            default -> numeric(oid);
        };
    }

    private static AggregateFamily numeric(int oid) {
        if (oid >= 2641 && oid <= 2646
                || oid >= 2148 && oid <= 2159
                || oid >= 2712 && oid <= 2729) {
            return VARIANCE;
        }
        return oid >= 2818 && oid <= 2829 ? REGRESSION : UNKNOWN;
    }

    /// Whether it orders its rows itself: what it works on is WITHIN GROUP.
    public boolean isOrderedSet() {
        return this == PERCENTILE || this == MODE || this == HYPOTHETICAL;
    }
}
