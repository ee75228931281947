-- Continues tables.sql, in its transaction and under its settings.

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
    IF EXISTS (SELECT FROM pgtrickle.view v
                WHERE v.status NOT IN ('running', 'error', 'paused', 'needs_attention')
                  AND v.relation IS NOT NULL AND (_applied.relation IS NULL OR v.relation = _applied.relation)) THEN
        -- being rebuilt: its group goes on without it
        reached := false;
        RETURN;
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
           concat_ws('; ',
               CASE WHEN v.relation IS NULL
                    THEN concat_ws(': ', format('%I.%I', v.schema_name, v.view_name), nullif(v.message, ''))
                    WHEN n.id IS NULL THEN v.message
                    ELSE nullif(v.message, '') END,
               CASE WHEN n.id IS NOT NULL
                    THEN concat_ws(', ', 'being altered: ' || n.status,
                                   format('%s of about %s rows', n.rows_populated, n.rows_estimated), nullif(n.message, '')) END),
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
      LEFT JOIN pgtrickle.view n ON n.replaces = v.id
     WHERE v.replaces IS NULL AND pgtrickle._may_see(v.relation, v.created_by)
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
        'explain', token, 'pid', pg_backend_pid(), 'query', query,
        'settings', pgtrickle._settings() || jsonb_build_object('search_path', search_path))::text;
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
    IF name_or_query OPERATOR(pg_catalog.~) '^\s*("[^"]*"|[^\s"().]+)(\.("[^"]*"|[^\s"().]+))*\s*$' THEN
        -- a name, not a query
        PERFORM pgtrickle._raise(
            '42P01', pg_catalog.format('view "%s" does not exist', name_or_query), 'PGT-131', 'See pgtrickle.list_views().');
    END IF;
    token := pgtrickle._ask(name_or_query, pgtrickle._search_path());
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
