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

-- Who calls, and who answers.

-- The role whose rights count: after SET ROLE that one, which current_user doesn't tell in here. Nobody can forge it.
CREATE OR REPLACE FUNCTION pgtrickle._caller() RETURNS name
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $f$
    SELECT CASE current_setting('role') WHEN 'none' THEN session_user ELSE current_setting('role')::name END
$f$;

-- Whether the caller is a member of the role that owns pgtrickle.
CREATE OR REPLACE FUNCTION pgtrickle._is_operator() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $f$
    SELECT pg_has_role(pgtrickle._caller(), n.nspowner, 'MEMBER') FROM pg_namespace n WHERE n.nspname = 'pgtrickle'
$f$;

-- NULL while a sidecar serves this database; otherwise since when not, as text. The lock is that of the sidecar's session, so that
-- its death shows at once; while its heart beats the costly look at pg_locks is spared.
CREATE OR REPLACE FUNCTION pgtrickle._absence(trust interval) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $f$
DECLARE
    seen record;
    known boolean;
BEGIN
    SELECT s.heartbeat, s.stopped_at, clock_timestamp() - s.heartbeat AS age INTO seen FROM pgtrickle.sidecar s;
    known := FOUND;
    IF NOT known THEN
        RETURN 'none has ever been seen';
    ELSIF seen.stopped_at IS NOT NULL THEN
        RETURN 'it was stopped at ' || to_char(seen.stopped_at, 'YYYY-MM-DD HH24:MI:SS TZ');
    ELSIF seen.age < trust THEN
        RETURN NULL;
    ELSIF seen.age < interval '15 s' AND EXISTS (
            SELECT FROM pg_locks l
             WHERE l.locktype = 'advisory' AND l.classid = 1886680180 AND l.objid = 1 AND l.objsubid = 2 AND l.granted
               AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())) THEN
        RETURN NULL;
    END IF;
    RETURN 'it has not been seen since ' || to_char(seen.heartbeat, 'YYYY-MM-DD HH24:MI:SS TZ');
END
$f$;

-- Raises the error for an absent sidecar.
CREATE OR REPLACE FUNCTION pgtrickle._require_sidecar() RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $f$
DECLARE
    absence text := pgtrickle._absence(interval '0');
BEGIN
    IF absence IS NOT NULL THEN
        RAISE EXCEPTION 'no pgtrickle sidecar serves database "%": %', current_database(), absence
            USING ERRCODE = '55000', DETAIL = 'PGT-203',
                  HINT = format('Start it: pgtrickle run --url postgresql://.../%s', current_database());
    END IF;
END
$f$;

-- Raises the error for a server or transaction that can't take commands.
CREATE OR REPLACE FUNCTION pgtrickle._require_writable() RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $f$
BEGIN
    IF pg_is_in_recovery() THEN
        RAISE EXCEPTION 'this server is a standby, which takes no pgtrickle commands'
            USING ERRCODE = '25006', HINT = 'Connect to the primary.';
    ELSIF current_setting('transaction_read_only') = 'on' THEN
        RAISE EXCEPTION 'a read-only transaction takes no pgtrickle commands'
            USING ERRCODE = '25006', HINT = 'SET default_transaction_read_only = off, or START TRANSACTION READ WRITE.';
    END IF;
END
$f$;

-- Commands.

-- The caller's settings on which the meaning of a query depends.
CREATE OR REPLACE FUNCTION pgtrickle._settings() RETURNS jsonb
LANGUAGE sql STABLE AS $f$
    SELECT pg_catalog.jsonb_build_object(
        'search_path', pg_catalog.current_setting('search_path'),
        'TimeZone', pg_catalog.current_setting('TimeZone'),
        'DateStyle', pg_catalog.current_setting('DateStyle'),
        'IntervalStyle', pg_catalog.current_setting('IntervalStyle'),
        'lc_monetary', pg_catalog.current_setting('lc_monetary'),
        'extra_float_digits', pg_catalog.current_setting('extra_float_digits'),
        'bytea_output', pg_catalog.current_setting('bytea_output'),
        'default_text_search_config', pg_catalog.current_setting('default_text_search_config'))
