"""Schema-rich questions over any database, each made as a plan and said in words: a pure function of schema, database and seed.

They are there to keep a model from fitting the simple layouts of the hand-written sets: most join, over keys two or three tables long,
or nest, group and compare. Every pair runs and gives rows. Single turns only; `plan_edits` is where follow-ups come from.

    >>> pairs = generate(database.schema, database, seed=7, count=50)  # doctest: +SKIP
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from nodes.plan import Plan
from nodes.sql.errors import SQLError
from nodes.sql.from_plan import from_plan
from training.data.generated.schema_sketch import Sketch
from training.data.generated.schema_templates import TEMPLATES, Template
from value_index.database import Database
from value_index.schema import Schema

TRIES = 12
"""Draws for each pair asked for: many give no rows, or say what was said."""
MOST_ROWS = 500
"""A result that nobody reads says that the question was not one."""


@dataclass(frozen=True)
class GeneratedQuestion:
    """A question with the plan and the SQL that answer it."""

    question: str
    plan: Plan
    """Joins left out, as an emitter of plans leaves them out."""
    sql: str
    kind: str
    """The name of the template."""


def generate(schema: Schema, database: Database, *, seed: int, count: int) -> tuple[GeneratedQuestion, ...]:
    """Return up to `count` pairs, the same for the same arguments; fewer where the database has little to ask.

    Args:
        schema: with natural names, which become the words of the questions.
        database: values are drawn from it, and every query is run on it.
        seed: of all draws.
        count: how many pairs at most.
    """
    sketch = Sketch(schema, database, random.Random(f"{schema.database_id}/{seed}"))
    pairs: dict[str, GeneratedQuestion] = {}
    written: set[str] = set()
    for attempt in range(count * TRIES if sketch.tables else 0):
        if len(pairs) == count:
            break
        template = TEMPLATES[attempt % len(TEMPLATES)]
        pair = _pair(template, sketch)
        if pair and pair.question not in pairs and pair.sql not in written:
            pairs[pair.question] = pair
            written.add(pair.sql)
    return tuple(pairs.values())


def _pair(template: Template, sketch: Sketch) -> GeneratedQuestion | None:
    drawn = template(sketch)
    if drawn is None:
        return None
    question, plan = drawn
    try:
        sql = from_plan(plan, sketch.schema)
    except SQLError:
        return None
    result = sketch.database.execute(sql, max_rows=MOST_ROWS)
    answers = result.outcome == "rows" and any(cell not in (None, 0) for row in result.rows for cell in row)
    question = " ".join(question.split())
    return (
        GeneratedQuestion(question[0].upper() + question[1:], plan, sql, template.__name__.strip("_"))
        if answers
        else None
    )
