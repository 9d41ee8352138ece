"""Evidence of one question as knowledge: columns, stored values, and what is neither."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from value_index.knowledge.evidence import read_evidence
from value_index.opened import opened
from value_index.schema import ColumnRef


def test_evidence(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "a.sqlite") as connection:
        connection.executescript(
            "CREATE TABLE pet (id, sx TEXT, kg REAL); CREATE TABLE owner (id, full_name TEXT);"
            "INSERT INTO pet VALUES (1, 'F', 3); INSERT INTO owner VALUES (1, 'Ann; B')"
        )
    connection.close()
    database = opened([str(tmp_path / "a.sqlite")])
    known = read_evidence(
        "female refers to sx = 'f' where id = 1; heft refers to pet.kg; id refers to id; boys refers to sx = 'M'; "
        "the \"owner\" means full_name = 'Ann; B'; rate = DIVIDE(1, 2)",
        database,
    )
    sx, name = ColumnRef(table="pet", column="sx"), ColumnRef(table="owner", column="full_name")
    assert [(each.words, each.column, each.value) for each in known.values] == [
        ("female", sx, "F"),
        ("owner", name, "Ann; B"),
    ]
    assert [(part.synonyms, part.part.column) for part in known.parts] == [(("heft",), "kg")]
    assert [each.name for each in known.definitions] == ["id", "boys", "rate = DIVIDE(1, 2)"]
    database.close()
