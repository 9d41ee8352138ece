"""The archive that the tests of `eval` run over."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.eval.archive import make_archive


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A small CoSQL archive of its own for each test."""
    return make_archive(tmp_path / "archive")
