package io.pgtrickle.cli.bench;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import java.time.Duration;

/// How large everything is.
///
/// @param rows of `orders`, and of TPC-H's `lineitem`
/// @param backlog transactions of one row each that wait for a stopped consumer
/// @param runs of each measurement; medians are reported
/// @param load how long a load runs in each measurement under load
record Scale(int rows, int backlog, int runs, Duration load) {

    static final Scale FULL = new Scale(1_000_000, 100_000, 3, Duration.ofSeconds(20));

    /// For less than a minute: whether everything works, and whether a ratio is far off.
    static final Scale QUICK = new Scale(50_000, 20_000, 1, Duration.ofSeconds(3));

    private static final int MIN_ROWS = 1_000;
    private static final int ROWS_A_CUSTOMER = 100;

    Scale {
        if (rows < MIN_ROWS || backlog < 1 || runs < 1) {
            throw PgtrickleException.of(
                            ErrorCode.BAD_ARGUMENT,
                            "a benchmark of %d rows, %d transactions, %d runs"
                                    .formatted(rows, backlog, runs))
                    .withHint("Give at least " + MIN_ROWS + " rows and one of the others.");
        }
    }

    int customers() {
        return rows / ROWS_A_CUSTOMER;
    }

    /// Rows of the one large update of a backlog.
    int bulk() {
        return rows * 3 / 10;
    }
}
