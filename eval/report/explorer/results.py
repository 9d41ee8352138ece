"""The rows of an answer beside those of the gold: a sample of each, and what differs, in a line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from eval.scoring.verdicts import Executions
from value_index.database import Database, Result, Row
from value_index.errors import DatabaseError
from value_index.render import json_cell

ROWS_SHOWN = 8
COLUMNS_SHOWN = 12
LONGEST_CELL = 80
MAX_ROWS = 2_000
"""Rows compared of two results: enough to see what differs."""
DEADLINE_SECONDS = 1.0


@dataclass(frozen=True)
class Sample:
    """Some rows of a result."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    odd: tuple[bool, ...]
    """Which of the rows the other result lacks."""
    caption: str


@dataclass(frozen=True)
class Difference:
    """Two results side by side."""

    gold: Sample
    given: Sample
    verdict: str
    """One line: what the answer lacks and what it has too much."""


class Results:
    """Runs SQL for a reader: bounded, and each text once."""

    def __init__(self) -> None:
        self._executions = Executions(deadline=DEADLINE_SECONDS, max_rows=MAX_ROWS)

    def sample(self, database: Database, sql: str) -> Sample:
        """Return the first rows of a result."""
        return _sample(self._run(database, sql), Counter())

    def difference(self, database: Database, gold_sql: str, given_sql: str) -> Difference | None:
        """Return both results, the rows that differ first; None if the gold does not run."""
        gold, given = (self._run(database, sql) for sql in (gold_sql, given_sql))
        if not gold.ok:
            return None
        missing, extra = Counter(gold.rows) - Counter(given.rows), Counter(given.rows) - Counter(gold.rows)
        if len(gold.columns) != len(given.columns):
            missing, extra = Counter(), Counter()
        return Difference(_sample(gold, missing), _sample(given, extra), _verdict(gold, given, missing, extra))

    def _run(self, database: Database, sql: str) -> Result:
        if not sql.strip():
            return Result(outcome="error", message="no SQL was written")
        try:
            return self._executions.run(database, sql)
        except DatabaseError as error:
            # A report shows what it can: a file that is gone by now takes the rows of its turns, not the page.
            return Result(outcome="error", message=str(error))


def _sample(result: Result, odd: Counter[Row]) -> Sample:
    """Show the first rows, those that the other result lacks before the others where not all can be shown."""
    if not result.ok:
        return Sample((), (), (), f"{result.outcome}: {result.message}")
    marked = _marked(result.rows, odd)
    if len(marked) > ROWS_SHOWN:
        marked.sort(key=lambda row: not row[1])
    shown = marked[:ROWS_SHOWN]
    return Sample(
        columns=result.columns[:COLUMNS_SHOWN],
        rows=tuple(tuple(_cell(cell) for cell in row[:COLUMNS_SHOWN]) for row, _ in shown),
        odd=tuple(is_odd for _, is_odd in shown),
        caption=_caption(result, any(is_odd for _, is_odd in shown)),
    )


def _marked(rows: Sequence[Row], odd: Counter[Row]) -> list[tuple[Row, bool]]:
    """Mark as many of equal rows as the other result lacks, the last ones."""
    left, marked = odd.copy(), list[tuple[Row, bool]]()
    for row in reversed(rows):
        marked.append((row, left[row] > 0))
        left[row] -= 1
    return marked[::-1]


def _caption(result: Result, odd: bool) -> str:
    count = f"{len(result.rows)}{'+' if result.outcome == 'truncated' else ''}"
    cut = f", {'those that differ first, ' if odd else 'the first '}{ROWS_SHOWN} shown"
    narrowed = f", {COLUMNS_SHOWN} of {len(result.columns)} columns" if len(result.columns) > COLUMNS_SHOWN else ""
    return f"{count} {'row' if count == '1' else 'rows'}{cut if len(result.rows) > ROWS_SHOWN else ''}{narrowed}"


def _verdict(gold: Result, given: Result, missing: Counter[Row], extra: Counter[Row]) -> str:
    if not given.ok:
        return "The answer does not run."
    if len(gold.columns) != len(given.columns):
        return f"Columns: {len(given.columns)} in the answer, {len(gold.columns)} in the gold."
    if not missing and not extra:
        return "The same rows in the same order." if gold.rows == given.rows else "The same rows in another order."
    repeated = set(gold.rows) == set(given.rows)
    repetitions = ", all of them repetitions" if repeated else ""
    return f"Rows: {missing.total()} missing, {extra.total()} too many{repetitions}."


def _cell(cell: object) -> str:
    return "NULL" if cell is None else str(json_cell(cell))[:LONGEST_CELL]
