package io.pgtrickle.oracle;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Rounds of changes over all eight tables of TPC-H at scale 0.01 (1,500 customers, 15,000 orders, 2,000 parts, 100 suppliers). What is
/// done in an even round is undone in the next, so that names, groups and matches go and come back.
///
/// Aimed at the queries' parameters: a change that no query sees would prove nothing.
final class TpchChanges {

    /// Above the generator's keys.
    private static final int FIRST_NEW = 1_000_000;

    private final int round;
    private final boolean back;
    private final int salt;

    /// @param round from 0
    TpchChanges(int round) {
        this.round = round;
        this.back = round % 2 == 1;
        // the same for a round and for the one that undoes it
        this.salt = round / 2;
    }

    List<List<Mutation>> transactions() {
        return List.of(
                names(),
                suppliers(),
                partsAndTheirSupply(),
                customers(),
                newOrders(),
                oldOrders(),
                lines());
    }

    /// A nation and a region that are renamed, a nation that changes its region.
    private List<Mutation> names() {
        String nation =
                List.of("FRANCE", "GERMANY", "BRAZIL", "CANADA", "SAUDI ARABIA").get(salt % 5);
        String region = List.of("EUROPE", "ASIA", "AMERICA").get(salt % 3);
        int moved = List.of(7, 9, 2, 6, 8).get(salt % 5);
        return List.of(
                rename("nation", "n_name", nation),
                rename("region", "r_name", region),
                Mutation.one(
                        "UPDATE nation SET n_regionkey = (n_regionkey + %d) %% 5 WHERE n_nationkey = %d"
                                .formatted(back ? 4 : 1, moved)));
    }

    private Mutation rename(String table, String column, String name) {
        String other = name + " RENAMED";
        return Mutation.one(
                "UPDATE %s SET %s = '%s' WHERE %s = '%s'"
                        .formatted(
                                table, column, back ? name : other, column, back ? other : name));
    }

    /// Suppliers that change nation, and one of whom customers complain.
    private List<Mutation> suppliers() {
        List<Mutation> mutations = new ArrayList<>();
        List<Integer> nations = List.of(3, 7, 6, 20, 2, 8);
        for (int i = 0; i < 6; i++) {
            mutations.add(
                    Mutation.one(
                            "UPDATE supplier SET s_nationkey = %d WHERE s_suppkey = %d"
                                    .formatted(
                                            back ? nations.get((i + 1) % 6) : nations.get(i),
                                            1 + (salt * 17 + i * 7) % 100)));
        }
        mutations.add(
                new Mutation(
                        back
                                ? "UPDATE supplier SET s_comment = 'none' WHERE s_suppkey %% 20 = %d"
                                        .formatted(salt)
                                : "UPDATE supplier SET s_comment = 'Customer some Complaints' WHERE s_suppkey %% 20 = %d"
                                        .formatted(salt),
                        5));
        mutations.add(
                Mutation.one(
                        "UPDATE supplier SET s_acctbal = s_acctbal - 100.01 WHERE s_suppkey = "
                                + (1 + round * 9)));
        return mutations;
    }

    /// Parts that change brand, size, type, container and name; cost and quantity of their supply.
    private List<Mutation> partsAndTheirSupply() {
        int own = 100 * salt;
        String parts = " WHERE p_partkey BETWEEN %d AND %d";
        List<Mutation> mutations = new ArrayList<>();
        mutations.add(
                new Mutation(
                        ("UPDATE part SET p_brand = 'Brand#%s', p_container = 'MED BOX', p_size = %d"
                                        + parts)
                                .formatted(back ? "45" : "23", back ? 49 : 4, own + 1, own + 12),
                        12));
        mutations.add(
                new Mutation(
                        ("UPDATE part SET p_size = 15, p_type = '%s'" + parts)
                                .formatted(
                                        back ? "MEDIUM POLISHED TIN" : "LARGE PLATED BRASS",
                                        own + 21,
                                        own + 40),
                        20));
        mutations.add(
                new Mutation(
                        ("UPDATE part SET p_name = '%s' || p_partkey, p_type = '%s'" + parts)
                                .formatted(
                                        back ? "dim " : "forest green ",
                                        back ? "PROMO BURNISHED COPPER" : "ECONOMY ANODIZED STEEL",
                                        own + 41,
                                        own + 70),
                        30));
        mutations.add(
                new Mutation(
                        "UPDATE partsupp SET ps_supplycost = ps_supplycost %s 3.17, ps_availqty = ps_availqty %s 4000 WHERE ps_partkey BETWEEN %d AND %d"
                                .formatted(back ? "-" : "+", back ? "-" : "+", own + 21, own + 60),
                        160));
        mutations.add(
                back
                        ? Mutation.one("DELETE FROM partsupp WHERE ps_partkey = " + newKey())
                        : Mutation.one(
                                "INSERT INTO part VALUES (%d, 'forest new', 'Manufacturer#1', 'Brand#12', 'SMALL BURNISHED BRASS', 15, 'SM BOX', 1000.50, 'new')"
                                        .formatted(newKey())));
        mutations.add(
                back
                        ? Mutation.one("DELETE FROM part WHERE p_partkey = " + newKey())
                        : Mutation.one(
                                "INSERT INTO partsupp VALUES (%d, %d, 9000, 0.50, 'new')"
                                        .formatted(newKey(), 1 + salt)));
        return mutations;
    }

