package io.pgtrickle.cli.bench;

import java.io.IOException;
import java.sql.SQLException;

/// What can be measured by itself; the names are those of `--measure`.
enum Measure {
    CATCHUP,
    TRANSACTIONS,
    BUILD;

    void run(Bench bench) throws SQLException, IOException {
        switch (this) {
            case CATCHUP -> CatchUp.measure(bench);
            case TRANSACTIONS -> CatchUp.transactions(bench);
            case BUILD -> Build.measure(bench);
        }
    }
}
