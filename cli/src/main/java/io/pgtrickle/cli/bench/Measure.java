package io.pgtrickle.cli.bench;

import java.io.IOException;
import java.sql.SQLException;

/// What can be measured by itself; the names are those of `--measure`.
enum Measure {
    CATCHUP,
    TRANSACTIONS,
    BUILD,
    FRESHNESS,
    /// Saturation and latency.
    COST,
    /// Memory and idleness.
    FOOTPRINT,
    FIFTY,
    GROWTH;

    void run(Bench bench) throws SQLException, IOException {
        switch (this) {
            case CATCHUP -> CatchUp.measure(bench);
            case TRANSACTIONS -> CatchUp.transactions(bench);
            case BUILD -> Build.measure(bench);
            case FRESHNESS -> Freshness.measure(bench);
            case COST -> Cost.measure(bench);
            case FOOTPRINT -> Footprint.measure(bench);
            case FIFTY -> CatchUp.fifty(bench);
            case GROWTH -> Growth.measure(bench);
        }
    }
}
