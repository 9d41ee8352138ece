"""A small database of Firebird's that every test of this folder may ask."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.databases.firebird.copies import is_there, make_file
from value_index.connect import connect
from value_index.database import Database

STATEMENTS = (
    "CREATE TABLE farm (id INTEGER NOT NULL PRIMARY KEY, name VARCHAR(40) NOT NULL, founded DATE, organic BOOLEAN, \"Mixed Case\" VARCHAR(20))",
    "CREATE TABLE animal (tag INTEGER NOT NULL PRIMARY KEY, kind VARCHAR(10), farm_id INTEGER REFERENCES farm (id), weight DECIMAL(8, 2),"
    " born TIMESTAMP, photo BLOB, note BLOB SUB_TYPE TEXT, legs SMALLINT, \"ORDER\" INTEGER, marks INTEGER [3])",
    "CREATE VIEW heavy AS SELECT tag, weight FROM animal WHERE weight > 100",
    "CREATE TABLE many (n INTEGER NOT NULL PRIMARY KEY, word VARCHAR(30))",
    "CREATE SEQUENCE counter",
    "CREATE PROCEDURE wipe RETURNS (gone INTEGER) AS BEGIN DELETE FROM animal; gone = 1; SUSPEND; END",
    "CREATE FUNCTION touch RETURNS INTEGER AS BEGIN DELETE FROM animal; RETURN 1; END",
    "COMMENT ON TABLE farm IS 'Where animals live'",
    "COMMENT ON COLUMN animal.tag IS 'The number in the ear'",
    "INSERT INTO farm VALUES (1, 'Hill', '1990-05-01', TRUE, 'a')",
    "INSERT INTO farm VALUES (2, 'Dale', NULL, FALSE, 'b')",
    "INSERT INTO animal (tag, kind, farm_id, weight, born, photo, note, legs, \"ORDER\") VALUES (1, 'cow', 1, 450.5, '2020-01-02 10:00:00', x'AA', 'Zoë', 4, 7)",
    "INSERT INTO animal (tag, kind, farm_id, weight) VALUES (2, 'goat', 2, 60)",
    "EXECUTE BLOCK AS DECLARE i INTEGER = 0; BEGIN WHILE (i < 3000) DO BEGIN INSERT INTO many VALUES (:i, 'word ' || :i); i = i + 1; END END",
)  # fmt: skip


@pytest.fixture(scope="session")
def farm_address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of the farm."""
    if not is_there():
        pytest.skip("no library of Firebird is installed: make test-databases installs one where it may")
    return make_file(tmp_path_factory.mktemp("farm") / "farm.fdb", STATEMENTS)


@pytest.fixture
def farm(farm_address: str) -> Iterator[Database]:
    """The farm, open as a command opens it."""
    database = connect([farm_address])
    yield database
    database.close()
