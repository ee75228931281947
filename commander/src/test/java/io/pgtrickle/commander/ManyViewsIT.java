package io.pgtrickle.commander;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgtrickle.testsupport.Database;
import io.pgtrickle.testsupport.EmbeddedServer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Views that are added, several at a time, while others write: with savepoints that are rolled back, truncations, and commits that wait
/// for a synchronous standby at the moment of the snapshot.
///
/// `-Dpgtrickle.views=N` and `-Dpgtrickle.seed=N`.
final class ManyViewsIT {

    private static final int VIEWS = Integer.getInteger("pgtrickle.views", 20);

    /// So many are asked for at a time, compared, and dropped.
    private static final int AT_A_TIME = 10;

    @TempDir private Path directory;

    @Test
    void viewsThatAreAddedUnderLoadMissNothing() throws SQLException, InterruptedException {
        long seed = Long.getLong("pgtrickle.seed", new Random().nextLong());
        try (EmbeddedServer server = EmbeddedServer.start(17)) {
            Database database = server.createDatabase();
            // the load's commits may wait, those of the sidecar and of the calls don't
            try (Connection admin = database.connect()) {
                RunningSidecar.execute(
                        admin,
                        "ALTER DATABASE " + database.name() + " SET synchronous_commit = local");
                Shop shop = new Shop(database, seed);
                try (SidecarProcess _ =
                        SidecarProcess.start(database.uri(), directory.resolve("state"), "many")) {
                    shop.awaitSidecar();
                    int right = 0;
                    while (right < VIEWS) {
                        shop.startLoad();
                        int asked = shop.askForViews(AT_A_TIME / 2);
                        commitsWait(admin, true);
                        asked += shop.askForViews(AT_A_TIME / 2);
                        commitsWait(admin, false);
                        shop.awaitViews();
                        shop.stopLoad();
                        shop.compare("seed " + seed + ", after " + right + " views");
                        shop.dropViews();
                        right += asked;
                    }
                    System.out.println(
                            "populate: seed %d, %d views added under load, 0 wrong, %d transactions"
                                    .formatted(seed, right, shop.transactions()));
                    assertThat(right).isGreaterThanOrEqualTo(VIEWS);
                }
            }
        }
    }

    /// For a standby that doesn't exist.
    private static void commitsWait(Connection admin, boolean wait) throws SQLException {
        List<String> statements = new ArrayList<>();
        statements.add(
                wait
                        ? "ALTER SYSTEM SET synchronous_standby_names = 'nobody'"
                        : "ALTER SYSTEM RESET synchronous_standby_names");
        statements.add("SELECT pg_reload_conf()");
        if (wait) {
            statements.add(
                    """
                    DO $$ BEGIN
                        FOR i IN 1..6000 LOOP
                            IF EXISTS (SELECT FROM pg_stat_activity WHERE wait_event = 'SyncRep') THEN RETURN; END IF;
                            PERFORM pg_stat_clear_snapshot(), pg_sleep(0.01);
                        END LOOP;
                        RAISE 'no commit waits';
                    END $$
                    """);
        }
        for (String statement : statements) {
            RunningSidecar.execute(admin, statement);
        }
    }
}
