"""What was read from a database is open to those alone who may read the database."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from value_index.files.private_folder import private_folder

pytestmark = pytest.mark.skipif(os.name == "nt", reason="permissions are those of POSIX")


@pytest.mark.parametrize(
    ("modes", "most"),
    [((0o644,), 0o755), ((0o640, 0o644), 0o750), ((0o604, 0o640), 0o700), ((0o644, 0o600), 0o700), ((), 0o700)],
)
@pytest.mark.parametrize("is_there", [False, True])
def test_who_may_not_read_every_database_may_not_read_the_folder(
    tmp_path: Path, modes: tuple[int, ...], most: int, is_there: bool
) -> None:
    databases = [tmp_path / f"{number}.sqlite" for number in range(len(modes))]
    for database, mode in zip(databases, modes, strict=True):
        database.touch()
        database.chmod(mode)
    folder = tmp_path / "run"
    if is_there:
        folder.mkdir()
        folder.chmod(0o777)
    private_folder(folder, databases)
    assert folder.stat().st_mode & 0o777 & ~most == 0
    assert folder.stat().st_mode & 0o700 == 0o700