$f$;

-- Queues a command: a row, which alone is believed, and a message that points at it from its place in the stream.
CREATE OR REPLACE FUNCTION pgtrickle._submit(kind text, arguments jsonb, settings jsonb) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $f$
DECLARE
    me name := pgtrickle._caller();
    ticket bigint;
BEGIN
    PERFORM pgtrickle._require_writable();
    IF kind IS NULL OR kind NOT IN ('create_view', 'drop_view', 'verify_snapshot')
            OR jsonb_typeof(arguments) IS DISTINCT FROM 'object' OR jsonb_typeof(settings) IS DISTINCT FROM 'object' THEN
        RAISE EXCEPTION 'not a pgtrickle command' USING ERRCODE = '22023', DETAIL = 'PGT-141';
    ELSIF octet_length(arguments::text) > 1048576 OR octet_length(settings::text) > 65536 THEN
        RAISE EXCEPTION 'a pgtrickle command of more than 1 MB' USING ERRCODE = '54000', DETAIL = 'PGT-141';
    END IF;
    PERFORM pgtrickle._require_sidecar();
    IF (SELECT count(*) FROM pgtrickle.command c
         WHERE c.state IN ('submitted', 'running') AND c.caller = me) >= 1000 THEN
        RAISE EXCEPTION 'role "%" has 1000 unfinished pgtrickle commands', me
            USING ERRCODE = '54000', DETAIL = 'PGT-141', HINT = 'Wait for some of them.';
    END IF;
    INSERT INTO pgtrickle.command (kind, arguments, caller, session_user_name, settings, xid)
    VALUES (kind, arguments, me, session_user, settings, pg_current_xact_id())
    RETURNING id INTO ticket;
    PERFORM pg_logical_emit_message(true, 'pgtrickle', 'command:' || ticket);
    RETURN ticket;
END
$f$;

