-- Continues tables.sql, in its transaction and under its settings.

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

-- The caller's search path. Our schema isn't on it, though "$user" means it to a role of the name pgtrickle: then it is given as
-- the schemas that it stands for, without ours.
CREATE OR REPLACE FUNCTION pgtrickle._search_path() RETURNS text
LANGUAGE sql STABLE AS $f$
    SELECT CASE WHEN 'pgtrickle' OPERATOR(pg_catalog.=) ANY (pg_catalog.current_schemas(false))
                THEN COALESCE((SELECT pg_catalog.string_agg(pg_catalog.quote_ident(s.name), ', ' ORDER BY s.place)
                                 FROM pg_catalog.unnest(pg_catalog.current_schemas(false)) WITH ORDINALITY AS s(name, place)
                                WHERE s.name OPERATOR(pg_catalog.<>) 'pgtrickle'), '')
                ELSE pg_catalog.current_setting('search_path') END
$f$;

-- The caller's settings on which the meaning of a query depends.
CREATE OR REPLACE FUNCTION pgtrickle._settings() RETURNS jsonb
LANGUAGE sql STABLE AS $f$
    SELECT pg_catalog.jsonb_build_object(
        'search_path', pgtrickle._search_path(),
        'TimeZone', pg_catalog.current_setting('TimeZone'),
        'DateStyle', pg_catalog.current_setting('DateStyle'),
        'IntervalStyle', pg_catalog.current_setting('IntervalStyle'),
        'timezone_abbreviations', pg_catalog.current_setting('timezone_abbreviations'),
        'lc_monetary', pg_catalog.current_setting('lc_monetary'),
        'lc_numeric', pg_catalog.current_setting('lc_numeric'),
        'lc_time', pg_catalog.current_setting('lc_time'),
        'xmlbinary', pg_catalog.current_setting('xmlbinary'),
        'xmloption', pg_catalog.current_setting('xmloption'),
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
    IF kind IS NULL
            OR kind NOT IN ('create_view', 'alter_view', 'rename_view', 'drop_view', 'pause_view', 'resume_view', 'rebuild_view', 'move_view',
                            'verify_snapshot')
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
    -- a variable, so that the CONTEXT of an error stays short
    arguments pg_catalog.jsonb := pg_catalog.jsonb_build_object(
        'name', name, 'query', query, 'block', block, 'if_not_exists', if_not_exists, 'or_replace', or_replace,
        'use_existing_table', use_existing_table, 'view_group', view_group);
    result pg_catalog.jsonb;
BEGIN
    CALL pgtrickle._request('create_view', arguments, result, timeout);
END
$p$;

CREATE OR REPLACE PROCEDURE pgtrickle.drop_view(
    name text, if_exists boolean DEFAULT false, cascade boolean DEFAULT false)
LANGUAGE plpgsql AS $p$
DECLARE
    arguments pg_catalog.jsonb := pg_catalog.jsonb_build_object('name', name, 'if_exists', if_exists, 'cascade', cascade);
    result pg_catalog.jsonb;
BEGIN
    CALL pgtrickle._request('drop_view', arguments, result, NULL);
END
$p$;

-- Builds the new result beside the old one and exchanges them in one transaction: readers see one or the other.
CREATE OR REPLACE PROCEDURE pgtrickle.alter_view(name text, query text, timeout interval DEFAULT NULL)
LANGUAGE plpgsql AS $p$
DECLARE
    arguments pg_catalog.jsonb := pg_catalog.jsonb_build_object('name', name, 'query', query);
    result pg_catalog.jsonb;
BEGIN
    CALL pgtrickle._request('alter_view', arguments, result, timeout);
END
$p$;

CREATE OR REPLACE PROCEDURE pgtrickle.rename_view(name text, new_name text)
LANGUAGE plpgsql AS $p$
DECLARE
    arguments pg_catalog.jsonb := pg_catalog.jsonb_build_object('name', name, 'new_name', new_name);
    result pg_catalog.jsonb;
BEGIN
    CALL pgtrickle._request('rename_view', arguments, result, NULL);
END
$p$;

-- The table keeps its content until the view is resumed.
CREATE OR REPLACE PROCEDURE pgtrickle.pause_view(name text)
LANGUAGE plpgsql AS $p$
DECLARE
    arguments pg_catalog.jsonb := pg_catalog.jsonb_build_object('name', name);
    result pg_catalog.jsonb;
BEGIN
    CALL pgtrickle._request('pause_view', arguments, result, NULL);
END
$p$;

-- Returns when the view has caught up: its table gets the difference.
CREATE OR REPLACE PROCEDURE pgtrickle.resume_view(name text, timeout interval DEFAULT NULL)
LANGUAGE plpgsql AS $p$
DECLARE
    arguments pg_catalog.jsonb := pg_catalog.jsonb_build_object('name', name);
    result pg_catalog.jsonb;
BEGIN
    CALL pgtrickle._request('resume_view', arguments, result, timeout);
END
$p$;

-- Reads the sources again and gives the table the difference, while readers keep the old content.
CREATE OR REPLACE PROCEDURE pgtrickle.rebuild_view(name text, timeout interval DEFAULT NULL)
LANGUAGE plpgsql AS $p$
DECLARE
    arguments pg_catalog.jsonb := pg_catalog.jsonb_build_object('name', name);
    result pg_catalog.jsonb;
BEGIN
    CALL pgtrickle._request('rebuild_view', arguments, result, timeout);
END
$p$;

-- Returns when the view has joined the other group: its table gets the difference.
CREATE OR REPLACE PROCEDURE pgtrickle.move_view(name text, view_group text, timeout interval DEFAULT NULL)
LANGUAGE plpgsql AS $p$
DECLARE
    arguments pg_catalog.jsonb := pg_catalog.jsonb_build_object('name', name, 'view_group', view_group);
    result pg_catalog.jsonb;
BEGIN
    CALL pgtrickle._request('move_view', arguments, result, timeout);
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
