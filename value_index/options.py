"""options: `--db` of every command, and its spelling with several files after one flag."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

FLAG = "--db"
DATA_SUFFIXES = frozenset((".csv", ".tsv", ".csv.gz", ".tsv.gz", ".parquet", ".json", ".jsonl", ".ndjson", ".xlsx"))
"""The endings of the files that are read as tables."""
Db = Annotated[
    list[str],
    typer.Option(
        FLAG,
        metavar="ADDRESS",
        help="Database: a SQLite file, duckdb:///FILE, postgresql://ME@HOST/NAME, mysql://ME@HOST/NAME, an address of "
        "SQLAlchemy's, or data files (CSV, TSV, Parquet, JSON, Excel); several may follow.",
    ),
]


def data_suffix(path: str | Path) -> str:
    """Return the ending by which a file is read as a table; "" if it is none.

    >>> data_suffix("Sales.CSV"), data_suffix("a.b.csv.gz"), data_suffix("shop.sqlite")
    ('.csv', '.csv.gz', '')
    """
    endings = [ending.lower() for ending in Path(path).suffixes]
    found = ("".join(endings[-2:]), "".join(endings[-1:]))
    return next((ending for ending in found if ending in DATA_SUFFIXES), "")


def spread(words: Sequence[str]) -> Iterator[str]:
    """Repeat the flag before each further data file: `--db a.csv b.csv` is `--db a.csv --db b.csv`.

    A word counts only where it ends as a data file does and lies there, so that no question is taken for one.

    >>> list(spread(["ask", "--db", "a.csv", "how many?"]))
    ['ask', '--db', 'a.csv', 'how many?']
    """
    follows = flagged = False
    for word in words:
        if flagged:
            follows, flagged = bool(data_suffix(word)), False
        elif word == FLAG:
            flagged = True
        elif follows and data_suffix(word) and _is_file(word):
            yield FLAG
        else:
            follows = False
        yield word


def _is_file(word: str) -> bool:
    try:
        return Path(word).is_file()
    except (OSError, ValueError):
        return False
