"""Gold SQL against the dialects: read, kept as a plan, written for every engine, read back, and validated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar, get_args

from eval.datasets import load
from eval.datasets.bird import load_bird
from eval.table import ReportTable, figure
from nodes.sql.errors import SQLError
from nodes.sql.from_plan import from_plan
from nodes.sql.parsing.parse import parse
from nodes.sql.to_plan import to_plan
from nodes.sql.violations import violations
from value_index.models import FrozenModel
from value_index.schema import Dialect, Schema

A = TypeVar("A")
B = TypeVar("B")


class Written(FrozenModel):
    """What became of the plans in one dialect."""

    dialect: Dialect
    written: int
    """Plans that the dialect can say."""
    stable: int
    """Written plans that, read back, are written as the same text."""
    false_alarms: int
    """Written plans that are told an error."""


class DialectScores(FrozenModel):
    """The golds of one split through every dialect; nothing is run."""

    dialect: Dialect
    """How the golds are spelt."""
    golds: int
    parsed: int
    planned: int
    false_alarms: int
    """Golds that are told an error."""
    written: tuple[Written, ...]
    exceptions: dict[str, int]
    """How many golds a plan does not hold, and plans a dialect cannot say, by what is said of them."""

    def table(self) -> ReportTable:
        """Return a line a dialect."""
        rows = (
            (
                one.dialect,
                f"{one.written}",
                f"{one.stable}",
                f"{one.false_alarms}",
                _share(one.false_alarms, one.written),
            )
            for one in self.written
        )
        return ReportTable(
            title=f"{self.golds} golds in {self.dialect}: {self.parsed} parsed, {self.planned} kept as plans,"
            f" {self.false_alarms} false alarms ({_share(self.false_alarms, self.golds)})",
            columns=("dialect", "written", "same text again", "false alarms", "share"),
            rows=tuple(rows),
            note="; ".join(f"{count} x {said}" for said, count in self.exceptions.items()),
        )


def score_dialects(dataset: str, folder: Path, split: str) -> DialectScores:
    """Send every gold of a split through its plan into every dialect.

    Raises:
        DataError: the data is not there, or not that data set's.
    """
    golds = list(_bird(folder, split) if dataset == "bird" else _golds(dataset, folder, split))
    told = [sql for sql, schema in golds if _is_told_an_error(sql, schema)]
    exceptions: Counter[str] = Counter()
    plans = [(plan, schema) for sql, schema in golds if (plan := _attempt(to_plan, sql, schema, exceptions))]
    dialects: list[Written] = []
    for dialect in get_args(Dialect):
        spelt = [(plan, schema.model_copy(update={"dialect": dialect})) for plan, schema in plans]
        texts = [(text, schema) for plan, schema in spelt if (text := _attempt(from_plan, plan, schema, exceptions))]
        stable = sum(_again(text, schema) == text for text, schema in texts)
        alarms = sum(_is_told_an_error(text, schema) for text, schema in texts)
        dialects.append(Written(dialect=dialect, written=len(texts), stable=stable, false_alarms=alarms))
    return DialectScores(
        dialect=golds[0][1].dialect if golds else "sqlite", golds=len(golds),
        parsed=sum(_attempt(parse, sql, schema, Counter()) is not None for sql, schema in golds),
        planned=len(plans), false_alarms=len(told), written=tuple(dialects),
        exceptions=dict(exceptions.most_common()),
    )  # fmt: skip


def _share(some: int, of: int) -> str:
    return figure(some / max(of, 1))


def _attempt(does: Callable[[A, Schema], B], given: A, schema: Schema, exceptions: Counter[str]) -> B | None:
    try:
        return does(given, schema)
    except SQLError as error:
        exceptions[str(error)[:100]] += 1
        return None


def _again(text: str, schema: Schema) -> str:
    try:
        return from_plan(to_plan(text, schema), schema)
    except SQLError as error:
        return str(error)


def _is_told_an_error(sql: str, schema: Schema) -> bool:
    return any(violation.severity == "error" for violation in violations(sql, schema))


def _golds(dataset: str, folder: Path, split: str) -> Iterable[tuple[str, Schema]]:
    data = load(dataset, folder, split)
    for dialogue in data.dialogues:
        schema = data.open_database(dialogue.database_id).schema
        yield from ((turn.query, schema) for turn in dialogue.turns)
    data.close()


def _bird(folder: Path, split: str) -> Iterator[tuple[str, Schema]]:
    data = load_bird(folder, split)
    for question in data.questions:
        yield question.query, data.schemas[question.db_id].model_copy(update={"dialect": data.dialect})
