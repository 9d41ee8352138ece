"""audit_table, flagged_table: golds that cannot be trusted, counted and listed."""

from __future__ import annotations

from eval.audit import Audit
from eval.report.table import Table, figure


def audit_table(audit: Audit) -> Table:
    """Count the turns of each flag."""
    return Table(
        title="Gold audit",
        columns=("flag", "turns", "share"),
        rows=tuple((_words(flag), str(count), figure(count / audit.turns)) for flag, count in audit.counts.items()),
        note=f"{audit.turns} turns, {len(audit.flagged)} flagged; {audit.unread} that run could not be read as plans.",
    )


def flagged_table(audit: Audit) -> Table:
    """List the flagged turns."""
    rows = [
        (
            f"{gold.dialogue}/{gold.turn}",
            gold.database_id,
            ", ".join(map(_words, gold.flags)),
            gold.detail or gold.query,
        )
        for gold in audit.flagged
    ]
    return Table(
        title="Flagged golds", columns=("turn", "database", "flags", "query, or why"), rows=tuple(rows), words=4
    )


def _words(name: str) -> str:
    return name.replace("_", " ")
