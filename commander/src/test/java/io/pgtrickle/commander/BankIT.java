package io.pgtrickle.commander;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Transfers between accounts: whoever reads the views at whatever moment finds the same total in each, and two views of a group at
/// one and the same commit.
///
/// `-Dpgtrickle.bank.seconds=N` and `-Dpgtrickle.seed=N`.
final class BankIT {

    private static final Duration LENGTH =
            Duration.ofSeconds(Long.getLong("pgtrickle.bank.seconds", 5));
    private static final int ACCOUNTS = 200;
    private static final int CLIENTS = 3;
    private static final String TOTAL = Integer.toString(ACCOUNTS * 1_000);
    private static final String ACCOUNT_QUERY =
            "SELECT id, branch, balance, transfers FROM account";
    private static final String BRANCH_QUERY =
            "SELECT branch, count(*) AS n, sum(balance) AS balance, sum(transfers) AS transfers FROM account GROUP BY branch";

    /// One statement, so one snapshot: what each view says, and whether they say the same.
    private static final String OBSERVATION =
            """
            SELECT (SELECT sum(balance) FROM accounts)::text || ' ' || (SELECT sum(balance) FROM branches)::text
                   || ' ' || (SELECT count(*) FROM
                       (SELECT branch, count(*) AS n, sum(balance) AS b, sum(transfers) AS t FROM accounts GROUP BY branch
                        EXCEPT SELECT branch, n, balance, transfers FROM branches) differing)
            """;

    @TempDir private Path state;

    @ParameterizedTest
    @ValueSource(strings = {"default", "aside"})
    void everyObservedStateIsThatOfOneCommit(String group)
            throws SQLException, InterruptedException {
        long seed = Long.getLong("pgtrickle.seed", System.nanoTime());
        try (RunningSidecar it = RunningSidecar.on(16, state.resolve(group))) {
            it.execute(
                    "CREATE TABLE account (id int PRIMARY KEY, branch int, balance bigint NOT NULL, transfers int)",
                    "INSERT INTO account SELECT i, i % 10, 1000, 0 FROM generate_series(1, "
                            + ACCOUNTS
                            + ") i");
            for (List<String> view :
                    List.of(
                            List.of("accounts", ACCOUNT_QUERY),
                            List.of("branches", BRANCH_QUERY))) {
                it.execute(
                        "CALL pgtrickle.create_view('%s', '%s', view_group => '%s')"
                                .formatted(view.getFirst(), view.getLast(), group));
            }
            AtomicBoolean running = new AtomicBoolean(true);
            AtomicLong transfers = new AtomicLong();
            AtomicReference<String> failure = new AtomicReference<>("");
            List<Thread> clients = new ArrayList<>();
            for (int client = 0; client < CLIENTS; client++) {
                Random random = new Random(seed + client);
                clients.add(
                        Thread.ofPlatform()
                                .start(() -> {
                                    try (Connection session = it.database().connect()) {
                                        while (running.get()) {
                                            RunningSidecar.execute(session, transfer(random));
                                            transfers.incrementAndGet();
                                        }
                                    } catch (SQLException e) {
                                        failure.set(e.toString());
                                    }
                                }));
            }
            long observations = observe(it, System.nanoTime() + LENGTH.toNanos());
            running.set(false);
            for (Thread client : clients) {
                client.join();
            }
            assertThat(failure.get()).isEmpty();
            it.assertFresh("accounts", ACCOUNT_QUERY);
            it.assertFresh("branches", BRANCH_QUERY);
            System.out.println(
                    "bank: group "
                            + group
                            + ", seed "
                            + seed
                            + ": "
                            + transfers
                            + " transfers, "
                            + observations
                            + " observations, 0 wrong");
            assertThat(transfers.get()).isGreaterThan(10);
            assertThat(observations).isGreaterThan(10);
        }
    }

    private static long observe(RunningSidecar it, long deadline) throws SQLException {
        long observations = 0;
        try (Connection session = it.database().connect();
                Statement statement = session.createStatement()) {
            while (System.nanoTime() < deadline) {
                try (ResultSet row = statement.executeQuery(OBSERVATION)) {
                    row.next();
                    assertThat(row.getString(1)).isEqualTo(TOTAL + " " + TOTAL + " 0");
                }
                observations++;
            }
        }
        return observations;
    }

    /// In the order of the accounts, so that clients don't deadlock; every fifth in two savepoints, one of them rolled back.
    private static String transfer(Random random) {
        int a = 1 + random.nextInt(ACCOUNTS);
        int b = 1 + random.nextInt(ACCOUNTS);
        int amount = random.nextInt(100);
        String body =
                a == b
                        ? change(a, 0)
                        : change(Math.min(a, b), amount) + change(Math.max(a, b), -amount);
        String more =
                random.nextInt(5) == 0
                        ? "SAVEPOINT s; UPDATE account SET balance = -1 WHERE id = "
                                + a
                                + "; ROLLBACK TO s;"
                        : "";
        return "BEGIN;" + more + body + "COMMIT";
    }

    private static String change(int account, int amount) {
        return "UPDATE account SET balance = balance + "
                + amount
                + ", transfers = transfers + 1 WHERE id = "
                + account
                + ";";
    }
}
