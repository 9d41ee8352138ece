"""Firebird, as an engine that SQLAlchemy reaches: reflection, results, caps, deadlines, and what is said of what cannot be asked."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.databases.firebird.copies import USER, make_file
from value_index.connect import connect
from value_index.database import Database
from value_index.errors import DatabaseError
from value_index.index import ValueIndex
from value_index.schema import ColumnRef

pytestmark = pytest.mark.databases
ENDLESS = "SELECT count(*) FROM many a, many b, many c, many d"


def test_the_schema_is_read(farm: Database) -> None:
    schema = farm.schema
    assert schema.dialect == "ansi" and [table.name for table in schema.tables] == ["ANIMAL", "FARM", "MANY", "HEAVY"]
    animal, heavy = schema.table("animal"), schema.table("heavy")
    assert animal is not None and heavy is not None and heavy.is_view and animal.primary_key == ("TAG",)
    kinds = {column.name: column.kind for column in animal.columns}
    assert kinds | {"MARKS": "other"} == {
        "TAG": "number", "KIND": "text", "FARM_ID": "number", "WEIGHT": "number", "BORN": "time", "PHOTO": "other",
        "NOTE": "text", "LEGS": "number", "ORDER": "number", "MARKS": "other",
    }  # fmt: skip
    farm_table = schema.table("farm")
    assert (
        farm_table is not None
        and farm_table.columns[-1].name == "Mixed Case"
        and farm_table.columns[3].kind == "boolean"
    )
    assert farm_table.comment == "Where animals live" and animal.columns[0].comment == "The number in the ear"
    assert [str(key.target) for key in schema.foreign_keys] == ["FARM.ID"]


def test_cells_are_those_of_a_result(farm: Database) -> None:
    sql = 'SELECT a.tag, a.weight, a.born, a.photo, a.note, f.founded, f.organic, a."ORDER" FROM animal a JOIN farm f ON f.id = a.farm_id ORDER BY 1'
    found = farm.execute(sql)
    assert found.columns[0] == "tag" and found.rows[0] == (
        1,
        450.5,
        "2020-01-02 10:00:00",
        b"\xaa",
        "Zoë",
        "1990-05-01",
        True,
        7,
    )
    assert found.rows[1][2:6] == (None,) * 4


def test_results_are_cut_and_statements_stopped(farm: Database) -> None:
    assert len(farm.execute("SELECT * FROM many", max_rows=10).rows) == 10
    assert farm.execute("SELECT word FROM many", max_bytes=100).outcome == "truncated"
    assert farm.execute("SELECT n, n, n, n FROM many", max_cells=40).outcome == "truncated"
    started = time.monotonic()
    assert farm.execute(ENDLESS, deadline=0.5).outcome == "timeout"
    assert time.monotonic() - started < 10
    assert farm.execute("SELECT count(*) FROM many").rows == ((3000,),)


def test_what_is_wrong_is_an_outcome(farm: Database) -> None:
    assert farm.check("SELECT name FROM farm").outcome == "checked"
    for ask in (farm.check, farm.execute):
        found = ask("SELECT nothing FROM farm")
        assert found.outcome == "error" and "NOTHING" in found.message and not found.machine_fault
    assert farm.execute("SELECT 1/0 FROM farm").outcome == "error"
    assert farm.execute("SELECT name FROM farm;").ok and farm.plan_cost("SELECT name FROM farm") is None


def test_values_are_read_for_the_index(farm: Database) -> None:
    assert farm.distinct(ColumnRef(table="FARM", column="NAME"), 5) == ("Dale", "Hill")
    assert len(farm.distinct(ColumnRef(table="MANY", column="WORD"), 7)) == 7
    found = ValueIndex.build(farm).lookup("Dale")
    assert [(str(each.column), each.value) for each in found][:1] == [("FARM.NAME", "Dale")]


def test_the_fingerprint_changes_with_rows(farm_address: str, tmp_path: Path) -> None:
    import firebird.driver

    path = tmp_path / "x.fdb"
    address = make_file(path, ["CREATE TABLE t (a INTEGER)"])
    before = connect([address]).fingerprint()
    assert connect([address]).fingerprint() == before
    with firebird.driver.connect(str(path), user=USER) as other:
        other.cursor().execute("INSERT INTO t VALUES (1)")
        other.commit()
    assert connect([address]).fingerprint() != before


def test_what_cannot_be_asked_is_one_line(farm_address: str, tmp_path: Path) -> None:
    secret = "s3cr3t"
    for address in (
        f"firebird+firebird://{USER}:{secret}@/{tmp_path}/missing.fdb",
        f"firebird+firebird://{USER}:{secret}@127.0.0.1:1//missing.fdb",
        f"firebird+nodriver://{USER}:{secret}@h/x",
        f"nobase://{USER}:{secret}@h/x",
        f"oracle+oracledb://{USER}:{secret}@h/x",
    ):
        with pytest.raises(DatabaseError) as raised:
            connect([address])
        assert secret not in str(raised.value) and "\n" not in str(raised.value)
    with pytest.raises(DatabaseError, match="holds no tables"):
        connect([make_file(tmp_path / "empty.fdb", [])])
