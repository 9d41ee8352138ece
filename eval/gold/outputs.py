"""What each stage should have given: derived from the gold SQL of a turn and of the turn before it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cachetools import LRUCache

from eval.datasets import Dataset
from nodes.plan import Plan
from nodes.plan.constraints import Constraint, Scalar, constraints
from nodes.plan.traversal import columns, table_names
from nodes.sql.errors import SQLError
from nodes.sql.parsing.parse import repair
from nodes.sql.to_plan import to_plan
from nodes.state import (
    ColumnLink,
    DialogueState,
    GroundedValue,
    SchemaLinks,
    ScoredPlan,
    TableLink,
)
from value_index.schema import ColumnRef, Schema

KEPT_PLANS = 1_024
"""Plans of SQL texts that are kept, some 10 kB each: those of the dialogues that are near."""


@dataclass(frozen=True)
class Gold:
    """The gold output of every stage of one turn."""

    sql: str
    plan: Plan
    dialogue_state: DialogueState
    """Constraints against the previous gold plan; the question is the utterance as it is."""
    schema_links: SchemaLinks
    grounded_values: tuple[GroundedValue, ...]

    @property
    def plans(self) -> tuple[ScoredPlan, ...]:
        """The gold plan as plan_emission would give it."""
        return (ScoredPlan(plan=self.plan, score=1.0),)


class GoldBook:
    """The gold of a data set's turns, derived once while it is near; None if gold SQL does not parse."""

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset
        self._plans = LRUCache[tuple[str, str], Plan | None](KEPT_PLANS)

    def plan(self, dialogue: int, turn: int) -> Plan | None:
        """Return the gold plan of a turn."""
        row = self.dataset.by_index[dialogue]
        return self.plan_of(row.database_id, row.turns[turn].query)

    def plan_of(self, database_id: str, sql: str) -> Plan | None:
        """Return the plan of a SQL text; None if it does not parse."""
        key = (database_id, sql)
        try:
            return self._plans[key]
        except KeyError:
            found = self._plans[key] = parsed(sql, self.dataset.open_database(database_id).schema)
            return found

    def turn(self, dialogue: int, turn: int) -> Gold | None:
        """Return everything derived from a turn's gold SQL."""
        row = self.dataset.by_index[dialogue]
        plan = self.plan(dialogue, turn)
        if plan is None:
            return None
        before = self.plan(dialogue, turn - 1) if turn else None
        utterance = row.turns[turn].utterance
        return Gold(
            sql=repair(row.turns[turn].query),
            plan=plan,
            dialogue_state=gold_dialogue_state(utterance, plan, before),
            schema_links=gold_links(plan),
            grounded_values=gold_values(utterance, plan),
        )


def parsed(sql: str, schema: Schema) -> Plan | None:
    """Return the plan of a SQL text; None if it is no plan (empty, not SQL, outside the closed sets)."""
    if not sql.strip():
        return None
    try:
        return to_plan(sql, schema)
    except SQLError:
        return None


def gold_dialogue_state(utterance: str, plan: Plan, before: Plan | None) -> DialogueState:
    """Return the constraints carried, added and dropped between two gold plans."""
    now, earlier = constraints(plan), constraints(before) if before else ()
    return DialogueState(
        question=utterance,
        kept=tuple(item for item in now if item in earlier),
        added=tuple(item for item in now if item not in earlier),
        dropped=tuple(item for item in earlier if item not in now),
    )


def gold_links(plan: Plan) -> SchemaLinks:
    """Return the tables and columns that a plan uses anywhere, in order of appearance."""
    used = dict.fromkeys(term.ref for term in columns(plan))
    return SchemaLinks(
        tables=tuple(TableLink(table=name, score=1.0) for name in table_names(plan)),
        columns=tuple(ColumnLink(column=ref, score=1.0) for ref in used),
    )


def gold_values(utterance: str, plan: Plan) -> tuple[GroundedValue, ...]:
    """Return one grounded value for each literal that a plan compares a stored column with."""
    return tuple(
        GroundedValue(
            mention=_mention(utterance, value), column=column, value=value, operator=constraint.operator, score=1.0
        )
        for constraint, column, value in compared(plan)
    )


def compared(plan: Plan) -> Iterator[tuple[Constraint, ColumnRef, Scalar]]:
    """Yield each literal that is compared with a column (not with an aggregate of it)."""
    for constraint in constraints(plan):
        if constraint.column is not None and constraint.aggregate is None:
            for value in constraint.values:
                yield constraint, constraint.column, value


def _mention(utterance: str, value: Scalar) -> str:
    """Return the value as the utterance spells it; as the plan spells it where the words differ."""
    text = str(value).strip("%")
    start = utterance.lower().find(text.lower())
    return utterance[start : start + len(text)] if text and start >= 0 else text
