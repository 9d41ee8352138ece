"""Worked questions for a prompt: from a file, those most like a turn in masked words and in the skeleton of the plan."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from pydantic import ValidationError

from nodes.lexical.utterance import Utterance, name_words, stem
from nodes.node import Context
from nodes.plan import Aggregate, Plan, Predicate, SubPlan
from nodes.plan.traversal import parts
from nodes.state import GraphState
from value_index.errors import TurnSQLError, first_problem, reason
from value_index.models import FrozenModel
from value_index.schema import Schema

SKELETON_SHARE = 0.4
"""How much the skeleton counts beside the words."""
FOLLOWS = 0.1
"""What a question gains that is a follow-up as the turn is, or opens a dialogue as the turn does."""


class Example(FrozenModel):
    """One worked question."""

    database_id: str = ""
    """Its database: no turn over the same one is shown it."""
    shown: str
    """The question, with the one before it where it follows on one."""
    sql: str
    masked: tuple[str, ...] = ()
    """Its words, those of the schema and values masked."""
    skeleton: tuple[str, ...] = ()
    """The clauses and operators of its plan."""
    follows: bool = False


class ExamplesError(TurnSQLError):
    """A file of worked questions that cannot be read."""


def masked(text: str, schema: Schema) -> tuple[str, ...]:
    """Return the stems of a text, with `_` for words of the schema and `0` for numbers.

    >>> from value_index.schema import Schema
    >>> masked("How many over 30?", Schema(database_id="x", tables=()))
    ('how', 'many', 'over', '0')
    """
    names = _schema_stems(schema)
    words = Utterance.of(text).words
    return tuple("0" if word.is_number else "_" if word.stem in names else word.stem for word in words)


@lru_cache(maxsize=64)
def _schema_stems(schema: Schema) -> frozenset[str]:
    names = [table.natural_name for table in schema.tables]
    names += [column.natural_name for table in schema.tables for column in table.columns]
    return frozenset(stem(word) for name in names for word in name_words(name))


def skeleton(plan: Plan) -> tuple[str, ...]:
    """Return the clauses, functions and operators of a plan, without its names and values."""
    found = {f"tables {min(3, len(plan.tables))}", f"shown {min(3, len(plan.select))}"}
    found |= {part.function for part in parts(plan, Aggregate)}
    found |= {part.operator for part in parts(plan, Predicate)}
    found |= {operation.operator for operation in plan.set_operations}
    found |= {
        name
        for name, there in (
            ("distinct", plan.distinct), ("where", plan.where is not None), ("group", bool(plan.group_by)),
            ("having", plan.having is not None), ("order", bool(plan.order_by)), ("limit", plan.limit is not None),
            ("nested", any(True for _ in parts(plan, SubPlan))),
        )
        if there
    }  # fmt: skip
    return tuple(sorted(found))


@lru_cache(maxsize=4)
def read_examples(file: str) -> tuple[Example, ...]:
    """Read a file of worked questions, one JSON object a line.

    Raises:
        ExamplesError: it cannot be read, or a line is no worked question.
    """
    try:
        lines = Path(file).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ExamplesError(f"{file}: cannot be read: {reason(error)}") from error
    found: list[Example] = []
    for number, line in enumerate(lines, 1):
        try:
            found.append(Example.model_validate_json(line))
        except ValidationError as error:
            raise ExamplesError(f"{file} line {number} is no worked question: {first_problem(error)}") from error
    return tuple(found)


def nearest(file: str, state: GraphState, context: Context, most: int) -> list[Example]:
    """Return the worked questions most like a turn, the nearest first, none of them over its database."""
    words = frozenset(_pairs(masked(state.utterance, context.schema)))
    clauses = frozenset(skeleton(state.plans[0].plan)) if state.plans else frozenset[str]()
    follows = bool(state.history)
    likeness = [
        (
            _jaccard(words, frozenset(_pairs(example.masked)))
            + SKELETON_SHARE * _jaccard(clauses, frozenset(example.skeleton))
            + FOLLOWS * (example.follows == follows),
            -place,
        )
        for place, example in enumerate(read_examples(file))
        if example.database_id != state.database_id
    ]
    examples = read_examples(file)
    return [examples[-place] for _, place in sorted(likeness, reverse=True)[:most]]


def _pairs(words: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Return the words and their pairs."""
    return [*((word,) for word in words), *pairwise(words)]


def _jaccard(one: frozenset[object], other: frozenset[object]) -> float:
    return len(one & other) / len(one | other) if one or other else 0.0
