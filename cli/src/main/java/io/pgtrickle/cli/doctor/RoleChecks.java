package io.pgtrickle.cli.doctor;

import io.pgtrickle.cli.console.Database;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.postgres.Quoting;
import io.pgtrickle.postgres.ReplicationProbe;
import io.pgtrickle.postgres.ServerAddress;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// What the role and its way to the server must be like.
final class RoleChecks {

    /// Statements after which a pooler would have shown itself.
    private static final int POOLER_PROBES = 5;

    private RoleChecks() {}

    static List<Finding> run(Database database, ServerAddress address) throws SQLException {
        List<Finding> findings = new ArrayList<>();
        String role = database.text("SELECT current_user");
        findings.add(replication(address, role));
        findings.add(createOnDatabase(database, role));
        findings.add(createInSchema(database, role));
        findings.add(sources(database, role));
        findings.add(pooler(database));
        findings.add(emitMessage(database));
        return findings;
    }

    /// Really opens one: `rolreplication` is false on services that grant the right in another way.
    private static Finding replication(ServerAddress address, String role) {
        try {
            ReplicationProbe.run(address);
            return Finding.ok(
                    "replication", "role \"" + role + "\" can open a replication session");
        } catch (PgtrickleException e) {
            return Finding.wrong(
                    "replication",
                    e.messageText(),
                    "ALTER ROLE "
                            + Quoting.identifier(role)
                            + " REPLICATION; -- and allow it in pg_hba.conf; managed services have a role or a setting for it");
        }
    }

    private static Finding createOnDatabase(Database database, String role) throws SQLException {
        String name = database.text("SELECT current_database()");
        boolean may =
                database.text("SELECT has_database_privilege(current_database(), 'CREATE')")
                        .equals("t");
        return Finding.of(
                may,
                "create on database",
                may ? "granted" : "role \"" + role + "\" may not create schemas and publications",
                "GRANT CREATE ON DATABASE "
                        + Quoting.identifier(name)
                        + " TO "
                        + Quoting.identifier(role)
                        + ";");
    }

    /// In the schema that a view without one would be made in.
    private static Finding createInSchema(Database database, String role) throws SQLException {
        String denied =
                database.text(
                        "SELECT quote_ident(s.name) FROM unnest(current_schemas(false)) WITH ORDINALITY AS s(name, place)"
                                + " WHERE s.name <> 'pgtrickle' AND NOT has_schema_privilege(s.name, 'CREATE')"
                                + " ORDER BY s.place LIMIT 1");
        return denied.isEmpty()
                ? Finding.ok("create in schema", "granted")
                : Finding.advice(
                        "create in schema",
                        "role \"" + role + "\" can't make views in schema " + denied,
                        "GRANT USAGE, CREATE ON SCHEMA "
                                + denied
                                + " TO "
                                + Quoting.identifier(role)
                                + "; -- and on each other schema that views are made in");
    }

    /// PostgreSQL lets only a table's owner publish it.
    private static Finding sources(Database database, String role) throws SQLException {
        String owners =
                database.text(
                        "SELECT string_agg(DISTINCT quote_ident(pg_get_userbyid(c.relowner)), ', ') FROM pg_class AS c"
                                + " JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p')"
                                + " AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'"
                                + " AND NOT pg_has_role(c.relowner, 'USAGE')");
        return owners.isEmpty()
                ? Finding.ok("tables", "every table can be published")
                : Finding.advice(
                        "tables",
                        "those of " + owners + " can't be published by role \"" + role + "\"",
                        "GRANT "
                                + owners
                                + " TO "
                                + Quoting.identifier(role)
                                + "; -- only the owners of tables that views read");
    }

    /// Behind a pooler statements of one session reach several backends.
    private static Finding pooler(Database database) throws SQLException {
        Set<String> backends = new HashSet<>();
        for (int i = 0; i < POOLER_PROBES; i++) {
            backends.add(database.text("SELECT pg_backend_pid()"));
        }
        return Finding.of(
                backends.size() == 1,
                "pooler",
                backends.size() == 1 ? "none" : "a pooler stands between",
                "Give the server's own address: replication doesn't pass through poolers.");
    }

    private static Finding emitMessage(Database database) throws SQLException {
        String function =
                database.text(
                        "SELECT p.oid::regprocedure FROM pg_proc AS p"
                                + " WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.proname = 'pg_logical_emit_message'"
                                + " AND (p.proacl IS NULL OR EXISTS (SELECT FROM aclexplode(p.proacl) AS a WHERE a.grantee = 0))"
                                + " LIMIT 1");
        return function.isEmpty()
                ? Finding.ok("pg_logical_emit_message", "not for everybody")
                : Finding.advice(
                        "pg_logical_emit_message",
                        "any login may send messages of up to 1 GB into the stream",
                        "REVOKE EXECUTE ON FUNCTION "
                                + function
                                + " FROM PUBLIC; -- and GRANT it to the sidecar's role");
    }
}
