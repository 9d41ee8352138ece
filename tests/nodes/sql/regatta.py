"""A small schema for the tests of nodes/sql: boats, their makers, races, and who raced."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from value_index.database import Database
from value_index.engines.sqlite.database import SQLiteDatabase

REGATTA = """
CREATE TABLE maker (maker_id INTEGER PRIMARY KEY, name TEXT, country TEXT);
CREATE TABLE boat (boat_id INTEGER PRIMARY KEY, maker_id INTEGER REFERENCES maker, label TEXT, length REAL);
CREATE TABLE race (race_id INTEGER PRIMARY KEY, place TEXT, day TEXT);
CREATE TABLE entry (race_id INTEGER REFERENCES race, boat_id INTEGER REFERENCES boat, finish INTEGER,
  PRIMARY KEY (race_id, boat_id));
CREATE TABLE photo (photo_id INTEGER PRIMARY KEY, boat_id INTEGER REFERENCES boat, taken TEXT);
INSERT INTO maker VALUES (1, 'Northwind', 'FI'), (2, 'Sol', 'ES');
INSERT INTO boat VALUES (1, 1, 'Aurora', 9.5), (2, 1, 'Petrel', 7.0), (3, 2, 'Luz', 8.0);
INSERT INTO race VALUES (1, 'Hanko', '2024-06-01'), (2, 'Palma', '2024-07-01');
INSERT INTO entry VALUES (1, 1, 1), (1, 2, 2), (2, 1, 3), (2, 3, 1);
INSERT INTO photo VALUES (1, 1, '2024-06-01'), (2, 1, '2024-07-01');
"""


def open_regatta(folder: Path) -> Database:
    """Build the database in a folder and open it."""
    path = folder / "regatta.sqlite"
    with sqlite3.connect(path) as connection:
        connection.executescript(REGATTA)
    connection.close()
    return SQLiteDatabase.open(path)
