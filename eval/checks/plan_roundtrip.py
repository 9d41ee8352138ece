"""The round trip: gold SQL to plan, dumped to JSON, loaded, to SQL, executed. It is the ceiling of the whole design."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from eval.datasets import load
from eval.datasets.bird import load_bird
from eval.scoring.verdicts import Executions, judge
from nodes.plan import Plan
from nodes.sql.errors import SQLError
from nodes.sql.from_plan import from_plan
from nodes.sql.normal_form import same_form
from nodes.sql.to_plan import to_plan
from nodes.sql.violations import violations
from value_index.database import Database
from value_index.engines.sqlite.database import SQLiteDatabase
from value_index.models import FrozenModel
from value_index.schema import Schema

_SELECT = re.compile(r"\bselect\b", re.IGNORECASE)


class Share(FrozenModel):
    """How many of some golds come back equal."""

    n: int
    equal: int
    """How many are equal by the value verdict."""
    strict: int
    """How many are equal by the strict verdict: the column labels are the same too."""


class Normalised(FrozenModel):
    """How many golds come back as the same SQL but for spelling, executed or not."""

    n: int
    equal: int


class Traveller(FrozenModel):
    """What became of one gold."""

    question: str
    """`dialogue.turn` of the official file, or BIRD's row; from 0."""
    database_id: str
    gold: str
    written: str = ""
    """The SQL of its plan; "" if there is none."""
    cause: str = ""
    """Why it is an exception: the cause of the SQLError, `unequal` (the value verdict), `gold_...` (it does not run);
    "" for one that came back."""
    message: str = ""
    flat: bool
    """One SELECT, no set operation."""
    vacuous: bool = False
    """The gold's result is empty, so that an equal result says little."""
    executed: bool = False
    """The gold ran; false also where its database is absent."""
    strict: bool = False
    normalised: bool = False
    alarm: str = ""
    """The validator's error about it; "" if it has none."""


class RoundTrip(FrozenModel):
    """The result over one split."""

    dataset: str
    split: str
    golds: int
    """All of them; `all.n`, `vacuous` and `not_executed` add up to it."""
    flat: Share
    all: Share
    vacuous: int
    """Golds with an empty result, left out of `flat` and `all`."""
    not_executed: int
    """Golds that do not run (listed), and golds whose database is absent."""
    normalised: Normalised | None = None
    """BIRD only."""
    alarms: tuple[str, ...] | None = None
    """The golds that the validator tells an error, each with it; None but for BIRD, whose golds need no database for it."""
    exceptions: dict[str, tuple[Traveller, ...]]
    """The golds that are not equal, by cause."""

    def describe(self) -> str:
        """Return the figures as a few lines."""
        shares = {"flat": self.flat, "all": self.all, "same SQL after normalising": self.normalised}
        lines = [f"{name}: {share.equal} of {share.n}" for name, share in shares.items() if share]
        counts = ", ".join(f"{cause} {len(found)}" for cause, found in self.exceptions.items())
        left_out = f"left out: {self.vacuous} with an empty result, {self.not_executed} not executed"
        if self.alarms is not None:
            share = len(self.alarms) / self.golds if self.golds else 0.0
            lines.append(f"told an error by the validator: {len(self.alarms)} of {self.golds} ({share:.3f})")
        return "\n".join([f"{self.dataset} {self.split}", *lines, left_out, f"exceptions: {counts or 'none'}"])


@dataclass(frozen=True)
class _Gold:
    question: str
    database_id: str
    sql: str
    schema: Schema
    database: Database | None
    """None if the file is absent: nothing is executed then."""


def roundtrip(dataset: str, folder: Path, split: str) -> RoundTrip:
    """Send every gold of a split through the plan and back, and compare what the two SQL texts return.

    Raises:
        DataError: the data is not there, or not that data set's.
    """
    bird, executions = dataset == "bird", Executions()
    golds = _bird(folder, split) if bird else _golds(dataset, folder, split)
    travelled = [_travel(gold, executions, normalise=bird) for gold in golds]
    scored = [one for one in travelled if one.executed and not one.vacuous]
    causes = sorted({one.cause for one in travelled if one.cause})
    return RoundTrip(
        dataset=dataset,
        split=split,
        golds=len(travelled),
        flat=_share([one for one in scored if one.flat]),
        all=_share(scored),
        vacuous=sum(one.vacuous for one in travelled),
        not_executed=sum(not one.executed for one in travelled),
        normalised=Normalised(n=len(travelled), equal=sum(one.normalised for one in travelled)) if bird else None,
        alarms=tuple(f"{one.question}: {one.alarm}" for one in travelled if one.alarm) if bird else None,
        exceptions={cause: tuple(one for one in travelled if one.cause == cause) for cause in causes},
    )


def _share(travelled: list[Traveller]) -> Share:
    equal = sum(not one.cause for one in travelled)
    return Share(n=len(travelled), equal=equal, strict=sum(one.strict for one in travelled))


def _golds(dataset: str, folder: Path, split: str) -> Iterator[_Gold]:
    data = load(dataset, folder, split)
    data.open_databases()
    for dialogue in data.dialogues:
        database = data.open_database(dialogue.database_id)
        for number, turn in enumerate(dialogue.turns):
            name = f"{dialogue.index}.{number}"
            yield _Gold(name, dialogue.database_id, turn.query, database.schema, database)
    data.close()


def _bird(folder: Path, split: str) -> Iterator[_Gold]:
    data = load_bird(folder, split)
    opened: dict[str, Database | None] = {}
    here = data.dialect == "sqlite"
    for row, question in enumerate(data.questions):
        name, path = question.db_id, data.database_path(question.db_id)
        if name not in opened:
            opened[name] = SQLiteDatabase.open(path, database_id=name) if path.is_file() and here else None
        database = opened[name]
        yield _Gold(str(row), name, question.query, database.schema if database else data.schemas[name], database)


def _travel(gold: _Gold, executions: Executions, *, normalise: bool) -> Traveller:
    start = Traveller(question=gold.question, database_id=gold.database_id, gold=gold.sql,
                      flat=len(_SELECT.findall(gold.sql)) == 1, alarm=_alarm(gold) if normalise else "")  # fmt: skip
    try:
        dumped = to_plan(gold.sql, gold.schema).model_dump_json()
        written = from_plan(Plan.model_validate_json(dumped), gold.schema)
        same = normalise and same_form(gold.sql, written, gold.schema)
        one = start.model_copy(update={"written": written, "normalised": same})
    except SQLError as error:
        one = start.model_copy(update={"cause": error.cause, "message": str(error)})
    return one if gold.database is None else _judged(one, gold.database, executions)


def _alarm(gold: _Gold) -> str:
    return next((found.message for found in violations(gold.sql, gold.schema) if found.severity == "error"), "")


def _judged(one: Traveller, database: Database, executions: Executions) -> Traveller:
    verdicts = judge(database, one.gold, one.written, executions=executions)
    if verdicts.unscored is not None:
        kind, _, message = verdicts.unscored.partition(": ")
        return one.model_copy(update={"cause": kind, "message": message})
    result = executions.run(database, one.gold)
    unequal = "" if verdicts.value else "unequal"
    found = {"executed": True, "vacuous": not result.rows, "strict": verdicts.strict, "cause": one.cause or unequal}
    return one.model_copy(update=found)
