"""A file is there whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from value_index.files.atomic_file import UNFINISHED, atomic_file, write_atomically


def test_a_link_in_its_place_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "victim").write_text("precious")
    (tmp_path / f"a.json.{os.getpid()}{UNFINISHED}").symlink_to(tmp_path / "victim")
    write_atomically(tmp_path / "a.json", "{}")
    assert (tmp_path / "victim").read_text() == "precious" and (tmp_path / "a.json").read_text() == "{}"


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_atomically(path, "zwölf\n")
    assert path.read_bytes() == "zwölf\n".encode()
    write_atomically(path, b"\x00")
    assert path.read_bytes() == b"\x00"


def test_after_an_error_the_old_file_stays_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_atomically(path, "old")
    with pytest.raises(KeyboardInterrupt), atomic_file(path) as file:
        file.write(b"new")
        assert path.read_text() == "old"
        raise KeyboardInterrupt
    assert path.read_text() == "old" and list(tmp_path.iterdir()) == [path]
