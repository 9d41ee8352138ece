"""The literals that a turn may compare with: the value pointers of the compact planner."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from nodes.compact.pointers import same_literal
from nodes.plan import LiteralTerm, Plan
from nodes.plan.constraints import Scalar
from nodes.plan.traversal import walk
from value_index.database import Database
from value_index.matches import ValueMatch
from value_index.schema import ColumnRef
from value_index.text.numbers import digits_value

MOST_EARLIER = 7
MOST_NAMED = 18
MOST_CODES = 14
CODE_LENGTH = 10
CODE_SCORE = 0.3
CODE_SECONDS = 1.0
"""The time for reading one column."""
CODES_SECONDS = 5.0
"""The time for reading all of them."""
_NUMBER = re.compile(r"(?<![\w.])\d+(?:,\d{3})*(?:\.\d+)?(?![\w.])")
_QUOTED = re.compile(r"[\"“‘']([^\"”’']{1,60})[\"”’'](?!\w)")
_CAPITAL = re.compile(r"(?<=[^.?!|]\s)[A-Z][\w-]*(?:\s+[A-Z][\w-]*)*")
_SINGLE = re.compile(r"(?<![\w'’])[A-Za-z](?![\w'’])")


@dataclass(frozen=True)
class Literal:
    """A literal that the turn may compare with."""

    value: Scalar
    columns: Mapping[ColumnRef, float]
    """Columns that store it, with the index's score."""
    earlier: bool
    """Whether an earlier plan holds it."""
    named: bool
    """Whether the utterance names it."""
    mention: str = ""
    """The words of the utterance that name it; "" for none."""


class _Collection:
    """Literals in order, each once."""

    def __init__(self) -> None:
        self.found: list[Literal] = []

    def add(
        self, value: Scalar, column: ColumnRef | None = None, score: float = 0.0, *,
        named: bool = True, mention: str = "", most: int,
    ) -> None:  # fmt: skip
        for index, known in enumerate(self.found):
            if same_literal(known.value, value):
                columns = dict(known.columns)
                if column is not None:
                    columns[column] = max(score, columns.get(column, 0.0))
                self.found[index] = Literal(
                    known.value, columns, known.earlier or not named, known.named or named, known.mention or mention
                )
                return
        if len(self.found) < most:
            self.found.append(Literal(value, {} if column is None else {column: score}, not named, named, mention))


def candidate_literals(
    utterance: str,
    matches: Iterable[ValueMatch],
    earlier: Sequence[Plan | None],
    codes: Mapping[ColumnRef, tuple[Scalar, ...]],
) -> tuple[Literal, ...]:
    """Collect the literals a turn may compare with, at most some thirty.

    Args:
        matches: what the value index finds in the utterance.
        earlier: plans of the turns before, oldest first; None where one could not be read.
        codes: from `code_values`: no utterance spells them.
    """
    collection = _Collection()
    for plan in reversed(earlier[-4:]):
        for value in plan_literals(plan):
            collection.add(value, named=False, most=MOST_EARLIER)
    for match in sorted(matches, key=lambda match: -match.score):
        collection.add(match.value, match.column, match.score, mention=match.mention, most=MOST_NAMED)
    for value in (*_numbers(utterance), *_words(utterance)):
        collection.add(value, mention=str(value), most=MOST_NAMED)
    most = len(collection.found) + MOST_CODES
    for column, values in codes.items():
        for value in values:
            collection.add(value, column, CODE_SCORE, most=most)
    return tuple(collection.found)


def plan_literals(plan: Plan | None) -> tuple[Scalar, ...]:
    """Return the literals and limits of a plan, sub-plans included."""
    parts = tuple(walk(plan)) if plan is not None else ()
    terms: tuple[Scalar, ...] = tuple(part.value for part in parts if isinstance(part, LiteralTerm))
    return terms + tuple(part.limit for part in parts if isinstance(part, Plan) and part.limit is not None)


def code_values(database: Database) -> dict[ColumnRef, tuple[Scalar, ...]]:
    """Return the values of columns that hold at most three, all short texts: flags and codes, which no utterance spells.

    Views come last, and what cannot be read within the time is taken for no code.
    """
    found: dict[ColumnRef, tuple[Scalar, ...]] = {}
    end = time.monotonic() + CODES_SECONDS
    views = {table.name for table in database.schema.tables if table.is_view}
    for column in sorted(database.schema.columns, key=lambda column: column.table in views):
        left = end - time.monotonic()
        if left <= 0:
            break
        values = database.distinct(column, 4, deadline=min(CODE_SECONDS, left))
        if 1 <= len(values) <= 3 and all(
            isinstance(v, str) and 0 < len(v) <= CODE_LENGTH and not v.isdigit() for v in values
        ):
            found[column] = values
    return found


def _numbers(utterance: str) -> list[Scalar]:
    plain = [text.replace(",", "") for text in _NUMBER.findall(utterance)]
    return [float(text) if "." in text else int(text) for text in plain if digits_value(text) is not None]


def _words(utterance: str) -> list[str]:
    """Return quoted texts, single letters and runs of capitalised words."""
    found = [match.group(1) for match in _QUOTED.finditer(utterance)]
    found += [match.group() for pattern in (_SINGLE, _CAPITAL) for match in pattern.finditer(utterance)]
    return [text for text in found if text.lower() not in ("a", "i")]
