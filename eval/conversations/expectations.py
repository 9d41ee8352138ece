"""Expectations: what a turn of a suite says must hold, held against the SQL that answered it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from eval.conversations.suite_file import TurnSpec
from eval.scoring.suite import Suites
from eval.scoring.verdicts import Executions, judge
from nodes.plan import LiteralTerm, Plan, TableSource
from nodes.plan.traversal import columns, parts
from nodes.sql.errors import SQLError
from nodes.sql.to_plan import to_plan
from value_index.database import Database, Result


@dataclass(frozen=True)
class Answered:
    """An answer: its SQL, and the database that it was given for."""

    sql: str
    database: Database
    executions: Executions

    @cached_property
    def result(self) -> Result | None:
        """The rows; None without SQL."""
        return self.executions.run(self.database, self.sql) if self.sql.strip() else None

    @cached_property
    def plan(self) -> Plan | None:
        """The plan of the SQL; None where no plan holds it."""
        try:
            return to_plan(self.sql, self.database.schema)
        except SQLError:
            return None


def shortfall(turn: TurnSpec, answer: Answered) -> str | None:
    """Return the first thing that does not hold of an answer; None where all does."""
    if turn.fails:
        rows = answer.result.rows if answer.result else ()
        return f"it must not be answered, and gave {len(rows)} rows" if rows else None
    if answer.result is None:
        return "no SQL"
    if not answer.result.ok:
        return f"the SQL does not run: {answer.result.message}"
    checks = (_sql, _rows, _columns, _count, _keeps, _drops, _uses)
    return next((why for check in checks if (why := check(turn, answer))), None)


def _sql(turn: TurnSpec, answer: Answered) -> str | None:
    right = [s for s in turn.sql if judge(answer.database, s, answer.sql, executions=answer.executions).value]
    if not turn.sql or (right and not turn.copies):
        return None
    if not right:
        return "other rows than the expected SQL gives"
    suites = Suites()
    try:
        held = any(suites.judge(answer.database, sql, answer.sql, True).holds for sql in right)
    finally:
        suites.close()
    return None if held else "the expected rows by chance: a copy of the database with other rows tells the two apart"


def _rows(turn: TurnSpec, answer: Answered) -> str | None:
    if turn.rows is None:
        return None
    assert answer.result
    given, wanted = Counter(map(_key, answer.result.rows)), Counter(map(_key, turn.rows))
    missing, odd = sum((wanted - given).values()), sum((given - wanted).values())
    return f"{missing} expected rows missing, {odd} others" if missing or odd else None


def _key(row: Any) -> tuple[Any, ...]:
    return tuple(round(cell, 6) if isinstance(cell, float) else cell for cell in row)


def _columns(turn: TurnSpec, answer: Answered) -> str | None:
    assert answer.result
    given = [name.casefold() for name in answer.result.columns]
    wanted = [name.casefold() for name in turn.columns]
    return f"columns {', '.join(given)}, expected {', '.join(wanted)}" if wanted and given != wanted else None


def _count(turn: TurnSpec, answer: Answered) -> str | None:
    assert answer.result
    found = len(answer.result.rows)
    return f"{found} rows, expected {turn.count}" if turn.count is not None and found != turn.count else None


def _literals(answer: Answered) -> set[str]:
    if answer.plan is None:
        return set()
    found = (str(term.value).casefold() for term in parts(answer.plan, LiteralTerm))
    return {text for value in found for text in (value, value.strip("%"))}


def _keeps(turn: TurnSpec, answer: Answered) -> str | None:
    lost = [value for value in turn.keeps if value.casefold() not in _literals(answer)]
    return f"forgotten: {', '.join(lost)}" if lost else None


def _drops(turn: TurnSpec, answer: Answered) -> str | None:
    held = [value for value in turn.drops if value.casefold() in _literals(answer)]
    return f"still in force: {', '.join(held)}" if held else None


def _uses(turn: TurnSpec, answer: Answered) -> str | None:
    if not turn.uses:
        return None
    if answer.plan is None:
        return "the SQL is no plan, so what it reads cannot be told"
    read = {source.table.casefold() for source in parts(answer.plan, TableSource)}
    read |= {f"{term.table}.{term.column}".casefold() for term in columns(answer.plan)}
    unread = [name for name in turn.uses if name.casefold() not in read]
    return f"not read: {', '.join(unread)}" if unread else None
