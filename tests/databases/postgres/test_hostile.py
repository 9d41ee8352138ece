"""Hostile statements over PostgreSQL, by a superuser: nothing changes, and the connection can be used afterwards."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from tests.databases.postgres.server import Server
from value_index.database import Database

pytestmark = pytest.mark.databases

REFUSED = """
INSERT INTO farm VALUES (3, 'x', NULL, NULL, NULL)
UPDATE farm SET name = 'x'
DELETE FROM farm
TRUNCATE farm
MERGE INTO farm USING animal ON farm.id = animal.farm_id WHEN MATCHED THEN DELETE
DROP TABLE animal
ALTER TABLE farm ADD COLUMN x integer
CREATE TABLE x (i integer)
CREATE TEMP TABLE x (i integer)
CREATE TABLE x AS SELECT 1
SELECT * INTO x FROM farm
SELECT * INTO TEMP x FROM farm
CREATE OR REPLACE VIEW heavy AS SELECT 1
REFRESH MATERIALIZED VIEW light
CREATE INDEX i ON farm (name)
CREATE EXTENSION file_fdw
CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1'
CREATE ROLE evil SUPERUSER
GRANT ALL ON farm TO PUBLIC
COMMENT ON TABLE farm IS 'x'
WITH x AS (INSERT INTO farm VALUES (3, 'x', NULL, NULL, NULL) RETURNING id) SELECT * FROM x
WITH x AS (DELETE FROM animal RETURNING tag) SELECT * FROM x
WITH x AS (UPDATE farm SET name = 'x' RETURNING id) SELECT * FROM x
COPY farm TO '/tmp/out.csv'
COPY farm FROM '/etc/passwd'
COPY (SELECT 1) TO PROGRAM 'touch /tmp/pwned'
COPY farm FROM PROGRAM 'id'
COPY farm TO STDOUT
DO $$ BEGIN DELETE FROM farm; END $$
CALL touch()
SET ROLE postgres
SET SESSION AUTHORIZATION postgres
SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE
SET TRANSACTION READ WRITE
SET statement_timeout = 0
RESET ALL
DISCARD ALL
BEGIN
COMMIT
ROLLBACK
PREPARE p AS SELECT 1
EXECUTE p
DECLARE c CURSOR WITH HOLD FOR SELECT 1
LISTEN x
NOTIFY x
LOCK TABLE farm
VACUUM
ANALYZE
CHECKPOINT
CLUSTER
REINDEX TABLE farm
LOAD 'plpgsql'
ALTER SYSTEM SET work_mem = '1GB'
EXPLAIN ANALYZE DELETE FROM farm
SHOW ALL
SELECT * FROM farm FOR UPDATE
SELECT * FROM farm FOR SHARE
SELECT nextval('counter')
SELECT setval('counter', 9)
SELECT setseed(0.5)
SELECT set_config('statement_timeout', '0', false)
SELECT set_config('transaction_read_only', 'off', false)
SELECT pg_catalog.set_config('role', 'postgres', false)
SELECT "set_config"('role', 'postgres', false)
SELECT set_config /* here */ ('role', 'postgres', false)
SELECT U&"\\0073et_config"('role', 'postgres', false)
SELECT pg_advisory_lock(1)
SELECT pg_try_advisory_lock(1)
SELECT pg_advisory_xact_lock(1)
SELECT pg_sleep(60)
SELECT pg_sleep_for('1 minute')
SELECT * FROM farm WHERE id = 1 OR pg_sleep(60) IS NULL
SELECT pg_read_file('/etc/passwd')
SELECT pg_read_binary_file('/etc/passwd')
SELECT * FROM pg_ls_dir('/etc')
SELECT * FROM pg_stat_file('/etc/passwd')
SELECT * FROM pg_ls_logdir()
SELECT lo_import('/etc/passwd')
SELECT lo_export(1, '/tmp/out')
SELECT lo_create(0)
SELECT lo_from_bytea(0, 'x')
SELECT pg_terminate_backend(pg_backend_pid())
SELECT pg_cancel_backend(1)
SELECT pg_reload_conf()
SELECT pg_rotate_logfile()
SELECT pg_switch_wal()
SELECT pg_create_restore_point('x')
SELECT pg_logical_emit_message(false, 'a', 'b')
SELECT pg_export_snapshot()
SELECT pg_notify('x', 'y')
SELECT pg_stat_reset()
SELECT * FROM query_to_xml('DELETE FROM farm', true, false, '')
SELECT * FROM ts_stat('DELETE FROM farm RETURNING name')
SELECT * FROM dblink('dbname=farm', 'DELETE FROM farm RETURNING 1') AS t (x integer)
SELECT dblink_connect('x', 'dbname=farm')
SELECT dblink_exec('dbname=farm', 'DROP TABLE animal')
SELECT pg_file_write('/tmp/out', 'x', false)
SELECT touch()
SELECT quiet()
SELECT * FROM pg_authid
SELECT rolname, rolpassword FROM pg_catalog.pg_authid
SELECT * FROM pg_shadow
SELECT * FROM pg_hba_file_rules
SELECT * FROM pg_file_settings
SELECT * FROM "pg_user_mapping"
SELECT * FROM pg_largeobject
SELECT 1; DROP TABLE animal
SELECT 1; SELECT 2
SELECT 1; COMMIT; DROP TABLE animal
""".strip().splitlines()
FAILED = """
SELECT (
SELECT * FROM '/etc/passwd'
SELECT * FROM nosuch
SELECT $1
SELECT 1/0
SELECT 'a'::integer
SELECT * FROM farm WHERE name = 1
SELECT 'unended
SELECT $a$ unended
SELECT /* unended
SELECT "unended
WITH x AS (SELECT 1) DELETE FROM farm

-- nothing
/* nothing */
;
""".strip("\n").split("\n")
SLOW = """
SELECT count(*) FROM generate_series(1, 1000000000) AS a
SELECT count(*) FROM generate_series(1, 100000) AS a, generate_series(1, 100000) AS b
WITH RECURSIVE t (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t
SELECT count(*) FROM generate_series(1, 100000000) AS a WHERE repeat(a::text, 100) ~ '(1+)+2(3+)+4'
SELECT a FROM generate_series(1, 1000000000) AS a ORDER BY md5(a::text)
SELECT sum(a::numeric ^ 5000) FROM generate_series(1, 1000000) AS a
""".strip().splitlines()
STATE = """
SELECT (SELECT md5(string_agg(f::text, ',')) FROM farm f), (SELECT md5(string_agg(a::text, ',')) FROM animal a),
  (SELECT count(*) FROM pg_class), (SELECT count(*) FROM pg_proc), (SELECT count(*) FROM pg_authid),
  (SELECT last_value FROM counter), (SELECT count(*) FROM pg_largeobject_metadata), obj_description('farm'::regclass),
  (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'), (SELECT setting FROM pg_settings WHERE name = 'work_mem')
"""


@pytest.fixture
def state(server: Server) -> Callable[[], object]:
    """What the server holds, as its owner sees it."""

    def read() -> tuple[object, ...] | None:
        with server.connect("farm") as connection:
            return connection.execute(STATE).fetchone()

    return read


def test_no_hostile_statement_changes_anything(farm: Database, state: Callable[[], object]) -> None:
    before, wrong = state(), []
    for sql in (*REFUSED, *FAILED):
        started = time.monotonic()
        result = farm.execute(sql, deadline=3.0)
        wanted = "refused" if sql in REFUSED else "error"
        if result.outcome != wanted or time.monotonic() - started > 3.5 or not result.message or "\n" in result.message:
            wrong.append((sql, result.outcome, result.message))
        assert farm.execute("SELECT count(*) FROM farm").rows == ((2,),), sql
    assert wrong == [], "\n".join(map(str, wrong))
    assert state() == before
    assert len(REFUSED) + len(FAILED) > 60


@pytest.mark.parametrize("sql", SLOW)
def test_a_slow_statement_is_stopped_on_the_server_too(sql: str, farm: Database, server: Server) -> None:
    started = time.monotonic()
    result = farm.execute(sql, deadline=0.5)
    assert result.outcome == "timeout" and time.monotonic() - started < 10
    assert farm.execute("SELECT 1").rows == ((1,),)
    assert busy(server) == 0


def test_a_lock_that_others_hold_is_waited_for_until_the_deadline(farm: Database, server: Server) -> None:
    with server.connect("farm") as other:
        other.execute("BEGIN; LOCK TABLE farm IN ACCESS EXCLUSIVE MODE")
        assert farm.execute("SELECT * FROM farm", deadline=0.3).outcome == "timeout"
        other.execute("ROLLBACK")
    assert farm.execute("SELECT count(*) FROM farm").rows == ((2,),)


def test_a_check_refuses_and_compiles_as_running_does_but_runs_nothing(farm: Database) -> None:
    assert farm.check("SELECT count(*) FROM generate_series(1, 1000000000)").outcome == "checked"
    assert farm.check("SELECT nosuch FROM farm").outcome == "error"
    assert farm.check("DELETE FROM farm").outcome == "refused"


def test_what_looks_hostile_and_is_not_runs(farm: Database) -> None:
    harmless = """
    SELECT 'DROP TABLE farm; -- pg_sleep(1)'
    SELECT $q$ DELETE FROM farm; $q$ AS pg_sleep
    SELECT name AS "nextval" FROM farm
    (SELECT 1) UNION (SELECT 2);
    VALUES (1), (2)
    TABLE farm
    WITH t AS (SELECT * FROM farm) SELECT * FROM t -- the end
    /* pg_read_file('x') /* nested */ */ SELECT 1
    SELECT random() < 2, now(), clock_timestamp() IS NULL, current_user
    SELECT * FROM farm TABLESAMPLE SYSTEM (100)
    SELECT E'it\\'s; (', 'a'
    """
    for sql in harmless.strip().splitlines():
        assert farm.execute(sql.strip()).outcome == "rows", sql


def busy(server: Server) -> int:
    """Return how many of our statements still run on the server; a loaded machine may take a while to end one."""
    counted = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'turnsql' AND state <> 'idle'"
    end = time.monotonic() + 5.0
    with server.connect() as connection:
        while (found := connection.execute(counted).fetchone()) and found[0] and time.monotonic() < end:
            time.sleep(0.1)
    return found[0] if found else -1
