"""What the SQL grammar lets a model say: the share of golds that can be derived from the grammar of their turn."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import median
from time import perf_counter
from typing import get_args

from agent.config import Config
from eval.checks.ebnf_matcher import Grammar
from eval.datasets import Dataset, GoldDialogue
from eval.gold.outputs import GoldBook
from eval.progress import Progress
from eval.runs.history import Histories
from eval.runs.oracle import Oracle
from eval.turn_key import TurnKey
from nodes.node import FIELDS, Context, Node
from nodes.sql.ebnf_grammar import GrammarLevel, grammar_of
from nodes.sql.errors import SQLError
from nodes.sql.from_plan import from_plan
from nodes.state import STAGES, GraphState, Stage
from value_index.index import ValueIndex
from value_index.models import FrozenModel

LEVELS: tuple[GrammarLevel, ...] = tuple(level for level in get_args(GrammarLevel) if level != "off")
BEFORE = STAGES[: STAGES.index("plan_emission")]
"""The stages whose outputs a grammar is made from."""


class Reach(FrozenModel):
    """What the grammars of one level let through."""

    golds: int
    """Those that have a plan, written as the compiler writes it."""
    derivable: int
    characters: int
    """The median characters of a grammar."""
    ms: float
    """The median milliseconds to make a grammar."""
    beyond: tuple[tuple[str, str], ...]
    """The others: turn and SQL."""


def grammar_reach(dataset: Dataset, config: Config, *, gold: bool = False) -> dict[GrammarLevel, Reach]:
    """Try the gold of every turn against the grammars that its turn would be decoded by.

    Args:
        config: its stages before the plan make the links and values.
        gold: whether gold makes them instead.
    """
    book = GoldBook(dataset)
    own = config.nodes()
    nodes: dict[Stage, Node] = {stage: Oracle(stage, book) if gold else own[stage] for stage in BEFORE}
    trials: dict[GrammarLevel, _Trials] = {level: _Trials(level) for level in LEVELS}
    asyncio.run(_try_all(book, nodes, trials))
    return {level: trial.reach() for level, trial in trials.items()}


@dataclass
class _Trials:
    """The golds tried at one level so far."""

    level: GrammarLevel
    characters: list[int] = field(default_factory=list[int])
    ms: list[float] = field(default_factory=list[float])
    beyond: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    _read: tuple[str, Grammar] | None = None
    """The last grammar, which the turns of a database share at level `schema`."""

    def add(self, state: GraphState, context: Context, sql: str) -> None:
        start = perf_counter()
        text = grammar_of(self.level, context.schema, state) or ""
        self.ms.append((perf_counter() - start) * 1000)
        self.characters.append(len(text))
        if self._read is None or self._read[0] != text:
            self._read = text, Grammar(text)
        if not self._read[1].fits(sql):
            self.beyond.append((state.turn_id, sql))

    def reach(self) -> Reach:
        golds = len(self.ms)
        return Reach(
            golds=golds,
            derivable=golds - len(self.beyond),
            characters=round(median(self.characters or [0])),
            ms=median(self.ms or [0.0]),
            beyond=tuple(self.beyond),
        )


async def _try_all(book: GoldBook, nodes: Mapping[Stage, Node], trials: Mapping[GrammarLevel, _Trials]) -> None:
    dataset = book.dataset
    histories = Histories("gold", book)
    contexts: dict[str, Context] = {}
    with Progress("golds", total=dataset.turns) as progress:
        for dialogue in dataset.dialogues:
            if dialogue.database_id not in contexts:
                database = dataset.open_database(dialogue.database_id)
                contexts[dialogue.database_id] = Context(database.schema, database, ValueIndex.build(database))
            context = contexts[dialogue.database_id]
            for turn in range(len(dialogue.turns)):
                sql = _written(book, dialogue, turn, context)
                if sql:
                    state = await _before_the_plan(dialogue, turn, histories, nodes, context)
                    for trial in trials.values():
                        trial.add(state, context, sql)
                progress.advance()


async def _before_the_plan(
    dialogue: GoldDialogue, turn: int, histories: Histories, nodes: Mapping[Stage, Node], context: Context
) -> GraphState:
    state = GraphState(
        turn_id=str(TurnKey(dialogue.index, turn)),
        database_id=dialogue.database_id,
        history=histories.before(dialogue, turn, {}),
        utterance=dialogue.turns[turn].utterance,
    )
    context = context.of_turn(state)
    for stage, node in nodes.items():
        state = state.model_copy(update={FIELDS[stage]: await node(state, context)})
    return state


def _written(book: GoldBook, dialogue: GoldDialogue, turn: int, context: Context) -> str:
    plan = book.plan(dialogue.index, turn)
    try:
        return from_plan(plan, context.schema) if plan else ""
    except SQLError:
        return ""
