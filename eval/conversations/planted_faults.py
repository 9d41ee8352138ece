"""Planted faults: which behaviours of a suite find a system that drops a filter, keeps a stale one, and so on.

The faulty system answers with the suite's own SQL, changed in one way wherever it can be changed so. A suite is worth what
it finds: the table shows, for each behaviour, the turns where a fault was planted and how many of them were judged wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from eval.ablation.corruptions import CorruptionInput, FailureMode, corrupt
from eval.conversations.expectations import Answered, shortfall
from eval.conversations.suite_file import DialogueSpec, SuiteFile
from eval.scoring.verdicts import Executions
from eval.table import ReportTable
from nodes.plan import ROW_COUNT, Aggregate, Plan
from nodes.sql.errors import SQLError
from nodes.sql.from_plan import from_plan
from nodes.sql.to_plan import to_plan
from value_index.database import Database

Plant = Callable[[CorruptionInput, Random], str | None]
"""Returns the SQL of a faulty system; None where the fault has no place."""


def _as(mode: FailureMode) -> Plant:
    return lambda given, draw: corrupt(mode, given, draw)


def _count_for_list(given: CorruptionInput, draw: Random) -> str | None:
    plan = given.plan
    if plan.group_by or plan.set_operations or any(isinstance(term, Aggregate) for term in plan.select):
        return None
    counted = ROW_COUNT
    return _written(
        plan.model_copy(update={"select": (counted,), "distinct": False, "order_by": (), "limit": None}), given
    )


def _order_ignored(given: CorruptionInput, draw: Random) -> str | None:
    return _written(given.plan.model_copy(update={"order_by": ()}), given) if given.plan.order_by else None


def _written(plan: Plan, given: CorruptionInput) -> str | None:
    try:
        return from_plan(plan, given.schema)
    except SQLError:
        return None


FAULTS: dict[str, Plant] = {
    "filter dropped": _as("filter_amnesia"), "stale filter": _as("history_misalignment"),
    "wrong table": _as("table_misattribution"), "other value": _as("value_grounding"),
    "count for list": _count_for_list, "other column": _as("projection_drift"), "join loosened": _as("join_fan_out"),
    "order ignored": _order_ignored,
}  # fmt: skip
"""The faults, by name."""


@dataclass(frozen=True)
class Planted:
    """One fault in the turns of one behaviour."""

    behaviour: str
    fault: str
    planted: int
    found: int
    """Turns that the suite judges wrong."""


def plant_faults(suite: SuiteFile, database: Database, *, seed: int = 0) -> tuple[Planted, ...]:
    """Answer a suite with its own SQL, spoilt in each way, and count what it finds."""
    executions, counts = Executions(), dict[tuple[str, str], list[int]]()
    for number, dialogue in enumerate(suite.dialogues):
        for place, turn in enumerate(dialogue.turns):
            given = _given(dialogue, place, database)
            if given is None:
                continue
            for name, plant in FAULTS.items():
                sql = plant(given, Random(f"{seed}/{name}/{number}/{place}"))
                if sql is None or sql == turn.sql[0]:
                    continue
                cell = counts.setdefault((turn.behaviour, name), [0, 0])
                cell[0] += 1
                cell[1] += shortfall(turn, Answered(sql, database, executions)) is not None
    return tuple(Planted(*key, *cell) for key, cell in counts.items())


def _given(dialogue: DialogueSpec, place: int, database: Database) -> CorruptionInput | None:
    plans = [_plan(turn.sql[0] if turn.sql else "", database) for turn in dialogue.turns[: place + 1]]
    gold = plans[-1]
    return CorruptionInput(gold, plans[-2] if place else None, database) if gold else None


def _plan(sql: str, database: Database) -> Plan | None:
    try:
        return to_plan(sql, database.schema) if sql else None
    except SQLError:
        return None


def fault_table(planted: tuple[Planted, ...]) -> ReportTable:
    """Lay out found of planted, a row a behaviour and a column a fault."""
    cells = {(each.behaviour, each.fault): f"{each.found}/{each.planted}" for each in planted}
    rows = [
        (behaviour, *(cells.get((behaviour, fault), "") for fault in FAULTS))
        for behaviour in sorted({each.behaviour for each in planted})
    ]
    totals = [
        (
            sum(each.found for each in planted if each.fault == fault),
            sum(e.planted for e in planted if e.fault == fault),
        )
        for fault in FAULTS
    ]
    whole = ("all", *(f"{found}/{count}" if count else "" for found, count in totals))
    note = "Turns judged wrong, of those where the fault was planted; empty where the fault has no place."
    return ReportTable("Planted faults", ("behaviour", *FAULTS), (whole, *rows), note)