-- A command of the caller's, or any to an operator.
CREATE OR REPLACE FUNCTION pgtrickle._answer(
    ticket bigint, OUT state text, OUT sqlstate text, OUT message text, OUT detail text, OUT hint text, OUT result jsonb,
    OUT is_own_transaction boolean, OUT absence text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $f$
DECLARE
    me name := pgtrickle._caller();
BEGIN
    SELECT c.state, c.sqlstate, c.message, c.detail, c.hint, c.result,
           coalesce(c.xid = pg_current_xact_id_if_assigned(), false),
           CASE WHEN c.state IN ('submitted', 'running') THEN pgtrickle._absence(interval '3 s') END
      INTO state, sqlstate, message, detail, hint, result, is_own_transaction, absence
      FROM pgtrickle.command c
     WHERE c.id = ticket AND (c.caller = me OR pgtrickle._is_operator());
    IF NOT FOUND THEN
        RAISE EXCEPTION 'command % does not exist', ticket USING ERRCODE = '42704', DETAIL = 'PGT-131';
    END IF;
END
$f$;

-- A function is always atomic: its error's text, whatever the language, is that of a COMMIT in a transaction block.
CREATE OR REPLACE FUNCTION pgtrickle._probe() RETURNS void
LANGUAGE plpgsql AS $f$
BEGIN
    COMMIT;
END
$f$;

-- Whether the caller of a procedure is in a transaction block, so that it can't COMMIT. In a block of its own, which can't be
-- committed anyhow, COMMIT says why it can't.
CREATE OR REPLACE PROCEDURE pgtrickle._detect_block(INOUT is_block boolean)
LANGUAGE plpgsql AS $p$
DECLARE
    expected pg_catalog.text;
    told pg_catalog.text;
BEGIN
    BEGIN
        PERFORM pgtrickle._probe();
    EXCEPTION WHEN invalid_transaction_termination THEN
        expected := SQLERRM;
    END;
    BEGIN
        COMMIT;
    EXCEPTION WHEN invalid_transaction_termination THEN
        told := SQLERRM;
    END;
    is_block := expected OPERATOR(pg_catalog.=) told;
END
$p$;

-- Raises a command's error.
CREATE OR REPLACE FUNCTION pgtrickle._raise(sqlstate text, message text, detail text, hint text) RETURNS void
LANGUAGE plpgsql AS $f$
BEGIN
    IF hint IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = COALESCE(sqlstate, 'XX000'), MESSAGE = COALESCE(message, 'unknown error'),
            DETAIL = COALESCE(detail, 'PGT-499');
    END IF;
    RAISE EXCEPTION USING ERRCODE = COALESCE(sqlstate, 'XX000'), MESSAGE = COALESCE(message, 'unknown error'),
        DETAIL = COALESCE(detail, 'PGT-499'), HINT = hint;
END
$f$;

-- Waits for a command that was submitted, committing between two looks: each sees afresh, and neither a snapshot nor a
-- transaction id is held for long. In a transaction block the looks alone must do.
CREATE OR REPLACE PROCEDURE pgtrickle._await(ticket bigint, timeout interval, is_block boolean, INOUT result jsonb)
LANGUAGE plpgsql AS $p$
DECLARE
    answer pg_catalog.record;
    started timestamp with time zone := pg_catalog.clock_timestamp();
    pause double precision := 0.002;
BEGIN
    LOOP
        IF NOT is_block THEN
            COMMIT;
        END IF;
        SELECT * INTO answer FROM pgtrickle._answer(ticket);
        IF answer.state OPERATOR(pg_catalog.=) 'done' THEN
            result := answer.result;
            RETURN;
        ELSIF answer.state OPERATOR(pg_catalog.=) 'failed' THEN
            PERFORM pgtrickle._raise(answer.sqlstate, answer.message, answer.detail, answer.hint);
        ELSIF answer.state OPERATOR(pg_catalog.=) 'cancelled' THEN
            PERFORM pgtrickle._raise(
                '57014', pg_catalog.format('command %s was cancelled', ticket), 'PGT-160', NULL);
        ELSIF answer.is_own_transaction THEN
            PERFORM pgtrickle._raise(
                '55000', pg_catalog.format('command %s runs when this transaction commits', ticket), 'PGT-141',
                'Commit first.');
        ELSIF answer.absence IS NOT NULL THEN
            PERFORM pgtrickle._raise(
                '55000',
                pg_catalog.format('the pgtrickle sidecar went away: %s', answer.absence),
                'PGT-203',
                pg_catalog.format('Command %s stays queued and runs when a sidecar is back: CALL pgtrickle.wait_for_command(%s), or CALL pgtrickle.cancel_command(%s).',
                    ticket, ticket, ticket));
        ELSIF timeout IS NOT NULL
                AND (pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) started) OPERATOR(pg_catalog.>) timeout THEN
            PERFORM pgtrickle._raise(
                '57014', pg_catalog.format('command %s is still %s', ticket, answer.state), 'PGT-160',
                pg_catalog.format('It goes on: CALL pgtrickle.wait_for_command(%s).', ticket));
        END IF;
        IF NOT is_block THEN
            COMMIT;
        END IF;
        PERFORM pg_catalog.pg_sleep(pause);
        pause := LEAST(pause OPERATOR(pg_catalog.*) 1.5::pg_catalog.float8, 0.05::pg_catalog.float8);
    END LOOP;
END
$p$;

-- Submits a command and waits for its result; in a transaction block it is queued only.
CREATE OR REPLACE PROCEDURE pgtrickle._request(
    kind text, arguments jsonb, INOUT result jsonb, timeout interval DEFAULT NULL)
LANGUAGE plpgsql AS $p$
DECLARE
    is_block boolean;
    ticket bigint;
