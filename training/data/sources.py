"""A split of any data set as dialogues with gold; one that is absent says what to download and where it goes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from eval.datasets import DataError, Dataset, load
from eval.datasets.bird import load_bird
from eval.datasets.bird_interact.release import load_release
from training.data.catalogue import data_set, how_to_get, split_of
from training.data.synthetic_text_to_sql import count_rows, load_synthetic

Loader = Callable[[Path, str], Dataset]


def load_source(name: str, split: str, data: Path, *, work: Path, most: int | None = None, seed: int = 0) -> Dataset:
    """Read a split that has databases to ask.

    Args:
        name: of the catalogue.
        data: the folder that holds cosql_dataset, spider_data, ...
        work: where databases are made that a set describes only in words.
        most: rows to read of a set whose databases have to be made.
        seed: which rows these are.

    Raises:
        DataError: The set is unknown, absent, malformed, or has no databases of its own.
    """
    split_of(name, split)
    folder = data / data_set(name).folder
    try:
        match name:
            case "cosql" | "sparc" | "spider":
                return load(name, folder, split)
            case "bird" | "bird_mini_dev":
                return load_bird(folder, split).dataset(told=True)
            case "synthetic_text_to_sql":
                return load_synthetic(folder, split, work, most=most, seed=seed)
            case _:
                raise DataError(f"{name} holds no dialogues over SQLite databases")
    except DataError as error:
        raise DataError(f"{error}; {how_to_get(name)}") from error


def count(name: str, split: str, data: Path) -> int:
    """Return how many turns or questions a split has here.

    Raises:
        DataError: It is absent or malformed.
    """
    folder = data / data_set(name).folder
    match name:
        case "bird_interact":
            return len(load_release(folder).tasks)
        case "synthetic_text_to_sql":
            return count_rows(folder, split)
        case _:
            return load_source(name, split, data, work=data).turns