    private List<Mutation> customers() {
        return List.of(
                new Mutation(
                        "UPDATE customer SET c_mktsegment = '%s' WHERE c_custkey %% 150 = %d"
                                .formatted(back ? "MACHINERY" : "BUILDING", salt * 3),
                        10),
                new Mutation(
                        "UPDATE customer SET c_acctbal = c_acctbal %s 2500.25, c_nationkey = %d WHERE c_custkey %% 50 = %d"
                                .formatted(back ? "-" : "+", back ? 6 : 7, salt),
                        30),
                back
                        ? Mutation.one("DELETE FROM customer WHERE c_custkey = " + newCustomer())
                        : Mutation.one(
                                "INSERT INTO customer VALUES (%d, 'new', 'here', %d, '13-000', 9999.99, 'BUILDING', 'new')"
                                        .formatted(newCustomer(), salt)));
    }

    /// An order for each of a few dates that the queries ask for, with three lines each; in the next round they go.
    private List<Mutation> newOrders() {
        if (back) {
            return List.of(
                    new Mutation(
                            "DELETE FROM lineitem WHERE l_orderkey BETWEEN %d AND %d"
                                    .formatted(newKey(), newKey() + 5),
                            18),
                    new Mutation(
                            "DELETE FROM orders WHERE o_orderkey BETWEEN %d AND %d"
                                    .formatted(newKey(), newKey() + 5),
                            6));
        }
        List<Mutation> mutations = new ArrayList<>();
        List<String> dates =
                List.of(
                        "1993-08-15",
                        "1993-11-01",
                        "1994-05-05",
                        "1995-03-01",
                        "1996-02-02",
                        "1995-09-09");
        for (int i = 0; i < dates.size(); i++) {
            int customer = 1 + (salt * 31 + i * 7) % 1499;
            mutations.add(
                    Mutation.one(
                            "UPDATE customer SET c_mktsegment = 'BUILDING' WHERE c_custkey = "
                                    + customer));
            mutations.add(
                    Mutation.one(
                            "INSERT INTO orders VALUES (%d, %d, 'F', %d, '%s', '1-URGENT', 'Clerk#1', 0, 'new')"
                                    .formatted(
                                            newKey() + i,
                                            customer,
                                            500_000 + round * 10 + i,
                                            dates.get(i))));
            mutations.add(
                    new Mutation(
                            String.format(
                                    Locale.ROOT,
                                    "INSERT INTO lineitem SELECT %d, ps_partkey, ps_suppkey, row_number() OVER (ORDER BY ps_partkey, ps_suppkey), 120, 300000 + ps_suppkey, 0.06, 0.02, 'R', 'F', date '%s' + 20, date '%s' + 25, date '%s' + 25 + ps_suppkey %% 10, 'DELIVER IN PERSON', 'MAIL', 'new' FROM partsupp WHERE ps_partkey = %d ORDER BY ps_suppkey LIMIT 3",
                                    newKey() + i,
                                    dates.get(i),
                                    dates.get(i),
                                    dates.get(i),
                                    1 + 100 * salt + 7 * i),
                            3));
        }
        return mutations;
    }

    /// Orders of the generator that are deleted for good, with all their lines.
    private List<Mutation> oldOrders() {
        String orders =
                "(SELECT o_orderkey FROM orders WHERE o_orderkey < %d ORDER BY o_orderkey OFFSET %d LIMIT 25)"
                        .formatted(FIRST_NEW, 40 * round);
        return List.of(
                Mutation.some("DELETE FROM lineitem WHERE l_orderkey IN " + orders, 25),
                new Mutation("DELETE FROM orders WHERE o_orderkey IN " + orders, 25));
    }

    /// Prices, discounts, dates and quantities.
    private List<Mutation> lines() {
        return List.of(
                Mutation.some(
                        "UPDATE lineitem SET l_discount = 0.10 - l_discount, l_extendedprice = l_extendedprice + 10.01 WHERE l_orderkey %% 61 = %d"
                                .formatted(round),
                        400),
                Mutation.some(
                        "UPDATE lineitem SET l_commitdate = l_receiptdate %s 1, l_shipmode = 'SHIP' WHERE l_orderkey %% 67 = %d"
                                .formatted(back ? "+" : "-", round),
                        400),
                Mutation.some(
                        "UPDATE lineitem SET l_quantity = 51 - l_quantity, l_shipmode = 'AIR' WHERE l_partkey %% 40 = %d"
                                .formatted(salt),
                        400),
                Mutation.some(
                        "UPDATE orders SET o_comment = '%s', o_orderstatus = 'F' WHERE o_custkey %% 53 = %d"
                                .formatted(back ? "special requests" : "ordinary", round),
                        100));
    }

    private int newKey() {
        return FIRST_NEW + 100 * salt;
    }

    /// One that no other statement's condition concerns.
    private int newCustomer() {
        return newKey() + 49;
    }
}
