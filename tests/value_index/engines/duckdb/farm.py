"""A small DuckDB file: two tables with a key, a view, another schema, and types that SQLite does not have."""

from __future__ import annotations

from pathlib import Path

import duckdb

from value_index.connect import connect
from value_index.database import Database

TEXT = """
CREATE TABLE farm (id INTEGER PRIMARY KEY, name VARCHAR NOT NULL, founded DATE, organic BOOLEAN, "Mixed Case" VARCHAR);
CREATE TABLE animal (
    tag INTEGER, kind ENUM ('cow', 'goat'), farm_id INTEGER REFERENCES farm (id), weight DECIMAL(8, 2),
    names VARCHAR[], home STRUCT(x INTEGER), fed INTERVAL, born TIMESTAMP, photo BLOB, code UUID
);
CREATE VIEW heavy AS SELECT tag, weight FROM animal WHERE weight > 100;
CREATE SCHEMA archive;
CREATE TABLE archive.sale (day DATE, price DOUBLE);
CREATE TABLE archive.farm (id INTEGER);
CREATE SEQUENCE counter;
INSERT INTO farm VALUES (1, 'Hill', '1990-05-01', true, 'a'), (2, 'Dale', NULL, false, 'b');
INSERT INTO animal VALUES
    (1, 'cow', 1, 450.5, ['Bella'], {'x': 1}, INTERVAL 2 DAYS, '2020-01-02 10:00:00', '\\xAA'::BLOB,
     '00000000-0000-0000-0000-000000000001'),
    (2, 'goat', 2, 60, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO archive.sale VALUES ('2021-02-03', 12.5);
"""


def make_farm(folder: Path) -> Path:
    """Write the file."""
    path = folder / "farm.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(TEXT)
    return path


def open_farm(folder: Path) -> Database:
    """Write the file, and open it as a command does."""
    return connect([f"duckdb:///{make_farm(folder)}"])
