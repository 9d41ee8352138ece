"""Any bytes: opened, or refused in one line; what is opened is read in time."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.value_index.sqlite.library import make_library
from value_index.errors import DatabaseError
from value_index.index import ValueIndex
from value_index.sqlite.database import SQLiteDatabase

with tempfile.TemporaryDirectory() as _folder:
    SOUND = make_library(Path(_folder) / "library.sqlite").read_bytes()
PLACE = st.integers(0, 99) | st.integers(100, 4095) | st.integers(0, len(SOUND) - 1)


@given(st.lists(st.tuples(PLACE, st.integers(0, 255)), min_size=1, max_size=12), st.integers(1, len(SOUND) * 8))
@settings(max_examples=40)
def test_no_bytes_end_in_a_traceback(edits: list[tuple[int, int]], length: int) -> None:
    content = bytearray(SOUND)
    for place, byte in edits:
        content[place] = byte
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.sqlite"
        path.write_bytes(content[:length])
        try:
            database = SQLiteDatabase.open(path)
            ValueIndex.build(database)
        except DatabaseError as error:
            assert "\n" not in str(error)
            return
        for table in database.schema.tables:
            database.execute(f'SELECT * FROM "{table.name}"', deadline=1)
        database.close()


@pytest.mark.parametrize(("before", "after"), [(b"tags TEXT", b"t\xa4gs TEXT"), (b"CREATE VIEW", b"CREATE V\xa4EW")])
def test_names_that_are_no_text_cost_one_line_or_one_table(tmp_path: Path, before: bytes, after: bytes) -> None:
    path = tmp_path / "a.sqlite"
    path.write_bytes(SOUND.replace(before, after))
    try:
        database = SQLiteDatabase.open(path)
    except DatabaseError as error:
        assert "\n" not in str(error) and "a.sqlite" in str(error)
    else:
        assert any("article" in note for note in database.notes)
