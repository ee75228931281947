package io.pgtrickle.commander;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import io.pgtrickle.testsupport.Database;
import io.pgtrickle.testsupport.EmbeddedServer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Orders and equalities that PostgreSQL alone knows, through 20 rounds of changes: those of a column's collation, with a restart and
/// a SIGKILL, and those of the database's.
///
/// Where PostgreSQL itself may show any of several equal values, the queries show what these have in common.
final class ServerOrderIT {

    private static final int ROUNDS = 20;
    private static final int RESTART = 6;
    private static final int PROCESS = 11;
    private static final int KILL = 14;

    private static final String ICU = " COLLATE \"en-x-icu\"";
    private static final String LIBC = "en_US.utf8";

    /// Where a collation comes from.
    enum Origin {
        /// the column's: ICU's
        COLUMN(""),
        /// the database's: libc's
        DATABASE_LIBC("LOCALE '" + LIBC + "'"),
        /// the database's: ICU's, from PostgreSQL 15 on
        DATABASE_ICU("LOCALE_PROVIDER icu ICU_LOCALE 'en-US' LOCALE 'C'"),
        /// the database's: that of PostgreSQL's own provider, from 17 on
        DATABASE_BUILTIN("LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C'");

        private final String options;

        Origin(String options) {
            this.options = options;
        }

        Database create(int major) {
            EmbeddedServer server = EmbeddedServer.shared(major);
            return this == COLUMN ? server.createDatabase() : server.createDatabase(options);
        }

        /// As it is here.
        String text(String sql) {
            return this == COLUMN ? sql : sql.replace(ICU, "");
        }
    }

    private static final List<String> QUERIES =
            List.of(
                    // under ICU, or that of the database: equality is that of the bytes
                    "SELECT g, min(i) AS least, max(i) AS most FROM t GROUP BY g",
                    "SELECT id, i FROM t ORDER BY i DESC, id LIMIT 7",
                    "SELECT id, i FROM t ORDER BY i NULLS FIRST, id LIMIT 5 OFFSET 3",
                    "SELECT DISTINCT ON (g) g, i, id FROM t ORDER BY g, i, id",
                    "SELECT i, count(*) AS n FROM t GROUP BY i",
                    "SELECT id, rank() OVER (PARTITION BY g ORDER BY i) AS place, max(i) OVER (PARTITION BY g) AS most FROM t",
                    "SELECT g, string_agg(i, ',' ORDER BY i, id) AS all_i FROM t GROUP BY g",
                    "SELECT g, string_agg(DISTINCT i, ',' ORDER BY i) AS each_i FROM t GROUP BY g",
                    "SELECT g, array_agg(id ORDER BY i DESC, id) AS ids FROM t GROUP BY g",
                    "SELECT g, mode() WITHIN GROUP (ORDER BY i) AS m FROM t WHERE i IS NOT NULL GROUP BY g",
                    "SELECT g, percentile_disc(0.5) WITHIN GROUP (ORDER BY i) AS p, percentile_disc('{0.1,0.9}'::float8[]) WITHIN GROUP (ORDER BY i) AS ps FROM t GROUP BY g",
                    "SELECT g, rank('M') WITHIN GROUP (ORDER BY i) AS r FROM t GROUP BY g",
                    "SELECT id FROM t WHERE i < 'l' COLLATE \"en-x-icu\" OR i BETWEEN 'N' AND 'q'",
                    "SELECT id, greatest(i, 'm' COLLATE \"en-x-icu\") AS larger, least(i, 'k') AS less FROM t",
                    "SELECT a.id, b.id AS other FROM t a JOIN t b ON a.i = b.i AND a.id < b.id",
                    "SELECT g, max(x) AS most FROM (SELECT g, i || '-' || id AS x FROM t) s GROUP BY g",
                    "SELECT max(least) AS most FROM (SELECT min(i) AS least FROM t GROUP BY g) s",
                    "SELECT g, max(a) AS most FROM t GROUP BY g",
                    "SELECT id, a FROM t ORDER BY a, id LIMIT 6",
                    "SELECT id, rank() OVER (PARTITION BY g ORDER BY j) AS place FROM t",
                    "SELECT id, j FROM t ORDER BY j, id LIMIT 6",
                    "SELECT id, upper(i) AS u, lower(i) AS l, initcap(i) AS w, i ILIKE 'zÜ%' AS z FROM t",
                    // under a nondeterministic collation
                    "SELECT lower(nd) AS k, count(*) AS n, sum(id) AS s FROM t GROUP BY nd",
                    "SELECT lower(k) AS k FROM (SELECT DISTINCT nd AS k FROM t) s",
                    "SELECT g, count(DISTINCT nd) AS n, lower(max(nd)) AS most FROM t GROUP BY g",
                    "SELECT id, dense_rank() OVER (ORDER BY nd) AS r, count(*) OVER (PARTITION BY nd) AS n FROM t",
                    "SELECT a.id, b.id AS other FROM t a JOIN t b ON a.nd = b.nd AND a.id < b.id",
                    "SELECT a.id FROM t a LEFT JOIN t b ON b.nd = a.nd AND b.g = 1 WHERE b.id IS NULL",
                    "SELECT id FROM t WHERE nd IN (SELECT nd FROM t WHERE g = 2)",
                    "SELECT id FROM t WHERE nd = 'ZOE' OR nd IN ('ada', 'böB')",
                    "SELECT lower(nd) AS k FROM t WHERE g < 2 INTERSECT SELECT lower(nd) FROM t WHERE g > 1",
                    "SELECT lower(k) AS k FROM (SELECT nd AS k FROM t WHERE g < 2 EXCEPT SELECT nd FROM t WHERE g > 2) s",
                    "SELECT id, (SELECT string_agg(b.nd || a.nd, ',' ORDER BY b.id) FROM t b WHERE b.nd = a.nd AND b.g = 2) AS x FROM t a",
                    "SELECT a.id, l.x FROM t a LEFT JOIN LATERAL (SELECT a.nd || b.id AS x FROM t b WHERE b.nd >= a.nd ORDER BY b.nd, b.id LIMIT 1) l ON true",
                    "SELECT id, nd = ANY (SELECT nd FROM t b WHERE b.g = a.g - 1) AS x FROM t a",
                    "SELECT id FROM t a WHERE g = 3 OR EXISTS (SELECT FROM t b WHERE b.nd = a.nd AND b.id > a.id)",
                    // of extensions
                    "SELECT lower(c::text) AS k, count(*) AS n FROM t GROUP BY c",
                    "SELECT g, lower(min(c)::text) AS least, lower(max(d)::text) AS most FROM t GROUP BY g",
                    "SELECT id, dense_rank() OVER (ORDER BY c) AS r FROM t",
                    "SELECT lower(c::text) AS k FROM (SELECT c FROM t UNION SELECT d FROM t) s",
                    "SELECT a.id, b.id AS other FROM t a JOIN t b ON a.c = b.c AND a.id < b.id",
                    "SELECT h, count(*) AS n FROM t GROUP BY h",
                    "SELECT DISTINCT h FROM t",
                    "SELECT id, h FROM t ORDER BY h DESC, id LIMIT 5",
                    "SELECT g, count(DISTINCT d) AS n FROM t GROUP BY g",
                    // ranges of them, composites
                    "SELECT r, count(*) AS n FROM t GROUP BY r",
                    "SELECT id, r FROM t ORDER BY r, id LIMIT 5",
                    "SELECT id, p FROM t ORDER BY p DESC, id LIMIT 5");

