"""The table of `turnsql data sets`: what is here of each data set, and what to do about the rest."""

from __future__ import annotations

from pathlib import Path

from eval.datasets import DataError
from eval.table import Table
from training.data.catalogue import CATALOGUE, how_to_get
from training.data.sources import count

ABSENT = "–"


def listing(data: Path) -> tuple[Table, tuple[str, ...]]:
    """Count every split that is here, and say how to get the sets that are absent or short.

    Raises:
        DataError: There is no such folder.
    """
    if not data.is_dir():
        raise DataError(
            f"no data folder {str(data)!r}: give --data the folder that holds cosql_dataset, spider_data, ..."
        )
    rows: list[tuple[str, ...]] = []
    missing: dict[str, list[str]] = {}
    for name, known in CATALOGUE.items():
        for split, official in known.splits.items():
            whole = f"{official.rows:,}" if known.downloads else "made"
            here = _here(name, split, data) if known.downloads else whole
            rows.append((f"{name} {split}", official.role, known.licence, known.dialect, here, whole))
            if here != whole:
                missing.setdefault(name, []).append(f"{split} {'absent' if here == ABSENT else f'short, {here} rows'}")
    columns = ("set", "role", "licence", "dialect", "here", "official")
    table = Table(title=f"Data sets in {data}", columns=columns, rows=tuple(rows), words=4, fold=True)
    return table, tuple(f"{name}: {', '.join(what)}: {how_to_get(name)}" for name, what in missing.items())


def _here(name: str, split: str, data: Path) -> str:
    try:
        return f"{count(name, split, data):,}"
    except DataError:
        return ABSENT
