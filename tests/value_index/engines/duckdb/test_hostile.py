"""Hostile statements over DuckDB: nothing changes, nothing beyond the database is read, and it can be used afterwards."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.value_index.engines.duckdb.farm import open_farm
from value_index.database import Database

REFUSED = """
INSERT INTO farm VALUES (3, 'x', NULL, NULL, NULL)
UPDATE farm SET name = 'x'
DELETE FROM farm
TRUNCATE farm
DROP TABLE animal
ALTER TABLE farm ADD COLUMN x INTEGER
CREATE TABLE x (i INTEGER)
CREATE TEMP TABLE x (i INTEGER)
CREATE OR REPLACE VIEW heavy AS SELECT 1
CREATE MACRO f(x) AS x
CREATE SECRET s (TYPE s3)
CREATE INDEX i ON farm (name)
CREATE SCHEMA s
CREATE TYPE mood AS ENUM ('a')
WITH x AS (INSERT INTO farm VALUES (3, 'x', NULL, NULL, NULL) RETURNING id) SELECT * FROM x
WITH x AS (DELETE FROM animal RETURNING tag) SELECT * FROM x
MERGE INTO farm USING farm AS f ON farm.id = f.id WHEN MATCHED THEN DELETE
COPY farm TO 'FOLDER/out.csv'
COPY (SELECT 1) TO 'FOLDER/out.parquet' (FORMAT parquet)
COPY farm FROM 'FOLDER/in.csv'
EXPORT DATABASE 'FOLDER/out'
IMPORT DATABASE 'FOLDER/out'
ATTACH 'FOLDER/other.duckdb'
ATTACH ':memory:' AS m
DETACH farm
INSTALL httpfs
LOAD httpfs
FORCE INSTALL spatial FROM community
SELECT * FROM read_csv('FOLDER/in.csv')
SELECT * FROM read_csv_auto('/etc/passwd')
SELECT * FROM read_text('/etc/passwd')
SELECT * FROM read_blob('/etc/passwd')
SELECT * FROM read_json('/etc/passwd')
SELECT * FROM read_parquet('FOLDER/*.parquet')
SELECT * FROM parquet_metadata('FOLDER/x.parquet')
SELECT * FROM sniff_csv('FOLDER/in.csv')
SELECT * FROM glob('/etc/*')
SELECT * FROM glob('FOLDER/**')
SELECT * FROM read_csv('http://127.0.0.1:9/x.csv')
SELECT * FROM read_parquet('s3://bucket/x.parquet')
SELECT name FROM farm WHERE name IN (SELECT content FROM read_text('/etc/hostname'))
PRAGMA database_list
PRAGMA memory_limit='8GB'
PRAGMA enable_profiling
SET memory_limit = '8GB'
SET enable_external_access = true
SET GLOBAL threads = 64
RESET memory_limit
SET VARIABLE x = 1
USE archive
BEGIN
COMMIT
ROLLBACK
CHECKPOINT
FORCE CHECKPOINT
VACUUM
ANALYZE
CALL pragma_version()
PREPARE p AS SELECT 1
EXECUTE p
DEALLOCATE p
EXPLAIN ANALYZE SELECT 1
SELECT nextval('counter')
SELECT setseed(0.5)
SELECT write_log('x')
SELECT * FROM enable_logging()
SELECT repeat('x', 2000000000)
SELECT lpad('x', 2000000000, 'y')
SELECT printf('%2000000000d', 1)
SELECT format('{:>2000000000}', 'x')
SELECT 1; DROP TABLE animal
SELECT 1; SELECT 2
""".strip().splitlines()
FAILED = """
SELECT * FROM '/etc/passwd'
SELECT * FROM 'FOLDER/in.csv'
SELECT * FROM "FOLDER/in.csv"
SELECT getenv('HOME')
SELECT * FROM local_variable
SELECT * FROM query_table('FOLDER/in.csv')
SELECT ?
SELECT $x
SELECT load_extension('x')

-- nothing
SELECT (
""".strip("\n").split("\n")
SLOW = """
SELECT count(*) FROM range(1000000000) AS a, range(1000) AS b
WITH RECURSIVE t (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t
SELECT levenshtein(string_agg('ab', ''), string_agg('ba', '')) FROM range(200000)
SELECT count(*) FROM range(100000000) AS a WHERE regexp_matches(CAST(a AS VARCHAR), '(1+)+2')
""".strip().splitlines()


@pytest.fixture
def farm(tmp_path: Path) -> Iterator[Database]:
    """A farm, with a file beside it that nobody may read."""
    (tmp_path / "in.csv").write_text("a,b\n1,2\n")
    database = open_farm(tmp_path)
    yield database
    database.close()


def test_no_hostile_statement_changes_or_reads_anything(farm: Database, tmp_path: Path) -> None:
    local_variable = [1]  # what Python's own names would make a table of
    before, content = sorted(tmp_path.iterdir()), (tmp_path / "farm.duckdb").read_bytes()
    for statement in REFUSED:
        found = farm.execute(statement.replace("FOLDER", str(tmp_path)))
        assert found.outcome == "refused", (statement, found)
        checked = farm.check(statement.replace("FOLDER", str(tmp_path)))
        assert checked.outcome in ("refused", "checked") and not checked.rows, (statement, checked)
    for statement in FAILED:
        found = farm.execute(statement.replace("FOLDER", str(tmp_path)))
        assert found.outcome in ("error", "refused") and not found.rows, (statement, found)
        assert found.message and "\n" not in found.message
        assert farm.execute("SELECT count(*) FROM farm").rows == ((2,),)
    assert sorted(tmp_path.iterdir()) == before
    assert (tmp_path / "farm.duckdb").read_bytes() == content
    assert local_variable == [1]


@pytest.mark.parametrize("statement", SLOW)
def test_a_slow_statement_ends_at_its_deadline(farm: Database, statement: str) -> None:
    started = time.monotonic()
    found = farm.execute(statement, deadline=0.3)
    assert found.outcome in ("timeout", "error"), found
    assert time.monotonic() - started < 10
    assert farm.execute("SELECT count(*) FROM farm").rows == ((2,),)


def test_results_are_cut(farm: Database) -> None:
    rows = farm.execute("SELECT * FROM range(1000000000)", max_rows=10)
    assert (rows.outcome, len(rows.rows)) == ("truncated", 10)
    texts = farm.execute("SELECT CAST(range AS VARCHAR) FROM range(100000000)", max_bytes=1000)
    assert texts.outcome == "truncated" and len(texts.rows) < 1000
    cells = farm.execute("SELECT range, range, range FROM range(1000000)", max_cells=30)
    assert (cells.outcome, len(cells.rows)) == ("truncated", 10)


def test_what_needs_too_much_memory_is_an_error(farm: Database) -> None:
    found = farm.execute("SELECT list(a.range || b.range) FROM range(100000) AS a, range(10000) AS b", deadline=60)
    assert found.outcome == "error" and "memory" in found.message
    assert farm.execute("SELECT count(*) FROM farm").rows == ((2,),)
