"""A DuckDB file: its schema, cells as a result holds them, and its values in the index."""

from __future__ import annotations

from pathlib import Path

import duckdb

from tests.value_index.engines.duckdb.farm import make_farm, open_farm
from value_index.connect import connect
from value_index.index import ValueIndex


def test_the_schema_has_keys_views_other_schemas_and_every_type(tmp_path: Path) -> None:
    farm = open_farm(tmp_path)
    assert [(table.name, table.is_view) for table in farm.schema.tables] == [
        ("farm", False), ("animal", False), ("heavy", True), ("sale", False),
    ]  # fmt: skip
    assert farm.notes == ("'archive.farm' is hidden by another table of its name",)
    assert farm.schema.dialect == "duckdb"
    assert [str(key.source) + str(key.target) for key in farm.schema.foreign_keys] == ["animal.farm_idfarm.id"]
    animal = farm.schema.table("ANIMAL")
    assert animal is not None
    assert [column.kind for column in animal.columns] == [
        "number", "text", "number", "number", "other", "other", "other", "time", "other", "text",
    ]  # fmt: skip
    assert farm.execute("SELECT price FROM sale").rows == ((12.5,),)


def test_cells_are_numbers_texts_bytes_and_truth_values(tmp_path: Path) -> None:
    farm = open_farm(tmp_path)
    assert farm.execute("SELECT * FROM animal ORDER BY tag LIMIT 1").rows == (
        (
            1, "cow", 1, 450.5, '["Bella"]', '{"x": 1}', "2 days, 0:00:00", "2020-01-02 10:00:00", b"\xaa",
            "00000000-0000-0000-0000-000000000001",
        ),
    )  # fmt: skip
    assert farm.execute('SELECT organic, "Mixed Case", founded FROM farm').rows == (
        (True, "a", "1990-05-01"),
        (False, "b", None),
    )


def test_values_are_found_days_as_texts(tmp_path: Path) -> None:
    index = ValueIndex.build(open_farm(tmp_path))
    found = {str(match.column): match.value for match in (*index.lookup("Hill"), *index.lookup("goat"))}
    assert found["farm.name"] == "Hill" and found["animal.kind"] == "goat"
    assert index.ground("farms founded on 1990-05-01")[0].value == "1990-05-01"


def test_an_index_is_kept_and_found_again(tmp_path: Path) -> None:
    farm = open_farm(tmp_path)
    ValueIndex.open(farm, tmp_path / "index")
    assert ValueIndex.open(farm, tmp_path / "index").lookup("Dale")[0].value == "Dale"


def test_a_file_that_another_program_replaces_is_read_anew(tmp_path: Path) -> None:
    path = make_farm(tmp_path)
    farm = connect([f"duckdb:///{path}"])
    assert farm.execute("SELECT count(*) FROM farm").rows == ((2,),)
    (tmp_path / "new").mkdir()
    other = make_farm(tmp_path / "new")
    with duckdb.connect(str(other)) as connection:
        connection.execute("DELETE FROM animal; DELETE FROM farm")
    other.replace(path)
    assert farm.execute("SELECT count(*) FROM farm").rows == ((0,),)
    path.unlink()
    gone = farm.execute("SELECT 1")
    assert (gone.outcome, gone.machine_fault) == ("error", True)


def test_two_conversations_may_have_the_same_file_open(tmp_path: Path) -> None:
    path = make_farm(tmp_path)
    first, second = connect([f"duckdb:///{path}"]), connect([f"duckdb:///{path}"])
    assert first.execute("SELECT 1").rows == second.execute("SELECT 1").rows
