"""Tables of `turnsql data`: what is here of each data set, and what a prepared mix holds."""

from __future__ import annotations

from pathlib import Path

from eval.datasets import DataError
from eval.table import ReportTable
from training.data.catalogue import CATALOGUE, how_to_get
from training.data.mix.manifest import MixManifest
from training.data.sources import count

ABSENT = "–"


def listing(data: Path) -> tuple[ReportTable, tuple[str, ...]]:
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
    table = ReportTable(title=f"Data sets in {data}", columns=columns, rows=tuple(rows), words=4, fold=True)
    return table, tuple(f"{name}: {', '.join(what)}: {how_to_get(name)}" for name, what in missing.items())


def _here(name: str, split: str, data: Path) -> str:
    try:
        return f"{count(name, split, data):,}"
    except DataError:
        return ABSENT


def mix_tables(manifest: MixManifest) -> tuple[ReportTable, ...]:
    """Lay out sources, rows with their lengths, and what was left out."""
    sources = ReportTable(
        title="Sources",
        columns=("source", "role", "licence", "dialect", "turns", "usable"),
        rows=tuple((s.name, s.role, s.licence, s.dialect, f"{s.turns:,}", f"{s.usable:,}") for s in manifest.sources),
        words=4,
    )
    rows = ReportTable(
        title="Rows",
        columns=("stage", "train", "apart", "tokens", "median", "95 %", "most", "limit"),
        rows=tuple(
            (
                stage,
                f"{manifest.rows['train'][stage]:,}",
                f"{manifest.rows['validation'].get(stage, 0):,}",
                *(f"{n:,}" for n in (found.total, found.median, found.p95, found.most, found.limit)),
            )
            for stage, found in manifest.lengths.items()
        ),
        note=f"tokens by {next(iter(manifest.lengths.values())).counted_by}; {manifest.oracle_rows} rows hold gold",
    )
    audit = manifest.audit
    left_out = ReportTable(
        title="Left out",
        columns=("cause", "turns"),
        rows=tuple((cause, f"{number:,}") for cause, number in manifest.left_out.items()),
        note=f"audited against {audit.questions:,} questions of {', '.join(audit.against)}: no database or schema is shared",
    )
    return sources, rows, left_out
