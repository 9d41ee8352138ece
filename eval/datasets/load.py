"""Load a split of a data set by its name."""

from __future__ import annotations

from collections.abc import Callable
from inspect import isfunction
from pathlib import Path
from typing import cast

from eval.datasets import registry
from eval.datasets.dataset import Dataset
from eval.datasets.json_file import DataError

Loader = Callable[[Path, str], Dataset]

LOADERS = {name: cast(Loader, found) for name, found in vars(registry).items() if isfunction(found)}
"""The loaders by the names that `--dataset` takes."""


SUITE_FOLDER = "suite"
"""Folder, in the run of a suite, that holds the suite as an archive of dialogues."""


def load(name: str, folder: str | Path, split: str) -> Dataset:
    """Read one split of a data set.

    Args:
        name: A name of the registry: cosql, sparc, spider, ...
        folder: The unpacked archive; the official ones hold `tables.json`, `database/`, and the split's file. Or the
            run of a suite, which keeps the dialogues that it answered.
        split: dev, train; for Spider also train_spider and train_others.

    Raises:
        DataError: The name is unknown, the folder is missing or another archive's, or its file is unreadable, empty or
            malformed.
    """
    if name not in LOADERS:
        raise DataError(f"no data set {name!r}: choose from {', '.join(LOADERS)}")
    kept = Path(folder) / SUITE_FOLDER
    return LOADERS[name](kept if (kept / "sql_state_tracking").is_dir() else Path(folder), split)
