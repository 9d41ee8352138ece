"""judge_pairs: the five verdicts of pairs of SQL in a JSONL file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from eval.scoring.gold_audit import read_gold
from eval.scoring.suite import Suites, SuiteVerdict
from eval.scoring.verdicts import Executions, Verdicts, judge
from value_index.database import Database
from value_index.engines.sqlite.database import SQLiteDatabase
from value_index.errors import TurnSQLError, first_problem, reason
from value_index.models import ForeignModel


class PairsError(TurnSQLError):
    """A file of pairs that cannot be read, or a database that is not there."""


class SqlPair(ForeignModel):
    """One line: fields that we do not know are ignored."""

    db: str
    """Database id: the name of its folder and of its file."""
    gold: str
    pred: str


def read_pairs(path: Path) -> list[SqlPair]:
    """Read a file of pairs, one JSON object a line; empty lines are skipped.

    Raises:
        PairsError: the file cannot be read, or a line is no pair (its number is named).
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise PairsError(f"cannot read {str(path)!r}: {reason(error)}") from error
    return [_pair(path, number, line) for number, line in enumerate(lines, start=1) if line.strip()]


def judge_pairs(path: Path, databases: Path) -> Iterator[Verdicts]:
    """Yield the verdicts of each line, in order; the whole file is checked before the first.

    Raises:
        PairsError: for a bad line, and for a database that is not in the folder.
    """
    executions = Executions()
    for pair, database in _opened(path, databases):
        yield _with_tie(judge(database, pair.gold, pair.pred, executions=executions), pair, database, executions)


def judge_pairs_on_copies(path: Path, databases: Path) -> Iterator[tuple[Verdicts, SuiteVerdict]]:
    """Yield the verdicts of each line, and what mutated copies of its database say.

    Raises:
        PairsError: as `judge_pairs`.
    """
    executions, suites = Executions(), Suites()
    try:
        for pair, database in _opened(path, databases):
            verdicts = _with_tie(
                judge(database, pair.gold, pair.pred, executions=executions), pair, database, executions
            )
            yield verdicts, suites.judge(database, pair.gold, pair.pred, verdicts.value)
    finally:
        suites.close()


def _with_tie(verdicts: Verdicts, pair: SqlPair, database: Database, executions: Executions) -> Verdicts:
    """Note a tie at the gold's LIMIT beside a wrong verdict: another choice of equal rows would be as right."""
    if verdicts.value is not False or "limit" not in pair.gold.lower():
        return verdicts
    tied = "tie_cut_by_limit" in read_gold(executions, database, pair.gold).flags
    return verdicts.model_copy(update={"notes": (*verdicts.notes, "tie")}) if tied else verdicts


def _opened(path: Path, databases: Path) -> Iterator[tuple[SqlPair, Database]]:
    pairs = read_pairs(path)
    opened = {name: _open(databases, name) for name in sorted({pair.db for pair in pairs})}
    for pair in pairs:
        yield pair, opened[pair.db]
    for database in opened.values():
        database.close()


def _pair(path: Path, number: int, line: str) -> SqlPair:
    try:
        return SqlPair.model_validate_json(line)
    except ValidationError as error:
        raise PairsError(
            f"{path}, line {number}: {first_problem(error)} (a line is an object with db, gold and pred)"
        ) from error


def _open(folder: Path, name: str) -> Database:
    path = folder / name / f"{name}.sqlite"
    if Path(name).name != name or not path.exists():
        raise PairsError(f"no database {name!r} in {str(folder)!r}: {path} does not exist")
    return SQLiteDatabase.open(path)
