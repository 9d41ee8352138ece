# pyright: basic
"""Turns as the shipped planner meets them on schemas it has not seen: its candidates, each with what it is worth.

The planner knows its training schemas, so most turns are planned over renamed ones: there it errs as it does on a user's.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from agent.config import Config
from eval.datasets import Dataset, GoldDialogue
from eval.gold.history_noise import noised
from eval.gold.outputs import Gold, GoldBook
from eval.scoring.verdicts.executions import Executions
from nodes.compact.candidate_values import candidate_literals, code_values
from nodes.compact.ranking.rerank import candidates, distinct, ranking
from nodes.compact.turn_encoding import Planner
from nodes.lexical.utterance import Utterance
from nodes.node import FIELDS, Context
from nodes.plan import Plan
from nodes.plan.constraints import Scalar
from nodes.sql.errors import SQLError
from nodes.sql.to_plan import to_plan
from nodes.state import GraphState, Turn
from training.compact.examples import needed_stems
from training.compact.schema_renaming import name_stems, renamed
from training.cross_encoder.judged import Judged, judged
from training.data.turns import is_artefact
from training.ranking.candidates import UPSTREAM
from value_index.database import Database
from value_index.index import ValueIndex
from value_index.linear_model import Weights
from value_index.schema import ColumnRef, Schema

BEAM, READINGS = 8, 20
"""Candidates of a turn, as the node's settings have them."""


@dataclass(frozen=True)
class PlannedTurn:
    """A turn with its candidates in the order of the first ranking."""

    database_id: str
    schema: Schema
    said: tuple[str, ...]
    """The utterances of the dialogue, the one to answer last."""
    previous: Plan | None
    candidates: tuple[tuple[Judged, float], ...]
    """The first candidates, each with its score of the first ranking."""


@dataclass(frozen=True)
class _Opened:
    """One database with what is read of it once."""

    database: Database
    index: ValueIndex
    codes: dict[ColumnRef, tuple[Scalar, ...]]
    executions: Executions


@dataclass
class TurnPlanner:
    """Plans the turns of a data set, and judges what comes of it by its gold."""

    dataset: Dataset
    planner: Planner
    choice: Weights
    """The weights of the first ranking."""
    words: Sequence[str] = ()
    """What names of other schemas are made of; see `schema_renaming.vocabulary`."""
    seed: int = 0
    corrupted: float = 0.0
    most: int = 10
    """Candidates that are judged."""
    _opened: dict[str, _Opened] = field(default_factory=dict[str, _Opened])

    def __post_init__(self) -> None:
        self._book, self._nodes = GoldBook(self.dataset), Config.load().nodes()

    def plan(self, dialogue: GoldDialogue, turn: int, *, rename: bool) -> PlannedTurn | None:
        """Plan one turn; None for an artefact, for gold that is no plan, and where nothing can be renamed."""
        gold = self._book.turn(dialogue.index, turn)
        if gold is None or is_artefact(dialogue.turns[turn].utterance):
            return None
        opened = self._open(dialogue.database_id)
        schema = opened.database.schema
        key = f"{self.seed}/{self.dataset.name}/{dialogue.index}/{turn}"
        draw = random.Random(key)
        sqls, plans = self._history(dialogue, turn, draw, key)
        said = tuple(each.utterance for each in dialogue.turns[: turn + 1])
        if rename:
            kept = self._kept(gold, said, plans, opened)
            other = renamed(schema, said, kept, self.words, draw)
            if other is None:
                return None
            schema, said = other
        history = tuple(Turn(utterance=text, sql=sql) for text, sql in zip(said[:-1], sqls, strict=True))
        state = GraphState(turn_id=key, database_id=dialogue.database_id, history=history, utterance=said[-1])
        found = self._judged(
            state, Context(schema, opened.database, opened.index).of_turn(state), gold, opened.executions
        )
        return PlannedTurn(dialogue.database_id, schema, said, plans[-1] if plans else None, found)

    def _judged(
        self, state: GraphState, context: Context, gold: Gold, executions: Executions
    ) -> tuple[tuple[Judged, float], ...]:
        for stage in UPSTREAM:
            output = asyncio.run(self._nodes[stage](state, context))  # type: ignore[arg-type]
            state = state.model_copy(update={FIELDS[stage]: output})
        understanding = self.planner.understand(state, context)
        found = candidates(state, context, understanding, width=BEAM, readings=READINGS, weights=self.choice)
        first = distinct(ranking(found, self.choice))[: self.most]
        return tuple((judged(each, gold, context, executions), score) for each, score in first)

    def _history(
        self, dialogue: GoldDialogue, turn: int, draw: random.Random, key: str
    ) -> tuple[list[str], list[Plan | None]]:
        """Return SQL and plans of the turns before, the last one edited now and then."""
        sqls = [each.query for each in dialogue.turns[:turn]]
        plans = [self._book.plan(dialogue.index, past) for past in range(turn)]
        if plans and draw.random() < self.corrupted:
            schema = self._open(dialogue.database_id).database.schema
            sqls[-1] = noised(sqls[-1], plans[-1], schema, seed=key, rate=1.0)
            try:
                plans[-1] = to_plan(sqls[-1], schema)
            except SQLError:
                plans[-1] = None
        return sqls, plans

    def _kept(self, gold: Gold, said: Sequence[str], plans: Sequence[Plan | None], opened: _Opened) -> Collection[str]:
        """Return the stems that stay: of literals, and of what the plans need but nobody said."""
        literals = candidate_literals(said[-1], opened.index.ground(said[-1]), plans[-4:], opened.codes)
        needed = [gold.plan, *(plan for plan in plans[-1:] if plan is not None)]
        spoken = {word.stem for text in said for word in Utterance.of(text).words}
        values = name_stems(str(each.value) for each in literals) | name_stems(each.mention for each in literals)
        return values | (needed_stems(needed, opened.database.schema) - spoken)

    def _open(self, name: str) -> _Opened:
        """Open a database; only the last one is kept, since turns come database by database."""
        if name not in self._opened:
            database = self.dataset.open_database(name)
            self._opened.clear()
            self._opened[name] = _Opened(
                database, ValueIndex.build(database), dict(code_values(database)), Executions()
            )
        return self._opened[name]