BEGIN
    CALL pgtrickle._detect_block(is_block);
    ticket := pgtrickle._submit(kind, arguments, pgtrickle._settings());
    result := NULL;
    IF is_block THEN
        RAISE NOTICE 'queued as command %: it runs when this transaction commits', ticket
            USING HINT = pg_catalog.format('Afterwards: CALL pgtrickle.wait_for_command(%s)', ticket);
        RETURN;
    END IF;
    CALL pgtrickle._await(ticket, timeout, false, result);
END
$p$;

CREATE OR REPLACE PROCEDURE pgtrickle.create_view(
    name text, query text, block boolean DEFAULT true, if_not_exists boolean DEFAULT false,
    or_replace boolean DEFAULT false, use_existing_table boolean DEFAULT false, view_group text DEFAULT 'default',
    timeout interval DEFAULT NULL)
LANGUAGE plpgsql AS $p$
DECLARE
    result pg_catalog.jsonb;
BEGIN
    CALL pgtrickle._request(
        'create_view',
        pg_catalog.jsonb_build_object(
            'name', name, 'query', query, 'block', block, 'if_not_exists', if_not_exists, 'or_replace', or_replace,
            'use_existing_table', use_existing_table, 'view_group', view_group),
        result,
        timeout);
END
$p$;

CREATE OR REPLACE PROCEDURE pgtrickle.drop_view(
    name text, if_exists boolean DEFAULT false, cascade boolean DEFAULT false)
LANGUAGE plpgsql AS $p$
DECLARE
    result pg_catalog.jsonb;
BEGIN
    CALL pgtrickle._request(
        'drop_view',
        pg_catalog.jsonb_build_object('name', name, 'if_exists', if_exists, 'cascade', cascade),
        result,
        NULL);
END
$p$;

CREATE OR REPLACE PROCEDURE pgtrickle.wait_for_command(ticket bigint, timeout interval DEFAULT NULL)
LANGUAGE plpgsql AS $p$
DECLARE
    is_block boolean;
    result pg_catalog.jsonb;
BEGIN
    CALL pgtrickle._detect_block(is_block);
    IF is_block THEN
        PERFORM pgtrickle._require_fresh_snapshots();
    END IF;
    CALL pgtrickle._await(ticket, timeout, is_block, result);
END
$p$;

-- Raises an error where one snapshot lasts for the transaction, so that waiting for others' commits would be for ever.
CREATE OR REPLACE FUNCTION pgtrickle._require_fresh_snapshots() RETURNS void
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $f$
BEGIN
    IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') THEN
        RAISE EXCEPTION 'a % transaction cannot wait for other transactions', upper(current_setting('transaction_isolation'))
            USING ERRCODE = '55000', DETAIL = 'PGT-141',
                  HINT = 'Wait before the transaction begins, or use READ COMMITTED.';
    END IF;
END
$f$;

