-- pgtrickle's objects in a database. Run it in one transaction, as the role that the sidecar logs in with; it may be run
-- again, and nothing is lost. PostgreSQL 14 to 18, no superuser.
--
-- Who calls is found out in SECURITY DEFINER functions, whose search path is fixed. Procedures can't have either, or they
-- couldn't COMMIT: in them, and in functions that must see the caller's search path, every name is qualified, every operator
-- is written as OPERATOR(pg_catalog.=), and nothing is used that looks an operator up by name (IN, BETWEEN, simple CASE).

SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL client_min_messages = warning;
SET LOCAL check_function_bodies = on;

DO $do$
DECLARE
    owner name;
    installed integer;
BEGIN
    SELECT r.rolname INTO owner
      FROM pg_namespace n JOIN pg_roles r ON r.oid = n.nspowner WHERE n.nspname = 'pgtrickle';
    IF NOT FOUND THEN
        CREATE SCHEMA pgtrickle;
    ELSIF NOT pg_has_role(owner, 'USAGE') THEN
        RAISE EXCEPTION 'schema "pgtrickle" belongs to role "%"', owner
            USING ERRCODE = '42501', HINT = 'log in as that role, or uninstall and install again';
    END IF;
    IF to_regclass('pgtrickle.installation') IS NOT NULL THEN
        EXECUTE 'SELECT max(version) FROM pgtrickle.installation' INTO installed;
        IF installed > 1 THEN
            RAISE EXCEPTION 'the SQL objects have version %, newer than this program''s 1', installed
                USING ERRCODE = '55000', HINT = 'use the newer program';
        END IF;
    END IF;
END
$do$;

COMMENT ON SCHEMA pgtrickle IS 'pgtrickle: results of queries, kept fresh';

-- Tables. Each has a primary key, so that a publication FOR ALL TABLES doesn't stop our own updates.

CREATE TABLE IF NOT EXISTS pgtrickle.installation (
    version integer PRIMARY KEY,
    installed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE IF NOT EXISTS pgtrickle.command (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL,
    arguments jsonb NOT NULL,
    caller name NOT NULL,
    session_user_name name NOT NULL,
    settings jsonb NOT NULL,
    xid xid8 NOT NULL,
    state text NOT NULL DEFAULT 'submitted'
        CHECK (state IN ('submitted', 'running', 'done', 'failed', 'cancelled')),
    sqlstate text,
    message text,
    detail text,
    hint text,
    result jsonb,
    submitted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    finished_at timestamptz
);
CREATE INDEX IF NOT EXISTS command_unfinished ON pgtrickle.command (id) WHERE state IN ('submitted', 'running');

CREATE TABLE IF NOT EXISTS pgtrickle.view (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    schema_name text NOT NULL,
    view_name text NOT NULL,
    relation oid UNIQUE,
    query text NOT NULL,
    tree text NOT NULL,
    output jsonb NOT NULL,
    settings jsonb NOT NULL,
    group_name text NOT NULL DEFAULT 'default',
    status text NOT NULL DEFAULT 'accepted',
    message text NOT NULL DEFAULT '',
    unique_key text[] NOT NULL DEFAULT '{}',
    created_by name NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    joined_lsn pg_lsn,
    rows_populated bigint NOT NULL DEFAULT 0,
    rows_estimated bigint NOT NULL DEFAULT 0,
    explanation text[] NOT NULL DEFAULT '{}',
    last_change_at timestamptz,
    UNIQUE (schema_name, view_name)
);

-- A view that is being built to take another one's place: not shown, and without a name of its own.
ALTER TABLE pgtrickle.view
    ADD COLUMN IF NOT EXISTS replaces bigint UNIQUE REFERENCES pgtrickle.view ON DELETE CASCADE;

CREATE TABLE IF NOT EXISTS pgtrickle.view_statistics (
    view_id bigint PRIMARY KEY REFERENCES pgtrickle.view ON DELETE CASCADE,
    changes_received bigint NOT NULL DEFAULT 0,
    changes_applied bigint NOT NULL DEFAULT 0,
    state_bytes bigint NOT NULL DEFAULT 0,
    latency_ms double precision
);

-- Where each group stands: written in the transaction that writes its views.
CREATE TABLE IF NOT EXISTS pgtrickle.progress (
    group_name text PRIMARY KEY,
    lsn pg_lsn NOT NULL,
    epoch bigint NOT NULL,
    written_at timestamptz
) WITH (fillfactor = 50);

-- At most one row: the sidecar that serves this database, or served it last.
CREATE TABLE IF NOT EXISTS pgtrickle.sidecar (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    instance uuid NOT NULL,
    epoch bigint NOT NULL,
    version text NOT NULL,
    started_at timestamptz NOT NULL,
    heartbeat timestamptz NOT NULL,
    stopped_at timestamptz,
    slot text,
    publication text,
    "position" pg_lsn,
    memory_bytes bigint,
    last_error text
) WITH (fillfactor = 50);

-- Memberships of the publication whose writers have been waited for, so that the stream brings everything that isn't in the
-- table since. The oid is that in pg_publication_rel.
CREATE TABLE IF NOT EXISTS pgtrickle.published (
    membership oid PRIMARY KEY,
    publication oid NOT NULL,
    relation oid NOT NULL,
    waited_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Answers to explain_view, read once by the backend that asked.
CREATE UNLOGGED TABLE IF NOT EXISTS pgtrickle.explanation (
    token uuid PRIMARY KEY,
    pid integer NOT NULL,
    lines text[],
    sqlstate text,
    message text,
    detail text,
    hint text,
    answered_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

INSERT INTO pgtrickle.installation (version) VALUES (1) ON CONFLICT DO NOTHING;