    private static final List<String> WORDS =
            List.of(
                    "ada", "Ada", "ADA", "bob", "Bob", "böb", "BÖB", "zoe", "Zoe", "zoë", "Zürich",
                    "zurich", "élan", "Elan", "elan", "naïve", "naive", "co-op", "coop", "Coop",
                    "ñandú", "nandu", "", " ", "ß", "ss", "SS", "æ", "ae", "x1", "X1", "x 1", "𝒳");

    @TempDir private Path directory;

    @ParameterizedTest
    @CsvSource({
        "14, COLUMN",
        "18, COLUMN",
        "14, DATABASE_LIBC",
        "18, DATABASE_ICU",
        "18, DATABASE_BUILTIN"
    })
    void followsPostgresOwnOrder(int major, Origin origin) throws SQLException {
        if (origin == Origin.DATABASE_LIBC && !hasLibc(major)) {
            String reason = "server order: no locale " + LIBC + " of libc on this machine";
            System.out.println(reason);
            abort(reason);
        }
        long seed = Long.getLong("pgtrickle.seed", 42L);
        Random random = new Random(seed);
        Path state = directory.resolve("state");
        List<String> queries = new ArrayList<>();
        QUERIES.forEach(query -> queries.add(origin.text(query)));
        try (RunningSidecar it = RunningSidecar.on(origin.create(major), state)) {
            createTable(it, origin, queries);
            for (int id = 1; id <= 40; id++) {
                it.execute(insert(id, origin, random));
            }
            for (int i = 0; i < queries.size(); i++) {
                it.create("v" + i, queries.get(i));
                it.assertColumns("v" + i, queries.get(i));
            }
            int id = 40;
            SidecarProcess process = null;
            for (int round = 1; round <= ROUNDS; round++) {
                boolean stops = origin == Origin.COLUMN && (round == RESTART || round == PROCESS);
                if (stops) {
                    it.stop();
                }
                if (stops && round == PROCESS) {
                    process = SidecarProcess.start(it.database().uri(), state, it.slot());
                } else if (stops) {
                    it.startAgain();
                }
                for (int change = 0; change < 6; change++) {
                    it.execute(
                            insert(++id, origin, random),
                            update(origin, random, id),
                            delete(random, id));
                }
                if (process != null && round == KILL) {
                    process.kill();
                    process = null;
                    it.startAgain();
                }
                it.awaitSidecar();
                for (int i = 0; i < queries.size(); i++) {
                    it.assertFresh("v" + i, queries.get(i));
                }
            }
            String explanation =
                    it.value(
                            "SELECT string_agg(l, ' ') FROM pgtrickle.explain_view('SELECT max(i) FROM t') l");
            assertThat(explanation.contains("evaluated in PostgreSQL: order of text"))
                    .as(explanation)
                    .isEqualTo(origin != Origin.DATABASE_BUILTIN);
            System.out.println(
                    "server order: PostgreSQL "
                            + major
                            + ", collation of "
                            + origin
                            + ", seed "
                            + seed
                            + ": "
                            + queries.size()
                            + " queries × "
                            + ROUNDS
                            + " rounds, 0 differences");
        }
    }

