"""A file whose names are no text is opened, or refused in one line; `tests/fuzz` tries any bytes."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from tests.value_index.engines.sqlite.library import make_library
from value_index.engines.sqlite.database import SQLiteDatabase
from value_index.errors import DatabaseError

with tempfile.TemporaryDirectory() as _folder:
    SOUND = make_library(Path(_folder) / "library.sqlite").read_bytes()


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
