"""What the compact planner says to the stages before the plan: links from the items' marks, state and values from its plans."""

from __future__ import annotations

from collections.abc import Iterator
from math import exp

from nodes.compact.roles import MARKS
from nodes.compact.turn_encoding import Understanding
from nodes.plan import Plan
from nodes.plan.constraints import Constraint, Scalar, constraints
from nodes.state import (
    ColumnLink,
    DialogueState,
    GraphState,
    GroundedValue,
    Provenance,
    SchemaLinks,
    TableLink,
)
from value_index.schema import ColumnRef

Compared = tuple[ColumnRef, Scalar]
FROM, COMPARED = MARKS.index("from"), MARKS.index("compared")


def links(understanding: Understanding, *, least_table: float, least_column: float) -> SchemaLinks:
    """Return the tables and columns that are likely to play a part in the plan, the most likely first.

    Args:
        least_table, least_column: probabilities; the best table is never left out.
    """
    marks, schema = understanding.memory.marks, understanding.items.schema
    tables = [TableLink(table=table.name, score=float(marks[n, FROM])) for n, table in enumerate(schema.tables)]
    tables.sort(key=lambda link: -link.score)
    parts = marks[len(schema.tables) :, FROM + 1 : COMPARED].max(1)
    columns = [ColumnLink(column=column, score=float(parts[n])) for n, column in enumerate(schema.columns)]
    columns.sort(key=lambda link: -link.score)
    return SchemaLinks(
        tables=tuple(link for rank, link in enumerate(tables) if link.score >= least_table or rank == 0),
        columns=tuple(link for link in columns if link.score >= least_column),
    )


def dialogue_state(state: GraphState, understanding: Understanding, *, beam: int) -> DialogueState:
    """Return the constraints that the most probable plan keeps, adds and drops."""
    plans = understanding.plans(beam)
    now = constraints(plans[0][0]) if plans else ()
    earlier = constraints(understanding.previous) if understanding.previous else ()
    return DialogueState(
        question=state.utterance,
        kept=tuple(each for each in now if each in earlier),
        added=tuple(each for each in now if each not in earlier),
        dropped=tuple(each for each in earlier if each not in now),
    )


def values(
    state: GraphState, understanding: Understanding, *, beam: int, threshold: float
) -> tuple[GroundedValue, ...]:
    """Return what the plans compare with literals, each with the share of probability of the plans that do.

    Args:
        threshold: the least share; below it a value is left alone.
    """
    plans = understanding.plans(beam)
    best = plans[0][1] if plans else 0.0
    mass = sum(exp(score - best) for _, score in plans)
    shares: dict[Compared, float] = {}
    holders: dict[Compared, Constraint] = {}
    for plan, score in plans:
        for pair, constraint in dict(_compared(plan)).items():
            shares[pair] = shares.get(pair, 0.0) + exp(score - best) / mass
            holders.setdefault(pair, constraint)
    kept = frozenset(state.dialogue_state.kept) if state.dialogue_state else frozenset[Constraint]()
    likely = [pair for pair in sorted(shares, key=lambda pair: -shares[pair]) if shares[pair] >= threshold]
    return tuple(_grounded(pair, shares, holders[pair], understanding, kept) for pair in likely)


def _compared(plan: Plan) -> Iterator[tuple[Compared, Constraint]]:
    for constraint in constraints(plan):
        if constraint.column is not None and constraint.aggregate is None:
            for value in constraint.values:
                yield (constraint.column, value), constraint


def _grounded(
    pair: Compared, shares: dict[Compared, float], constraint: Constraint, understanding: Understanding,
    kept: frozenset[Constraint],
) -> GroundedValue:  # fmt: skip
    column, value = pair
    rivals = [share for (other, same), share in shares.items() if same == value and other != column]
    literal = next((each for each in understanding.literals if each.value == value), None)
    mention = literal.mention if literal and literal.mention else str(value)
    spelt: Provenance = "exact" if mention == str(value) else "fuzzy"
    return GroundedValue(
        mention=mention,
        column=column,
        value=value,
        operator=constraint.operator,
        score=min(1.0, shares[pair]),
        runner_up=max(rivals, default=None),
        provenance="carried" if constraint in kept else spelt,
    )
