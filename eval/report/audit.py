"""audit_table, flagged_lines: golds that cannot be trusted, counted and listed."""

from __future__ import annotations

from collections.abc import Iterator

from eval.scoring.gold_audit import Audit
from eval.table import ReportTable, figure


def audit_table(audit: Audit) -> ReportTable:
    """Count the turns of each flag."""
    return ReportTable(
        title="Gold audit",
        columns=("flag", "turns", "share"),
        rows=tuple((_words(flag), str(count), figure(count / audit.turns)) for flag, count in audit.counts.items()),
        note=f"{audit.turns} turns, {len(audit.flagged)} flagged; {audit.unread} that run could not be read as plans.",
    )


def flagged_lines(audit: Audit) -> Iterator[str]:
    """List the flagged turns, one a line."""
    for gold in audit.flagged:
        flags = ", ".join(map(_words, gold.flags))
        yield f"{gold.dialogue}/{gold.turn} {gold.database_id}: {flags}. {gold.detail or ' '.join(gold.query.split())}"


def _words(name: str) -> str:
    return name.replace("_", " ")
