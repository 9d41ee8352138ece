"""Hostile statements over MariaDB, by a user who may do everything: nothing changes, and the connection can be used afterwards."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.databases.mysql.server import Server
from value_index.database import Database

pytestmark = pytest.mark.databases

REFUSED = r"""
INSERT INTO farm VALUES (3, 'x', NULL, NULL, NULL)
INSERT INTO farm SELECT 9, 'x', NULL, NULL, NULL
REPLACE INTO farm VALUES (1, 'x', NULL, NULL, NULL)
UPDATE farm SET name = 'x'
DELETE FROM farm
TRUNCATE farm
DROP TABLE animal
DROP DATABASE farm
ALTER TABLE farm ADD COLUMN x int
RENAME TABLE farm TO x
CREATE TABLE x (i int)
CREATE TEMPORARY TABLE x (i int)
CREATE TABLE x AS SELECT 1
CREATE OR REPLACE VIEW heavy AS SELECT 1
CREATE INDEX i ON farm (name)
CREATE FUNCTION f() RETURNS int RETURN 1
CREATE FUNCTION sys_exec RETURNS int SONAME 'lib_mysqludf_sys.so'
CREATE EVENT e ON SCHEDULE EVERY 1 SECOND DO DELETE FROM farm.farm
CREATE USER evil
GRANT ALL ON *.* TO evil
SET PASSWORD = PASSWORD('x')
INSTALL PLUGIN x SONAME 'x.so'
INSTALL SONAME 'ha_connect'
LOAD DATA INFILE '/etc/passwd' INTO TABLE farm
LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE farm
LOAD XML INFILE '/etc/passwd' INTO TABLE farm
SELECT * FROM farm INTO OUTFILE 'OUT'
SELECT name INTO OUTFILE 'OUT' FROM farm
SELECT * FROM farm INTO DUMPFILE 'OUT'
SELECT name INTO @x FROM farm LIMIT 1
SELECT load_file('/etc/passwd')
SELECT LOAD_FILE ( '/etc/passwd' )
SELECT `load_file`('/etc/passwd')
SELECT sleep(20)
SELECT * FROM farm WHERE SLEEP(20) = 0
SELECT (SELECT sleep(20) FROM farm LIMIT 1)
SELECT benchmark(100000000, md5('x'))
SELECT get_lock('x', 20)
SELECT release_lock('x')
SELECT release_all_locks()
SELECT master_pos_wait('x', 1, 20)
SELECT nextval(counter)
SELECT NEXT VALUE FOR counter
SELECT setval(counter, 100)
SELECT @x := 1
SELECT touch()
SELECT farm.touch()
SELECT `farm`.`tired`()
SELECT tired()
SELECT * FROM farm FOR UPDATE
SELECT * FROM farm LOCK IN SHARE MODE
SELECT * FROM farm PROCEDURE ANALYSE()
SET GLOBAL general_log = 1
SET SESSION TRANSACTION READ WRITE
SET SESSION sql_mode = 'ANSI_QUOTES'
SET @x = 1
SET STATEMENT max_statement_time = 0 FOR SELECT 1
SET max_statement_time = 0
START TRANSACTION
BEGIN
COMMIT
ROLLBACK
XA START 'x'
LOCK TABLES farm WRITE
UNLOCK TABLES
FLUSH TABLES
FLUSH PRIVILEGES
RESET QUERY CACHE
HANDLER farm OPEN
DO sleep(20)
DO release_all_locks()
CALL mysql.x()
PREPARE p FROM 'DELETE FROM farm'
EXECUTE p
EXECUTE IMMEDIATE 'DELETE FROM farm'
KILL 1
SHUTDOWN
USE mysql
OPTIMIZE TABLE farm
ANALYZE TABLE farm
REPAIR TABLE farm
EXPLAIN DELETE FROM farm
SELECT 1; DELETE FROM farm
SELECT 1; SELECT 2
SELECT 1 /*! INTO OUTFILE 'OUT' */
SELECT 1 /*!50000 , sleep(20) */
SELECT 1 /*M! , sleep(20) */
/*! DELETE FROM farm */
SELECT 1 -- x
DELIMITER //
WITH x AS (SELECT sleep(20)) SELECT * FROM x
"""
STATEMENTS = [line for line in REFUSED.splitlines() if line and line != "SELECT 1 -- x"]
SLOW = (
    "SELECT count(*) FROM many a, many b, many c",
    "SELECT * FROM many a, many b, many c ORDER BY md5(concat(a.n, b.n, c.n))",
    "SELECT repeat(md5(a.word), 100000) FROM many a, many b ORDER BY 1",
)
HARMLESS = (
    "SELECT 'a; DELETE FROM farm' FROM farm -- INTO OUTFILE",
    "SELECT name /* sleep(20) */ FROM farm # FOR UPDATE",
    'SELECT "INTO OUTFILE" FROM farm',
    "SELECT `Mixed Case` FROM farm WHERE name IN ('x', 'Hill') AND (id) IN (1)",
    "WITH x (a) AS (SELECT id FROM farm) SELECT count(*) FROM x JOIN farm ON farm.id = x.a",
    "SELECT 'it''s', 'a\\'; DROP TABLE farm; -- ' FROM farm",
    "(SELECT name FROM farm) UNION (SELECT kind FROM animal)",
    "SELECT name FROM farm;",
)


def state(server: Server) -> list[object]:
    """Return all that a statement could have changed."""
    tables = [server.run(f"CHECKSUM TABLE farm.{name}") for name in ("farm", "animal", "Stall", "many")]
    return [
        *tables,
        server.run("SELECT table_schema, table_name FROM information_schema.tables ORDER BY 1, 2"),
        server.run("SELECT user, host FROM mysql.user ORDER BY 1, 2"),
        server.run("SELECT routine_name FROM information_schema.routines ORDER BY 1"),
        server.run("SELECT @@GLOBAL.general_log, @@GLOBAL.max_statement_time, @@GLOBAL.sql_mode"),
        server.run("SELECT next_not_cached_value FROM farm.counter"),
    ]


def busy(server: Server) -> list[object]:
    """Return the statements that run on the server, but for this one."""
    return server.run(
        "SELECT id, info FROM information_schema.processlist WHERE command = 'Query' AND id <> connection_id()"
    )


def settles(server: Server) -> bool:
    """Whether the server is soon at rest."""
    end = time.monotonic() + 5
    while busy(server) and time.monotonic() < end:
        time.sleep(0.05)
    return not busy(server)


def test_no_hostile_statement_changes_anything(farm: Database, server: Server, tmp_path: Path) -> None:
    assert len(STATEMENTS) >= 60
    out = Path("/tmp") / f"turnsql-{tmp_path.name}.out"
    before = state(server)
    for sql in STATEMENTS:
        started = time.monotonic()
        result = farm.execute(sql.replace("OUT'", f"{out}'"), deadline=2.0)
        assert result.outcome in ("refused", "error") and not result.rows, (sql, result)
        assert result.outcome == "refused", (sql, result)
        assert farm.check(sql, deadline=2.0).outcome == "refused", sql
        assert time.monotonic() - started < 10, sql
    assert farm.execute("SELECT count(*) FROM farm").rows == ((2,),)
    assert state(server) == before
    assert not out.exists()
    assert settles(server)


def test_the_session_itself_only_reads(farm_address: str) -> None:
    """What the guard lets through by mistake, the server refuses."""
    from pymysql import MySQLError

    from value_index.connection.address import Address
    from value_index.engines.mysql.session import Session

    session = Session(Address.parse(farm_address, {}))
    for sql in ("DELETE FROM animal", "SELECT touch()", "CREATE TABLE x (i int)", "DROP TABLE many"):
        with pytest.raises(MySQLError, match=r"READ.?ONLY"):
            session.rows(sql, 5.0)
    assert session.rows("SELECT count(*) FROM animal", 5.0) == [(2,)]
    session.close()


@pytest.mark.parametrize("sql", SLOW)
def test_a_slow_statement_is_stopped_on_the_server_too(sql: str, farm: Database, server: Server) -> None:
    started = time.monotonic()
    result = farm.execute(sql, deadline=0.5)
    assert result.outcome in ("timeout", "error"), result
    assert time.monotonic() - started < 10
    assert settles(server)
    assert farm.execute("SELECT count(*) FROM farm").rows == ((2,),)


@pytest.mark.parametrize("sql", HARMLESS)
def test_what_looks_hostile_and_is_not_runs(sql: str, farm: Database) -> None:
    result = farm.execute(sql)
    assert result.outcome == "rows", result
