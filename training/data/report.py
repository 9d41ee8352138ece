"""What `turnsql data prepare` prints of a mix."""

from __future__ import annotations

from eval.table import Table
from training.data.prepare import MixManifest


def mix_tables(manifest: MixManifest) -> tuple[Table, ...]:
    """Lay out sources, rows with their lengths, and what was left out."""
    sources = Table(
        title="Sources",
        columns=("source", "role", "licence", "dialect", "turns", "usable"),
        rows=tuple((s.name, s.role, s.licence, s.dialect, f"{s.turns:,}", f"{s.usable:,}") for s in manifest.sources),
        words=4,
    )
    rows = Table(
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
    left_out = Table(
        title="Left out",
        columns=("cause", "turns"),
        rows=tuple((cause, f"{number:,}") for cause, number in manifest.left_out.items()),
        note=f"audited against {audit.questions:,} questions of {', '.join(audit.against)}: no database or schema is shared",
    )
    return sources, rows, left_out