    private static boolean hasLibc(int major) throws SQLException {
        try (Connection session = EmbeddedServer.shared(major).connect();
                Statement statement = session.createStatement();
                ResultSet row =
                        statement.executeQuery(
                                "SELECT FROM pg_collation WHERE collname = '" + LIBC + "'")) {
            return row.next();
        }
    }

    /// Adds the queries for which the machine must have a locale.
    private static void createTable(RunningSidecar it, Origin origin, List<String> queries)
            throws SQLException {
        it.execute(
                "CREATE EXTENSION citext",
                "CREATE EXTENSION hstore",
                "CREATE COLLATION ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false)",
                "CREATE DOMAIN tag AS citext CHECK (length(VALUE::text) < 40)",
                origin == Origin.COLUMN
                        ? "CREATE TYPE words AS RANGE (subtype = text, collation = \"en-x-icu\")"
                        : "CREATE TYPE words AS RANGE (subtype = text)",
                origin.text("CREATE TYPE pair AS (w text COLLATE \"en-x-icu\", n int)"),
                origin.text(
                        "CREATE TABLE t (id int PRIMARY KEY, g int, i text COLLATE \"en-x-icu\", nd text COLLATE ci,"
                                + " c citext, d tag, h hstore, a text[] COLLATE \"en-x-icu\", r words, p pair, j jsonb)"));
        if (!hasLibc(it.database().server().major())) {
            System.out.println(
                    "server order: no locale "
                            + LIBC
                            + " of libc on this machine: its queries are left out");
            return;
        }
        queries.add(
                "SELECT g, max(i COLLATE \"en_US.utf8\") AS most, min(i COLLATE \"en_US.utf8\") AS least FROM t GROUP BY g");
        queries.add("SELECT id FROM t ORDER BY i COLLATE \"en_US.utf8\", id LIMIT 9");
        queries.add(
                "SELECT id, i, rank() OVER (PARTITION BY g ORDER BY i COLLATE \"en_US.utf8\") AS place FROM t");
    }

    private static String insert(int id, Origin origin, Random random) {
        return "INSERT INTO t SELECT " + id + ", x.* FROM (" + origin.text(values(random)) + ") x";
    }

    private static String update(Origin origin, Random random, int last) {
        return "UPDATE t SET (g, i, nd, c, d, h, a, r, p, j) = ("
                + origin.text(values(random))
                + ") WHERE id = "
                + (1 + random.nextInt(last));
    }

    private static String delete(Random random, int last) {
        return "DELETE FROM t WHERE id = " + (1 + random.nextInt(last));
    }

    private static String values(Random random) {
        String low = word(random);
        return String.format(
                Locale.ROOT,
                "SELECT %d, %s, %s, %s::citext, %s::tag, hstore(%s, %s), ARRAY[%s, %s],"
                        + " words(least(%8$s COLLATE \"en-x-icu\", %9$s), greatest(%8$s COLLATE \"en-x-icu\", %9$s)), ROW(%s, %d)::pair, to_jsonb(%s::text)",
                random.nextInt(4),
                random.nextInt(9) == 0 ? "NULL" : word(random),
                random.nextInt(9) == 0 ? "NULL" : word(random),
                word(random),
                word(random),
                word(random),
                word(random),
                low,
                word(random),
                word(random),
                random.nextInt(3),
                word(random));
    }

    private static String word(Random random) {
        String word = WORDS.get(random.nextInt(WORDS.size()));
        return "'" + word + (random.nextInt(3) == 0 ? random.nextInt(20) : "") + "'";
    }
}
