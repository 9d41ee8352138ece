"""failure_tables: which stage is to blame for the wrong turns, and in which modes they failed."""

from __future__ import annotations

from eval.ablation.attribution import Attribution
from eval.table import Table


def failure_tables(found: Attribution) -> tuple[Table, ...]:
    """Lay an attribution out: the stages, the modes, and every wrong turn with its evidence."""
    return (
        Table(
            title=f"{found.wrong} wrong turns by the stage to blame",
            columns=("stage", "turns"),
            rows=tuple((stage, str(count)) for stage, count in found.stages.items()),
            note="The first stage whose replacement by gold repairs the turn, alone or else after gold upstream.",
        ),
        Table(
            title="Wrong turns by failure mode",
            columns=("mode", "turns"),
            rows=tuple((mode.replace("_", " "), str(count)) for mode, count in found.modes.items()),
            note="A turn may fail in several modes.",
        ),
    )


def failure_lines(found: Attribution) -> list[str]:
    """Return one line a wrong turn, and one for each mode with its evidence."""
    lines: list[str] = []
    for turn in found.turns:
        lines.append(
            f"{turn.dialogue}/{turn.turn} {turn.stage or 'no stage'} ({turn.repaired or 'no gold repairs it'})"
        )
        lines += [f"  {mode.mode.replace('_', ' ')}: {mode.evidence}" for mode in turn.modes]
    return lines
