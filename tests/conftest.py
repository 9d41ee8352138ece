"""Where the official data sets are, for the tests marked `data`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder that holds cosql_dataset, spider_data, sparc, ...; the test is skipped without it, but not in CI."""
    folder = os.environ.get("TURNSQL_DATA")
    if folder:
        return Path(folder)
    if os.environ.get("CI"):
        pytest.fail("TURNSQL_DATA is unset in CI")
    pytest.skip("TURNSQL_DATA is unset")
