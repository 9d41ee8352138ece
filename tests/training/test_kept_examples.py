"""Kept examples are read from files of one's own alone, since a pickle runs what it holds."""

from __future__ import annotations

import os
import pickle
from pathlib import Path

import pytest

from training.kept_examples import read_kept
from training.settings import TrainingError


def test_own_parts_are_read_and_those_of_others_are_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "part.pkl"
    path.write_bytes(pickle.dumps([1, 2]))
    assert read_kept(path) == [1, 2]
    link = tmp_path / "link.pkl"
    link.symlink_to(path)
    with pytest.raises(TrainingError, match="is a link"):
        read_kept(link)
    monkeypatch.setattr(os, "getuid", lambda: path.stat().st_uid + 1)
    if path.stat().st_uid:
        with pytest.raises(TrainingError, match="another user"):
            read_kept(path)


def test_a_part_that_another_user_wrote_is_not_run(tmp_path: Path) -> None:
    path = tmp_path / "part.pkl"
    path.write_bytes(pickle.dumps([1]))
    try:
        os.chown(path, 12345, -1)
    except PermissionError:
        pytest.skip("only root gives files away")
    with pytest.raises(TrainingError, match="another user"):
        read_kept(path)
