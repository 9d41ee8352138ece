"""Where the official data sets are, for the tests marked `data`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# The same examples on every machine, however busy it is: a red run can be run again and read.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.load_profile("steady")


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder that holds cosql_dataset, spider_data, sparc, ...; only where it is not named may a test be skipped."""
    folder = os.environ.get("TURNSQL_DATA")
    if not folder:
        pytest.skip("TURNSQL_DATA is unset")
    if not (Path(folder) / "cosql_dataset").is_dir():
        pytest.fail(f"TURNSQL_DATA is {folder!r}, which holds no cosql_dataset")
    return Path(folder)
