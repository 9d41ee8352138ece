"""Any bytes: opened, or refused in one line; what is opened is read in time."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.value_index.sqlite.library import make_library
from value_index.database import Database
from value_index.errors import DatabaseError
from value_index.index import ValueIndex

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
            database = Database.open(path)
            ValueIndex.build(database)
        except DatabaseError as error:
            assert "\n" not in str(error)
            return
        for table in database.schema.tables:
            database.execute(f'SELECT * FROM "{table.name}"', deadline=1)
        database.close()
