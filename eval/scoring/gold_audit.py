"""audit: golds whose answer cannot be trusted, each with the reason.

A flagged gold still counts: the headline is over every gold that runs, and the figures without the flagged ones stand
beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Literal, get_args

from eval.datasets import Dataset
from eval.gold.outputs import parsed
from eval.scoring.verdicts import Executions
from nodes.plan import RANGE_OPERATORS, Aggregate, Call, ColumnTerm, LiteralTerm, Ordering, Plan, Predicate, Term
from nodes.plan.traversal import blocks, escapes, walk
from nodes.sql.errors import SQLError
from nodes.sql.from_plan import from_plan
from value_index.database import Database, Row
from value_index.models import FrozenModel
from value_index.schema import ColumnRef

Flag = Literal["does_not_run", "empty", "clock", "tie_cut_by_limit", "null_order", "number_as_text"]
FLAGS: tuple[Flag, ...] = get_args(Flag)
"""does_not_run. empty: no rows. clock: asks what time it is. tie_cut_by_limit: which of several equal rows are shown is
left to the engine. null_order: the order depends on where NULLs go. number_as_text: orders numbers by their spelling."""


_CLOCKS = frozenset({"current_date", "current_time", "current_timestamp"})
_DATES = frozenset({"date", "time", "datetime", "julianday", "unixepoch"})
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)")
_SAMPLE = 200
"""Distinct values of a column that are looked at."""
_MOSTLY = 0.9
"""The share of them that are numbers in a column of numbers as text ('null' and the like are the rest)."""


class FlaggedGold(FrozenModel):
    """One turn whose gold is flagged."""

    dialogue: int
    turn: int
    database_id: str
    flags: tuple[Flag, ...]
    detail: str
    """Why it does not run; "" if it does."""
    query: str


class Audit(FrozenModel):
    """The golds of a data set, looked at one by one."""

    turns: int
    counts: dict[Flag, int]
    flagged: tuple[FlaggedGold, ...]
    unread: int
    """Golds that run and are no plan: only the first two flags could be given."""


def audit(dataset: Dataset) -> Audit:
    """Audit every gold of a data set."""
    executions, flagged, unread, turns = Executions(), list[FlaggedGold](), 0, 0
    for dialogue in dataset.dialogues:
        database = dataset.open_database(dialogue.database_id)
        for number, turn in enumerate(dialogue.turns):
            gold = read_gold(executions, database, turn.query)
            turns, unread = turns + 1, unread + gold.unread
            if gold.flags:
                flagged.append(
                    FlaggedGold(
                        dialogue=dialogue.index, turn=number, database_id=dialogue.database_id,
                        flags=gold.flags, detail=gold.detail, query=turn.query,
                    )
                )  # fmt: skip
    counts: dict[Flag, int] = {flag: sum(flag in gold.flags for gold in flagged) for flag in FLAGS}
    return Audit(turns=turns, counts=counts, flagged=tuple(flagged), unread=unread)


@dataclass(frozen=True)
class GoldReading:
    """What one gold looks like."""

    flags: tuple[Flag, ...]
    detail: str = ""
    unread: bool = False


def read_gold(executions: Executions, database: Database, sql: str, plan: Plan | None = None) -> GoldReading:
    """Return the flags of one gold query.

    Args:
        plan: of the query, where it was read before.
    """
    result = executions.run(database, sql)
    if result.outcome != "rows":
        return GoldReading(("does_not_run",), f"{result.outcome}: {result.message}")
    flags: list[Flag] = [] if result.rows else ["empty"]
    plan = plan or parsed(sql, database.schema)
    if plan is None:
        return GoldReading(tuple(flags), unread=True)
    if any(_reads_clock(part) for part in walk(plan) if isinstance(part, Call)):
        flags.append("clock")
    orders = [order for block in blocks(plan) if (order := _order(executions, database, block)) is not None]
    if any(order.is_cut for order in orders):
        flags.append("tie_cut_by_limit")
    if any(order.has_mixed_nulls for order in orders):
        flags.append("null_order")
    if any(_is_numeric_text(database, ref) for ref in set(_spelled_columns(plan))):
        flags.append("number_as_text")
    return GoldReading(tuple(flags))


@dataclass(frozen=True)
class _Order:
    """The rows of one block as it orders them, before its LIMIT, with their ORDER BY values."""

    rows: Sequence[Row]
    keys: Sequence[Row]
    first: int
    """Index of the first row shown."""
    stop: int
    """Index after the last row shown."""

    @property
    def is_cut(self) -> bool:
        """Whether a boundary of LIMIT or OFFSET falls between rows of equal keys that differ."""
        return any(self._splits(boundary) for boundary in (self.first, self.stop))

    def _splits(self, boundary: int) -> bool:
        if not 0 < boundary < len(self.rows) or self.keys[boundary - 1] != self.keys[boundary]:
            return False
        tied = [row for row, key in zip(self.rows, self.keys, strict=True) if key == self.keys[boundary]]
        return any(a != b for a, b in pairwise(tied))

    @property
    def has_mixed_nulls(self) -> bool:
        """Whether NULLs and values meet in some term, among rows that agree in the terms before it."""
        if not self.keys:
            return False
        return any(
            len({key[place] is None for key in group}) == 2
            for place in range(len(self.keys[0]))
            for _, group in groupby(self.keys, key=lambda key, stop=place: key[:stop])
        )


def _order(executions: Executions, database: Database, block: Plan) -> _Order | None:
    """Run a block without its LIMIT, ORDER BY values beside the rows; None if that cannot be done or says nothing."""
    if (not block.order_by and block.limit is None) or escapes(block):
        return None
    terms = [item.term for item in block.order_by]
    places = _places(block, terms)
    if places is None:
        return None
    appended = [term for term, place in zip(terms, places, strict=True) if place < 0]
    whole = block.model_copy(update={"select": (*block.select, *appended), "limit": None, "offset": None})
    try:
        result = executions.run(database, from_plan(whole, database.schema))
    except SQLError:
        return None
    if result.outcome != "rows":
        return None
    width = len(result.columns) - len(appended)
    first = block.offset or 0
    stop = len(result.rows) if block.limit is None or block.limit < 0 else first + block.limit
    return _Order(
        [row[:width] for row in result.rows], [tuple(row[p] for p in places) for row in result.rows], first, stop
    )


def _places(block: Plan, terms: Sequence[Term]) -> list[int] | None:
    """Return where each term stands in a row: among the projections, else appended (counted from the end)."""
    if not block.distinct and not block.set_operations:
        return list(range(-len(terms), 0))
    if any(term not in block.select for term in terms) or any(item.kind == "star" for item in block.select):
        return None
    return [block.select.index(term) for term in terms]


def _reads_clock(call: Call) -> bool:
    if call.function in _CLOCKS:
        return True
    given = call.arguments[1:] if call.function == "strftime" else call.arguments
    if call.function not in _DATES and call.function != "strftime":
        return False
    return not given or any(isinstance(term, LiteralTerm) and term.value == "now" for term in given)


def _spelled_columns(plan: Plan) -> Iterator[ColumnRef]:
    """Yield the columns that a plan compares by order: `<` and the like, ORDER BY, MIN and MAX."""
    for part in walk(plan):
        compared: tuple[Term | None, ...] = ()
        if isinstance(part, Predicate) and part.operator in RANGE_OPERATORS:
            compared = (part.left, *part.right)
        elif isinstance(part, Ordering):
            compared = (part.term,)
        elif isinstance(part, Aggregate) and part.function in ("min", "max"):
            compared = (part.argument,)
        yield from (t.ref for t in compared if isinstance(t, ColumnTerm))


def _is_numeric_text(database: Database, ref: ColumnRef) -> bool:
    values = database.distinct(ref, _SAMPLE)
    spelled = sum(isinstance(value, str) and _NUMBER.fullmatch(value.strip()) is not None for value in values)
    return bool(values) and spelled >= _MOSTLY * len(values)
