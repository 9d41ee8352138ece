"""A database made of a schema text: columns, keys, first rows, and nothing of a table that the text cuts off."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from eval.interact.play.sketch import read_schema_text, sketch

TEXT = """CREATE TABLE "field" (
fieldcode character NOT NULL,
hectares numeric NULL DEFAULT 1.5,
"Soil Kind" character varying NULL,
readings jsonb NULL,
seen timestamp with time zone NULL,
tags text[] NULL,
    PRIMARY KEY (fieldcode)
);

First 3 rows:
fieldcode    hectares  Soil Kind      readings      seen                 tags
-----------  --------  -------------  ------------  -------------------  ------
F-1               4.5  sandy, dry     {'ph': 6}     2024-01-02 03:04:05  a
F-2               2    None           {}            2024-01-03 03:04:05
...


CREATE TABLE harvest (harvest_id INTEGER PRIMARY KEY, fieldcode TEXT NOT NULL REFERENCES field (fieldcode), CHECK (harvest_id > 0));

First 3 rows:
No data available in this table.

CREATE TABLE "barn" (
barnid character NOT N"""


def test_tables_columns_keys_and_rows(tmp_path: Path) -> None:
    field, harvest = read_schema_text(TEXT)
    assert [name for name, _ in field.columns] == ["fieldcode", "hectares", "Soil Kind", "readings", "seen", "tags"]
    assert field.primary == ("fieldcode",) and harvest.foreign == ((("fieldcode",), "field", ("fieldcode",)),)
    assert field.rows[0][:3] == ("F-1", 4.5, "sandy, dry") and field.rows[1][1:3] == (2, None) and not harvest.rows
    with closing(sqlite3.connect(sketch(TEXT, tmp_path / "shown.sqlite"))) as connection:
        assert connection.execute("SELECT count(*), sum(hectares) FROM field").fetchone() == (2, 6.5)
        assert connection.execute("PRAGMA foreign_key_list(harvest)").fetchall()[0][2:5] == (
            "field",
            "fieldcode",
            "fieldcode",
        )


def test_a_key_to_a_table_that_is_not_shown_is_left_out(tmp_path: Path) -> None:
    text = "CREATE TABLE a (id INTEGER, b_id INTEGER, FOREIGN KEY (b_id) REFERENCES b(id));"
    with closing(sqlite3.connect(sketch(text, tmp_path / "shown.sqlite"))) as connection:
        assert connection.execute("PRAGMA foreign_key_list(a)").fetchall() == []
