"""Bytes for the opener of SQLite files: a sound file with some of them turned, and cut."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import strategies as st

from tests.fuzz.target import one_line
from tests.value_index.engines.sqlite.library import make_library
from value_index.engines.sqlite.database import SQLiteDatabase
from value_index.errors import DatabaseError
from value_index.index import ValueIndex

with tempfile.TemporaryDirectory() as _folder:
    SOUND = make_library(Path(_folder) / "library.sqlite").read_bytes()
_PLACE = st.integers(0, 99) | st.integers(100, 4095) | st.integers(0, len(SOUND) - 1)
_EDITS = st.lists(st.tuples(_PLACE, st.integers(0, 255)), min_size=1, max_size=12)


@st.composite
def _files(draw: st.DrawFn) -> bytes:
    content = bytearray(SOUND)
    for place, byte in draw(_EDITS):
        content[place] = byte
    return bytes(content[: draw(st.just(len(SOUND)) | st.integers(0, len(SOUND)))])


SQLITE_FILES = _files() | st.binary(max_size=200).map(lambda rest: SOUND[:100] + rest)


def open_and_read(content: bytes) -> None:
    """Open a file, index it, and read every table of its schema."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.sqlite"
        path.write_bytes(content)
        try:
            database = SQLiteDatabase.open(path)
        except DatabaseError as error:
            one_line(error)
            return
        try:
            ValueIndex.build(database)
        except DatabaseError as error:
            one_line(error)
        for table in database.schema.tables:
            database.execute(f'SELECT * FROM "{table.name}"', deadline=1)
        database.close()
        assert path.read_bytes() == content, "the file was written"
