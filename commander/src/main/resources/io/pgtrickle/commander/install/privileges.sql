-- Continues tables.sql, in its transaction and under its settings.

-- Privileges: everybody may call, nobody may touch the tables.

REVOKE ALL ON ALL TABLES IN SCHEMA pgtrickle FROM PUBLIC;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA pgtrickle FROM PUBLIC;
REVOKE ALL ON ALL ROUTINES IN SCHEMA pgtrickle FROM PUBLIC;
REVOKE ALL ON SCHEMA pgtrickle FROM PUBLIC;
GRANT USAGE ON SCHEMA pgtrickle TO PUBLIC;
GRANT EXECUTE ON PROCEDURE
    pgtrickle.create_view(text, text, boolean, boolean, boolean, boolean, text, interval),
    pgtrickle.alter_view(text, text, interval),
    pgtrickle.rename_view(text, text),
    pgtrickle.drop_view(text, boolean, boolean),
    pgtrickle.pause_view(text),
    pgtrickle.resume_view(text, interval),
    pgtrickle.rebuild_view(text, interval),
    pgtrickle.move_view(text, text, interval),
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
    pgtrickle._search_path(),
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