CREATE OR REPLACE FUNCTION pgtrickle.command_status(ticket bigint)
RETURNS TABLE (kind text, state text, sqlstate text, message text, detail text, hint text, result jsonb,
               submitted_at timestamptz, finished_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $f$
    SELECT c.kind, c.state, c.sqlstate, c.message, c.detail, c.hint, c.result, c.submitted_at, c.finished_at
      FROM pgtrickle.command c
     WHERE c.id = ticket AND (c.caller = pgtrickle._caller() OR pgtrickle._is_operator())
$f$;

CREATE OR REPLACE FUNCTION pgtrickle._cancel(ticket bigint) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $f$
DECLARE
    now_in text;
BEGIN
    PERFORM pgtrickle._require_writable();
    UPDATE pgtrickle.command c SET state = 'cancelled', finished_at = clock_timestamp()
     WHERE c.id = ticket AND c.state = 'submitted' AND (c.caller = pgtrickle._caller() OR pgtrickle._is_operator());
    IF NOT FOUND THEN
        now_in := (pgtrickle._answer(ticket)).state;
        RAISE EXCEPTION 'command % is %', ticket, now_in
            USING ERRCODE = '55000', DETAIL = 'PGT-141',
                  HINT = CASE now_in WHEN 'running' THEN 'Drop the view that it makes.' ELSE 'It has ended.' END;
    END IF;
END
$f$;

CREATE OR REPLACE PROCEDURE pgtrickle.cancel_command(ticket bigint)
LANGUAGE plpgsql AS $p$
BEGIN
    PERFORM pgtrickle._cancel(ticket);
END
$p$;

-- Reading your own writes.

-- Whether everything up to a position is in the views, and which position isn't yet beyond it. Views that have stopped don't count.
CREATE OR REPLACE FUNCTION pgtrickle._applied(target pg_lsn, relation oid, OUT reached boolean, OUT applied pg_lsn)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $f$
DECLARE
    stopped record;
BEGIN
    IF relation IS NOT NULL THEN
        SELECT v.status INTO stopped FROM pgtrickle.view v WHERE v.relation = _applied.relation;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'table "%" is not a view of pgtrickle', relation::regclass
                USING ERRCODE = '42P01', DETAIL = 'PGT-131';
        ELSIF stopped.status IN ('error', 'paused', 'needs_attention') THEN
            RAISE EXCEPTION 'view "%" does not follow its sources: its status is "%"', relation::regclass, stopped.status
                USING ERRCODE = '55000', DETAIL = 'PGT-141', HINT = 'See pgtrickle.list_views().';
        END IF;
    END IF;
    SELECT min(p.lsn) INTO applied
      FROM pgtrickle.progress p
     WHERE EXISTS (SELECT FROM pgtrickle.view v
                    WHERE v.group_name = p.group_name AND v.status NOT IN ('error', 'paused', 'needs_attention')
                      AND v.relation IS NOT NULL AND (_applied.relation IS NULL OR v.relation = _applied.relation));
    reached := applied IS NULL OR applied >= target;
END
$f$;

-- Makes the stream bring something, so that an idle database's position moves.
CREATE OR REPLACE FUNCTION pgtrickle._wake() RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $f$
    SELECT pg_logical_emit_message(true, 'pgtrickle', 'wake')
$f$;

CREATE OR REPLACE FUNCTION pgtrickle._current_lsn() RETURNS pg_lsn
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $f$
BEGIN
    IF pg_is_in_recovery() THEN
        RAISE EXCEPTION 'this server is a standby, on which nothing can be waited for'
            USING ERRCODE = '25006', HINT = 'Connect to the primary.';
    END IF;
    RETURN pg_current_wal_insert_lsn();
END
$f$;

-- Raises the error for a sidecar that is away, or for a position that wasn't reached in time.
CREATE OR REPLACE FUNCTION pgtrickle._check_wait(
    target pg_lsn, applied pg_lsn, started timestamptz, timeout interval) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $f$
BEGIN
    IF pgtrickle._absence(interval '3 s') IS NOT NULL THEN
        PERFORM pgtrickle._require_sidecar();
    END IF;
    IF clock_timestamp() - started > timeout THEN
        RAISE EXCEPTION 'the views have not reached % within %', target, timeout
            USING ERRCODE = '57014', DETAIL = format('They are at %s.', applied),
                  HINT = 'See lag_bytes in pgtrickle.list_views().';
    END IF;
END
$f$;

CREATE OR REPLACE PROCEDURE pgtrickle.wait_for_lsn(
    lsn pg_lsn DEFAULT NULL, timeout interval DEFAULT '30s', view_name text DEFAULT NULL)
LANGUAGE plpgsql AS $p$
DECLARE
    target pg_catalog.pg_lsn := COALESCE(lsn, pgtrickle._current_lsn());
    relation pg_catalog.oid;
    progress pg_catalog.record;
    is_block boolean;
    started timestamp with time zone := pg_catalog.clock_timestamp();
    pause double precision := 0.0005;
BEGIN
    IF view_name IS NOT NULL THEN
        relation := pg_catalog.to_regclass(view_name);
        IF relation IS NULL THEN
            PERFORM pgtrickle._raise(
                '42P01', pg_catalog.format('view "%s" does not exist', view_name), 'PGT-131', NULL);
        END IF;
    END IF;
    SELECT * INTO progress FROM pgtrickle._applied(target, relation);
    IF progress.reached THEN
        RETURN;
    END IF;
    PERFORM pgtrickle._require_sidecar();
    CALL pgtrickle._detect_block(is_block);
    IF is_block THEN
        PERFORM pgtrickle._require_fresh_snapshots();
    ELSE
        PERFORM pgtrickle._wake();
        COMMIT;
    END IF;
    LOOP
        SELECT * INTO progress FROM pgtrickle._applied(target, relation);
        IF progress.reached THEN
            RETURN;
        END IF;
        PERFORM pgtrickle._check_wait(target, progress.applied, started, timeout);
        IF NOT is_block THEN
            COMMIT;
        END IF;
        PERFORM pg_catalog.pg_sleep(pause);
        pause := LEAST(pause OPERATOR(pg_catalog.*) 1.3::pg_catalog.float8, 0.02::pg_catalog.float8);
    END LOOP;
END
$p$;

-- Looking at views.

CREATE OR REPLACE FUNCTION pgtrickle._may_see(relation oid, created_by name) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $f$
    SELECT pgtrickle._is_operator()
        OR coalesce(has_table_privilege(pgtrickle._caller(), relation, 'SELECT'), false)
        OR EXISTS (SELECT FROM pg_roles r
                    WHERE r.rolname = created_by AND pg_has_role(pgtrickle._caller(), r.oid, 'USAGE'))
$f$;

-- Bytes of log since a position, which can be a little ahead of what is written; NULL for no position.
CREATE OR REPLACE FUNCTION pgtrickle._bytes_behind(lsn pg_lsn) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $f$
    SELECT greatest(d.bytes, 0)::bigint
      FROM (SELECT pg_wal_lsn_diff(
                CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END, lsn)) d(bytes)
     WHERE d.bytes IS NOT NULL
$f$;

-- A view that is still being populated has no table yet: its view_name is NULL, and the message begins with its name.
CREATE OR REPLACE FUNCTION pgtrickle.list_views()
RETURNS TABLE (view_name regclass, status text, message text, query text, view_group text, unique_key text[],
               applied_lsn pg_lsn, lag_bytes bigint, latency interval, changes_received bigint, changes_applied bigint,
               rows_populated bigint, rows_estimated bigint, state_bytes bigint, created_at timestamptz,
               last_change_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $f$
    SELECT v.relation::regclass,
           v.status,
           CASE WHEN v.relation IS NULL
                THEN concat_ws(': ', format('%I.%I', v.schema_name, v.view_name), nullif(v.message, ''))
                ELSE v.message END,
           v.query,
           v.group_name,
           v.unique_key,
           p.lsn,
           pgtrickle._bytes_behind(p.lsn),
           make_interval(secs => s.latency_ms / 1000),
           coalesce(s.changes_received, 0),
           coalesce(s.changes_applied, 0),
           v.rows_populated,
           v.rows_estimated,
           coalesce(s.state_bytes, 0),
           v.created_at,
           v.last_change_at
      FROM pgtrickle.view v
      LEFT JOIN pgtrickle.progress p ON p.group_name = v.group_name AND v.relation IS NOT NULL
      LEFT JOIN pgtrickle.view_statistics s ON s.view_id = v.id
     WHERE pgtrickle._may_see(v.relation, v.created_by)
     ORDER BY v.schema_name, v.view_name
$f$;

CREATE OR REPLACE FUNCTION pgtrickle.sidecar_status()
RETURNS TABLE (state text, version text, instance uuid, "position" pg_lsn, lag_bytes bigint, slot text, publication text,
               memory_bytes bigint, uptime interval, started_at timestamptz, heartbeat timestamptz,
               stopped_at timestamptz, last_error text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $f$
    SELECT CASE WHEN s.stopped_at IS NOT NULL THEN 'stopped'
                WHEN pgtrickle._absence(interval '0') IS NULL THEN 'streaming'
                ELSE 'absent' END,
           s.version,
           s.instance,
           s."position",
           pgtrickle._bytes_behind(s."position"),
           s.slot,
           s.publication,
           s.memory_bytes,
           coalesce(s.stopped_at, clock_timestamp()) - s.started_at,
           s.started_at,
           s.heartbeat,
           s.stopped_at,
           CASE WHEN pgtrickle._is_operator() OR pg_has_role(pgtrickle._caller(), 'pg_monitor', 'USAGE')
                THEN s.last_error END
      FROM pgtrickle.sidecar s
$f$;

-- Explaining, out of a transaction that may not be committed.

CREATE OR REPLACE FUNCTION pgtrickle._stored_explanation(relation oid) RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $f$
    SELECT v.explanation FROM pgtrickle.view v
     WHERE v.relation = _stored_explanation.relation AND pgtrickle._may_see(v.relation, v.created_by)
$f$;

-- Asks the sidecar by a message that isn't bound to the transaction. It takes the role from the backend that the message
-- names, not from the message.
CREATE OR REPLACE FUNCTION pgtrickle._ask(query text, search_path text) RETURNS uuid
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $f$
DECLARE
    token uuid := gen_random_uuid();
    content text := json_build_object(
        'explain', token, 'pid', pg_backend_pid(), 'query', query, 'search_path', search_path)::text;
BEGIN
    IF pg_is_in_recovery() THEN
        RAISE EXCEPTION 'this server is a standby, on which nothing can be explained'
            USING ERRCODE = '25006', HINT = 'Connect to the primary.';
    ELSIF octet_length(content) > 1048576 THEN
        RAISE EXCEPTION 'a query of more than 1 MB' USING ERRCODE = '54000', DETAIL = 'PGT-141';
    END IF;
    PERFORM pgtrickle._require_fresh_snapshots();
    PERFORM pgtrickle._require_sidecar();
    IF current_setting('server_version_num')::integer >= 170000 THEN
        EXECUTE 'SELECT pg_logical_emit_message(false, ''pgtrickle'', $1, true)' USING content;
    ELSE
        -- flushed by the sidecar's next heartbeat
        PERFORM pg_logical_emit_message(false, 'pgtrickle', content);
    END IF;
    RETURN token;
END
$f$;

-- The answer to this backend, once.
CREATE OR REPLACE FUNCTION pgtrickle._told(
    token uuid, OUT lines text[], OUT sqlstate text, OUT message text, OUT detail text, OUT hint text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $f$
BEGIN
    SELECT e.lines, e.sqlstate, e.message, e.detail, e.hint INTO lines, sqlstate, message, detail, hint
      FROM pgtrickle.explanation e WHERE e.token = _told.token AND e.pid = pg_backend_pid();
    IF FOUND AND current_setting('transaction_read_only') = 'off' THEN
        DELETE FROM pgtrickle.explanation e
         WHERE e.token = _told.token OR e.answered_at < clock_timestamp() - interval '1 min';
    END IF;
END
$f$;

CREATE OR REPLACE FUNCTION pgtrickle.explain_view(name_or_query text) RETURNS TABLE (line text)
LANGUAGE plpgsql VOLATILE AS $f$
DECLARE
    relation pg_catalog.oid;
    stored pg_catalog.text[];
    token pg_catalog.uuid;
    told pg_catalog.record;
    started timestamp with time zone := pg_catalog.clock_timestamp();
    pause double precision := 0.002;
BEGIN
    BEGIN
        relation := pg_catalog.to_regclass(name_or_query);
    EXCEPTION WHEN OTHERS THEN
        -- no name, so a query
        relation := NULL;
    END;
    IF relation IS NOT NULL THEN
        stored := pgtrickle._stored_explanation(relation);
        IF stored IS NOT NULL THEN
            RETURN QUERY SELECT l.l FROM pg_catalog.unnest(stored) AS l(l);
            RETURN;
        END IF;
    END IF;
    token := pgtrickle._ask(name_or_query, pg_catalog.current_setting('search_path'));
    LOOP
        SELECT * INTO told FROM pgtrickle._told(token);
        IF told.message IS NOT NULL THEN
            line := pg_catalog.concat('refused: ', told.message);
            RETURN NEXT;
            line := pg_catalog.concat('reason: ', told.detail, ', SQLSTATE ', told.sqlstate);
            RETURN NEXT;
            IF told.hint IS NOT NULL THEN
                line := pg_catalog.concat('hint: ', told.hint);
                RETURN NEXT;
            END IF;
            RETURN;
        ELSIF told.lines IS NOT NULL THEN
            RETURN QUERY SELECT l.l FROM pg_catalog.unnest(told.lines) AS l(l);
            RETURN;
        ELSIF (pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) started)
                OPERATOR(pg_catalog.>) '10 s'::pg_catalog.interval THEN
            PERFORM pgtrickle._require_sidecar();
            PERFORM pgtrickle._raise(
                '57014', 'the sidecar has not answered within 10 seconds', 'PGT-160', 'See pgtrickle.sidecar_status().');
        END IF;
        PERFORM pg_catalog.pg_sleep(pause);
        pause := LEAST(pause OPERATOR(pg_catalog.*) 1.5::pg_catalog.float8, 0.05::pg_catalog.float8);
    END LOOP;
END
$f$;

-- Privileges: everybody may call, nobody may touch the tables.

REVOKE ALL ON ALL TABLES IN SCHEMA pgtrickle FROM PUBLIC;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA pgtrickle FROM PUBLIC;
REVOKE ALL ON ALL ROUTINES IN SCHEMA pgtrickle FROM PUBLIC;
REVOKE ALL ON SCHEMA pgtrickle FROM PUBLIC;
GRANT USAGE ON SCHEMA pgtrickle TO PUBLIC;
GRANT EXECUTE ON PROCEDURE
    pgtrickle.create_view(text, text, boolean, boolean, boolean, boolean, text, interval),
    pgtrickle.drop_view(text, boolean, boolean),
    pgtrickle.wait_for_lsn(pg_lsn, interval, text),
    pgtrickle.wait_for_command(bigint, interval),
    pgtrickle.cancel_command(bigint),
    pgtrickle._request(text, jsonb, jsonb, interval),
    pgtrickle._await(bigint, interval, boolean, jsonb),
    pgtrickle._detect_block(boolean)
TO PUBLIC;
GRANT EXECUTE ON FUNCTION
    pgtrickle.list_views(),
    pgtrickle.explain_view(text),
    pgtrickle.sidecar_status(),
    pgtrickle.command_status(bigint),
    pgtrickle._probe(),
    pgtrickle._settings(),
    pgtrickle._raise(text, text, text, text),
    pgtrickle._submit(text, jsonb, jsonb),
    pgtrickle._answer(bigint),
    pgtrickle._cancel(bigint),
    pgtrickle._require_sidecar(),
    pgtrickle._require_fresh_snapshots(),
    pgtrickle._applied(pg_lsn, oid),
    pgtrickle._wake(),
    pgtrickle._current_lsn(),
    pgtrickle._check_wait(pg_lsn, pg_lsn, timestamptz, interval),
    pgtrickle._stored_explanation(oid),
    pgtrickle._ask(text, text),
    pgtrickle._told(uuid)
TO PUBLIC;
