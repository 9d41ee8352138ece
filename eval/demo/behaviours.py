"""The demo's behaviours: conversations made over its databases, and how many turns of each behaviour are right."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from eval.conversations.make import make_suite
from eval.conversations.result import TurnResult
from eval.conversations.run import SuiteOptions, run_suite
from eval.conversations.suite_file import write_suite
from eval.table import ReportTable
from value_index.engines.sqlite.database import SQLiteDatabase

TURNS = 30
"""Turns made over each database."""


def answer_behaviours(databases: Sequence[Path], out: Path) -> list[TurnResult]:
    """Make a suite over each database beside the run, and hold its conversations, each turn from its own history."""
    found: list[TurnResult] = []
    for path in databases:
        database = SQLiteDatabase.open(path)
        suite = make_suite(database, turns=TURNS)
        database.close()
        file = out / f"suite-{path.stem}.yaml"
        write_suite(suite, file)
        found += run_suite(SuiteOptions(suite=file, database=path, out=out / f"suite-{path.stem}")).turns
    return found


def behaviour_table(turns: Sequence[TurnResult]) -> ReportTable:
    """Lay out right of all turns of each behaviour, those that always work first."""
    counts: defaultdict[str, list[bool]] = defaultdict(list)
    for turn in turns:
        counts[turn.behaviour].append(bool(turn.right))
    shares = {name: sum(rights) / len(rights) for name, rights in counts.items()}
    groups = {
        "always right": sorted(name for name, share in shares.items() if share == 1),
        "sometimes": [f"{n} {sum(counts[n])}/{len(counts[n])}" for n in sorted(shares) if 0 < shares[n] < 1],
        "never": sorted(name for name, share in shares.items() if share == 0),
    }
    rights = sum(sum(each) for each in counts.values())
    rows = tuple((name, ", ".join(found)) for name, found in groups.items() if found)
    note = (
        f"{rights} of {len(turns)} turns right, of conversations made over the three databases, from their own history."
    )
    return ReportTable("Behaviours", ("turns", "behaviours"), rows, note, words=2, fold=True)
