-- Removes pgtrickle's objects. Result tables stay as ordinary tables with the content that they have.
-- Run it in one transaction, as the role that installed them.

SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL client_min_messages = warning;

DROP SCHEMA IF EXISTS pgtrickle CASCADE;
