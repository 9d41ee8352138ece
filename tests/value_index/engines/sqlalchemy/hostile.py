"""Statements that an engine of which nothing is known must not see, and others that look like them and may run.

They are over the farm of tests/databases/firebird: tables farm, animal, heavy and many.
"""

from __future__ import annotations

_REFUSED = r"""
INSERT INTO farm VALUES (3, 'x', NULL, NULL, NULL)
INSERT INTO farm SELECT 9, 'x', NULL, NULL, NULL FROM farm
UPDATE OR INSERT INTO farm (id, name) VALUES (1, 'x')
MERGE INTO farm USING animal ON farm.id = animal.tag WHEN MATCHED THEN DELETE
UPDATE farm SET name = 'x'
DELETE FROM farm
REPLACE INTO farm VALUES (1)
TRUNCATE TABLE farm
DROP TABLE many
DROP DATABASE
ALTER TABLE farm ADD x INTEGER
RECREATE TABLE farm (x INTEGER)
CREATE TABLE x (i INTEGER)
CREATE GLOBAL TEMPORARY TABLE x (i INTEGER)
CREATE OR ALTER VIEW heavy AS SELECT 1 AS a FROM farm
CREATE INDEX i ON farm (name)
CREATE USER evil PASSWORD 'x'
CREATE SHADOW 1 'OUT'
CREATE EXTERNAL FUNCTION f() RETURNS int
GRANT ALL ON farm TO PUBLIC
REVOKE ALL ON farm FROM PUBLIC
COMMENT ON TABLE farm IS 'x'
EXECUTE BLOCK AS BEGIN DELETE FROM farm; END
EXECUTE PROCEDURE wipe
EXECUTE IMMEDIATE 'DELETE FROM farm'
EXEC xp_cmdshell 'ls'
CALL wipe()
SELECT * FROM wipe
SELECT gone FROM farm, wipe
SELECT gone FROM farm JOIN wipe ON 1 = 1
SELECT gone FROM farm LEFT JOIN (wipe w JOIN many ON 1 = 1) ON 1 = 1
SELECT (SELECT gone FROM wipe) FROM farm
SELECT name FROM farm WHERE id IN (SELECT gone FROM wipe)
SELECT coalesce((SELECT gone FROM "WIPE"), 1) FROM farm
WITH x AS (SELECT gone FROM wipe) SELECT * FROM x
SELECT * FROM wipe()
SELECT * FROM farm, LATERAL (SELECT * FROM wipe)
SELECT touch() FROM farm
SELECT farm.touch() FROM farm
SELECT "TOUCH"() FROM farm
SELECT name FROM farm WHERE touch() = 1
SELECT gen_id(counter, 1) FROM farm
SELECT NEXT VALUE FOR counter FROM farm
SELECT counter.nextval FROM farm
SELECT counter."NEXTVAL" FROM farm
SELECT rdb$set_context('USER_SESSION', 'x', '1') FROM farm
SELECT rdb$get_context('SYSTEM', 'DB_NAME') FROM farm
SELECT * FROM rdb$database
SELECT * FROM mon$attachments
SELECT * FROM sec$users
SELECT * FROM information_schema.tables
SELECT pg_sleep(20) FROM farm
SELECT sleep(20) FROM farm
SELECT dbms_lock.sleep(20) FROM farm
SELECT utl_http.request('http://x') FROM farm
SELECT pg_read_file('/etc/passwd') FROM farm
SELECT load_file('/etc/passwd') FROM farm
SELECT * FROM openrowset('x', 'y', 'z')
SELECT * FROM read_csv('/etc/passwd')
SELECT * FROM farm INTO OUTFILE 'OUT'
SELECT name INTO x FROM farm
SELECT * FROM farm FOR UPDATE
SELECT * FROM farm WITH LOCK
SELECT * FROM farm FOR SHARE
WITH x AS (DELETE FROM farm RETURNING id) SELECT * FROM x
WITH x AS (INSERT INTO farm VALUES (7) RETURNING id) SELECT * FROM x
SET TRANSACTION READ WRITE
SET ROLE evil
SET TERM !!
COMMIT
ROLLBACK
SAVEPOINT x
DECLARE EXTERNAL FUNCTION f
ATTACH DATABASE 'OUT' AS x
COPY farm TO 'OUT'
INSTALL httpfs
PRAGMA writable_schema = 1
BACKUP DATABASE x TO 'OUT'
SHUTDOWN
KILL 1
USE mysql
LOCK TABLE farm
DO sleep(20)
BEGIN
SELECT 1 FROM farm; DELETE FROM farm
SELECT 1 FROM farm; SELECT 2 FROM farm
SELECT 'a\'' FROM farm, wipe WHERE name = '
SELECT q'[']' FROM farm, wipe WHERE name = '
SELECT name --wipe
SELECT name /*! , sleep(20) */ FROM farm
SELECT name /*+ x */ FROM farm
EXPLAIN DELETE FROM farm
"""
REFUSED = tuple(line for line in _REFUSED.splitlines() if line)
HARMLESS = (
    "SELECT 'a; DELETE FROM farm' FROM farm -- INTO OUTFILE",
    "SELECT name /* sleep(20) */ FROM farm",
    "SELECT \"Mixed Case\" FROM farm WHERE name IN ('x', 'Hill') AND (id) IN (1)",
    "WITH x (a) AS (SELECT id FROM farm) SELECT count(*) FROM x JOIN farm ON farm.id = x.a",
    "WITH x AS (SELECT id FROM farm), y AS (SELECT id FROM x) SELECT count(*) FROM y",
    "SELECT 'it''s', 'a DROP TABLE farm' FROM farm",
    "SELECT name FROM farm UNION SELECT kind FROM animal",
    "SELECT name FROM farm;",
    "SELECT f.name, a.kind FROM farm f, animal a WHERE f.id = a.farm_id",
    "SELECT f.name FROM farm AS f LEFT JOIN animal AS a ON f.id = a.farm_id AND a.weight > coalesce(f.id, 0)",
    "SELECT extract(YEAR FROM founded), substring(name FROM 1 FOR 2), trim(BOTH ' ' FROM name) FROM farm",
    "SELECT name FROM farm WHERE organic IS NOT DISTINCT FROM TRUE",
    "SELECT CAST(weight AS DECIMAL(8, 2)), CASE WHEN weight > 100 THEN 'big' ELSE 'small' END FROM animal",
    "SELECT x.n FROM (SELECT count(*) AS n FROM many) x",
    "SELECT name FROM farm ORDER BY name OFFSET 1 ROWS FETCH NEXT 1 ROWS ONLY",
    "SELECT kind, avg(weight) FROM animal GROUP BY kind HAVING count(*) > 0 ORDER BY (kind)",
    "SELECT replace(name, 'H', 'h') FROM farm",
    'SELECT "ORDER" FROM animal WHERE EXISTS (SELECT 1 FROM farm WHERE farm.id = animal.farm_id)',
    "SELECT row_number() OVER (PARTITION BY kind ORDER BY tag) FROM animal",
)
TABLES = ("farm", "animal", "heavy", "many")
