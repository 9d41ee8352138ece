"""The validator against gold SQL: how often it errs on what runs, and what it finds in what was broken on purpose."""

from __future__ import annotations

from random import Random
from time import process_time
from typing import get_args

from eval.datasets import Dataset
from eval.table import ReportTable, figure
from nodes.sql.errors import SQLError
from nodes.sql.mutations import Mutation, mutate
from nodes.sql.parsing.parse import repair
from nodes.sql.violations import violations
from nodes.state import Severity, Violation, ViolationKind
from value_index.database import Database
from value_index.models import FrozenModel
from value_index.schema import Schema

EXPECTED: dict[Mutation, frozenset[ViolationKind]] = {
    "renamed_column": frozenset({"unknown_column"}),
    "moved_column": frozenset({"wrong_table"}),
    "dropped_table": frozenset({"wrong_table", "unknown_table"}),
    "bare_column": frozenset({"bare_column"}),
    "repeating_join": frozenset({"fan_out"}),
    "harmless_join": frozenset(),
}
"""The kinds of which one must be found; for the harmless join, nothing of fan-out may be."""
_REFUSED: frozenset[Mutation] = frozenset({"renamed_column", "moved_column", "dropped_table"})
"""The mutations that SQLite itself refuses, so that a mutant that runs is no fault (a quoted word read as a string)."""


class MutationScore(FrozenModel):
    """What became of the mutants of one kind."""

    mutants: int
    right: int
    """Flagged with the right kind; for `harmless_join`, not flagged as a fan-out."""
    refused_by_sqlite: int | None = None
    """How many of those SQLite does not compile; None if it compiles all by design."""


class ValidatorScores(FrozenModel):
    """The validator over one split's distinct gold queries, and over their mutants."""

    runnable: int
    """Gold queries of all turns that run."""
    false_alarms: int
    """How many of those are told an error."""
    warned: dict[ViolationKind, int]
    """How many of those are told a warning of each kind."""
    not_runnable: int
    caught: int
    """How many of the gold queries that do not run are told an error."""
    milliseconds: float
    """Mean processor time of one validation."""
    mutations: dict[Mutation, MutationScore]

    @property
    def false_alarm_rate(self) -> float:
        """Errors told about SQL that runs, as a share."""
        return self.false_alarms / self.runnable if self.runnable else 0.0


def score_validator(dataset: Dataset, *, seed: int = 0, sample: int | None = None) -> ValidatorScores:
    """Validate every gold query as it is, and with one seeded fault of each kind it has a place for.

    Args:
        dataset: Whose golds are taken, turn by turn.
        seed: Of the faults and of the sample.
        sample: How many turns to draw; all of them unless given.
    """
    golds = [(dialogue.database_id, turn.query) for dialogue in dataset.dialogues for turn in dialogue.turns]
    if sample is not None and sample < len(golds):
        golds = Random(seed).sample(golds, sample)
    found: dict[tuple[str, str], tuple[Violation, ...]] = {}
    start = process_time()
    for database_id, sql in golds:
        if (database_id, sql) not in found:
            found[database_id, sql] = violations(sql, dataset.open_database(database_id).schema)
    elapsed = process_time() - start
    runs = {gold: _runs(dataset.open_database(gold[0]), gold[1]) for gold in found}
    running = [gold for gold in golds if runs[gold]]
    broken = [gold for gold in golds if not runs[gold]]
    kinds: tuple[ViolationKind, ...] = get_args(ViolationKind)
    warned: dict[ViolationKind, int] = {
        kind: count for kind in kinds if (count := sum(kind in _kinds(found[gold], "warning") for gold in running))
    }
    return ValidatorScores(
        runnable=len(running),
        false_alarms=sum(bool(_kinds(found[gold], "error")) for gold in running),
        warned=warned,
        not_runnable=len(broken),
        caught=sum(bool(_kinds(found[gold], "error")) for gold in broken),
        milliseconds=1000 * elapsed / len(found) if found else 0.0,
        mutations={mutation: _mutants(dataset, running, mutation, Random(seed)) for mutation in get_args(Mutation)},
    )


def validator_table(scores: ValidatorScores) -> ReportTable:
    """Lay the figures out for a reader."""

    def row(name: str, part: int, whole: int) -> tuple[str, str, str, str]:
        return name, str(whole), str(part), f"{part / whole:.4f}".removeprefix("0") if whole else figure(None)

    rows = [row("gold that runs: told an error", scores.false_alarms, scores.runnable)]
    rows += [row(f"gold that runs: warned of {kind}", count, scores.runnable) for kind, count in scores.warned.items()]
    rows.append(row("gold that does not run: told an error", scores.caught, scores.not_runnable))
    rows += [row(f"{name}: right", score.right, score.mutants) for name, score in scores.mutations.items()]
    note = (
        f"{scores.milliseconds:.1f} ms a query; a mutant is right when flagged with its kind, a harmless join when not"
    )
    return ReportTable(
        "The validator on gold SQL and on gold SQL with a seeded fault", ("", "of", "count", "share"), tuple(rows), note
    )


def is_right(mutation: Mutation, sql: str, schema: Schema) -> bool:
    """Tell whether the validator says of a mutant what it should."""
    kinds = {violation.kind for violation in violations(sql, schema)}
    return bool(kinds & EXPECTED[mutation]) if EXPECTED[mutation] else "fan_out" not in kinds


def _mutants(dataset: Dataset, golds: list[tuple[str, str]], mutation: Mutation, rng: Random) -> MutationScore:
    mutants = right = refused = 0
    for database_id, gold in golds:
        database = dataset.open_database(database_id)
        try:
            sql = mutate(gold, database.schema, mutation, rng)
        except SQLError:
            continue
        if sql is None:
            continue
        mutants += 1
        right += is_right(mutation, sql, database.schema)
        refused += mutation in _REFUSED and not database.check(sql).ok
    return MutationScore(mutants=mutants, right=right, refused_by_sqlite=refused if mutation in _REFUSED else None)


def _runs(database: Database, sql: str) -> bool:
    return database.execute(repair(sql), max_rows=1).ok


def _kinds(found: tuple[Violation, ...], severity: Severity) -> set[ViolationKind]:
    return {violation.kind for violation in found if violation.severity == severity}
