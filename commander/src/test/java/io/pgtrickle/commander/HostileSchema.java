package io.pgtrickle.commander;

/// A schema that stands before `pg_catalog` in a victim's search path: its operators, functions and types betray whoever
/// uses them without naming their schema.
final class HostileSchema {

    static final String SQL =
            """
            CREATE SCHEMA evil;
            GRANT USAGE ON SCHEMA evil TO PUBLIC;
            DO $do$
            DECLARE
                t text;
                f text;
                op text;
            BEGIN
                FOREACH t IN ARRAY ARRAY['text', 'integer', 'bigint', 'float8', 'timestamptz', 'interval', 'pg_lsn', 'boolean',
                                         'oid', 'name', 'jsonb', 'uuid'] LOOP
                    EXECUTE format('CREATE FUNCTION evil.trap(%1$s, %1$s) RETURNS boolean LANGUAGE plpgsql AS '
                        || '$t$ BEGIN RAISE EXCEPTION ''trapped by an operator on %1$s''; END $t$', t);
                    FOREACH op IN ARRAY ARRAY['=', '<', '>', '<=', '>=', '<>', '-', '+', '*', '||'] LOOP
                        EXECUTE format('CREATE OPERATOR evil.%s (FUNCTION = evil.trap, LEFTARG = %2$s, RIGHTARG = %2$s)', op, t);
                    END LOOP;
                END LOOP;
                EXECUTE 'CREATE FUNCTION evil.trap(timestamptz, interval) RETURNS boolean LANGUAGE plpgsql AS '
                    || '$t$ BEGIN RAISE EXCEPTION ''trapped by timestamptz - interval''; END $t$';
                EXECUTE 'CREATE OPERATOR evil.- (FUNCTION = evil.trap, LEFTARG = timestamptz, RIGHTARG = interval)';
                FOR f IN
                    SELECT format('CREATE FUNCTION evil.%I(%s) RETURNS %s LANGUAGE plpgsql AS '
                                  || '$t$ BEGIN RAISE EXCEPTION %L; END $t$',
                                  p.proname, pg_get_function_identity_arguments(p.oid), format_type(p.prorettype, NULL),
                                  'trapped by function ' || p.proname)
                      FROM pg_proc p
                     WHERE p.pronamespace = 'pg_catalog'::regnamespace AND NOT p.proretset AND p.provariadic = 0
                       AND p.proname IN ('clock_timestamp', 'pg_sleep', 'format', 'concat', 'current_setting', 'to_regclass',
                                         'pg_backend_pid', 'jsonb_build_object', 'gen_random_uuid', 'upper', 'now')
                LOOP
                    EXECUTE f;
                END LOOP;
            END
            $do$;
            CREATE DOMAIN evil.text AS pg_catalog.int4;
            CREATE DOMAIN evil.jsonb AS pg_catalog.int4;
            CREATE DOMAIN evil.record AS pg_catalog.int4;
            CREATE DOMAIN evil.pg_lsn AS pg_catalog.int4;
            CREATE DOMAIN evil.uuid AS pg_catalog.int4;
            CREATE DOMAIN evil.oid AS pg_catalog.bool;
            CREATE DOMAIN evil.name AS pg_catalog.int4;
            CREATE DOMAIN evil.float8 AS pg_catalog.bool;
            CREATE TABLE evil.command (id integer);
            CREATE TABLE evil.pg_class (oid integer);
            """;

    private HostileSchema() {}
}
