"""The user's folders, and the program's own files."""

from __future__ import annotations

from pathlib import Path

import pytest

from value_index.files.folders import ROOT, cache_folder, data_folder, indexes_folder, shipped, taken


def test_the_user_s_folders_are_the_program_s_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert cache_folder() == tmp_path / "cache" / "turnsql"
    assert indexes_folder() == tmp_path / "cache" / "turnsql" / "index"
    assert data_folder() == tmp_path / "data" / "turnsql"


def test_a_relative_folder_in_the_environment_counts_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "relative")
    assert data_folder().is_absolute()


def test_a_file_here_goes_before_the_program_s_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    path = Path("configs") / "default.toml"
    assert shipped(path) == ROOT / path
    path.parent.mkdir()
    path.touch()
    assert shipped(path) == path


def test_what_nobody_has_stays_what_was_asked_for(tmp_path: Path) -> None:
    assert shipped(Path("configs") / "no_such.toml") == Path("configs") / "no_such.toml"
    assert shipped(tmp_path / "no.toml") == tmp_path / "no.toml"


def test_what_holds_something_is_not_written_to(tmp_path: Path) -> None:
    assert taken(tmp_path) == taken(tmp_path / "new") == ""
    (tmp_path / "file").touch()
    assert taken(tmp_path / "file") == f"{tmp_path}/file is a file: give --out a new folder"
    assert taken(tmp_path) == f"{tmp_path} is not empty: give --out a new folder"
    assert taken(tmp_path, resumable=True).endswith(
        "is not empty: continue it with --resume, or give --out a new folder"
    )
