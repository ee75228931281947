package io.pgtrickle.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgtrickle.testsupport.Database;
import io.pgtrickle.testsupport.EmbeddedServer;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ShopIT {

    private Database database = EmbeddedServer.shared(18).database("postgres");

    @BeforeEach
    void openTheShop() throws SQLException, IOException {
        database = EmbeddedServer.shared(18).createDatabase();
        execute(Demo.schema());
    }

    @Test
    void everyKindOfChangeHappensAndTheShopStaysAsBigAsItIs() throws SQLException {
        long before = count("orders");
        try (Connection connection = database.connect()) {
            Shopper shopper = Shopper.open(connection, new SplittableRandom(7), 0, 1);
            for (int i = 0; i < 3000; i++) {
                shopper.act();
            }
        }
        execute("SELECT pg_stat_force_next_flush()");
        assertThat(count("orders")).isBetween(before / 3, before * 3);
        for (String table : List.of("customers", "products", "orders")) {
            assertThat(
                            number(
                                    "SELECT n_tup_upd FROM pg_stat_user_tables WHERE relname = '"
                                            + table
                                            + "'"))
                    .as("updates of " + table)
                    .isGreaterThan(100);
        }
        assertThat(
                        number(
                                "SELECT n_tup_del FROM pg_stat_user_tables WHERE relname = 'order_lines'"))
                .isGreaterThan(100);
    }

    @Test
    void oneSeedGivesOneShop() throws SQLException, IOException {
        String once = actAndFingerprint();
        openTheShop();
        assertThat(actAndFingerprint()).isEqualTo(once);
    }

    @Test
    void severalClientsBuyTogether() throws SQLException {
        ShopLoad load = ShopLoad.start(database::connect, new ShopLoad.Pace(3, 2000, 1));
        try (load) {
            while (load.commits() < 500 && load.failure().isEmpty()) {
                Thread.onSpinWait();
            }
        }
        assertThat(load.failure()).isEmpty();
    }

    @Test
    void aViewThatEqualsItsQueryIsExactAndOthersAreNot() throws SQLException {
        for (DemoView view : DemoView.ALL) {
            execute(
                    "CREATE TABLE "
                            + view.name()
                            + " AS SELECT 'x'::bytea AS __pgtrickle_row, q.* FROM ("
                            + view.query()
                            + ") AS q");
        }
        assertThat(compare())
                .hasSize(5)
                .allMatch(Comparison.Outcome::exact)
                .allMatch(o -> o.rows() > 0);
        execute(
                "DELETE FROM open_orders WHERE id = (SELECT min(id) FROM open_orders)",
                "INSERT INTO bulk_lines SELECT * FROM bulk_lines LIMIT 1");
        assertThat(compare().stream().filter(o -> !o.exact()))
                .extracting(Comparison.Outcome::view)
                .containsExactly("open_orders", "bulk_lines");
        assertThat(compare().get(4).toString())
                .startsWith("DIFFERENT: bulk_lines, ")
                .contains("\n  + (");
    }

    private String actAndFingerprint() throws SQLException {
        try (Connection connection = database.connect()) {
            Shopper shopper = Shopper.open(connection, new SplittableRandom(3), 0, 1);
            for (int i = 0; i < 200; i++) {
                shopper.act();
            }
        }
        return text(
                        "SELECT md5(string_agg(t::text, '' ORDER BY t::text)) FROM (SELECT id, status, customer_id FROM orders) AS t")
                + text("SELECT md5(string_agg(t::text, '' ORDER BY id)) FROM products AS t");
    }

    private List<Comparison.Outcome> compare() throws SQLException {
        try (Connection connection = database.connect()) {
            return Comparison.of(connection, DemoView.ALL);
        }
    }

    private long count(String table) throws SQLException {
        return number("SELECT count(*) FROM " + table);
    }

    private long number(String query) throws SQLException {
        return Long.parseLong(text(query));
    }

    private String text(String query) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(query)) {
            result.next();
            return String.valueOf(result.getString(1));
        }
    }

    private void execute(String... statements) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }
}
