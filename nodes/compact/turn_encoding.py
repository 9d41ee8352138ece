"""Understanding: what the compact planner makes of a turn, computed once and read by several stages."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from weakref import WeakKeyDictionary

from nodes.compact.beam_search import beam, scores
from nodes.compact.candidate_values import Literal, candidate_literals, code_values
from nodes.compact.delinearize import from_symbols
from nodes.compact.features import MOST_COLUMNS, TurnFeatures, encode, name_pieces, schema_names
from nodes.compact.grammar import Symbol
from nodes.compact.linearize import to_symbols
from nodes.compact.network import SHIPPED, Memory, Network
from nodes.compact.pointers import Inexpressible, Items
from nodes.node import Context
from nodes.plan import Plan
from nodes.plan.constraints import Scalar
from nodes.sql.errors import SQLError
from nodes.sql.joins.fill import with_joins
from nodes.sql.to_plan import to_plan
from nodes.state import GraphState, Turn
from value_index.database import Database
from value_index.schema import ColumnRef, Schema

EARLIER_PLANS = 4
"""Earlier turns whose literals a turn may compare with again."""
TURNS_KEPT = 32
"""Turns of a database whose understanding is kept, so that the stages of a turn share it."""


@dataclass(frozen=True)
class Understanding:
    """One turn as the network sees it."""

    network: Network
    schema: Schema
    previous: Plan | None
    """The plan of the turn before."""
    literals: tuple[Literal, ...]
    features: TurnFeatures
    memory: Memory
    _plans: dict[int, tuple[tuple[Plan, float], ...]] = field(default_factory=dict[int, tuple[tuple[Plan, float], ...]])
    _scores: dict[tuple[Symbol, ...], float | None] = field(default_factory=dict[tuple[Symbol, ...], float | None])

    @property
    def items(self) -> Items:
        """What the marks and pointers are about."""
        return self.features.items

    def plans(self, width: int) -> tuple[tuple[Plan, float], ...]:
        """Return plans with their joins and log-probabilities, the most probable first."""
        if width not in self._plans:
            out: dict[Plan, float] = {}
            for found in beam(self.network, self.memory, self.items, width=width):
                self._scores.setdefault(found.symbols, found.score)
                try:
                    plan = with_joins(from_symbols(found.symbols, self.items), self.schema)
                except (SQLError, ValueError):
                    continue
                out.setdefault(plan, found.score)
            self._plans[width] = tuple(out.items())
        return self._plans[width]

    def scores(self, plans: Iterable[Plan]) -> list[float | None]:
        """Return the log-probability of plans from elsewhere; None for one that the grammar has no words for."""
        written = [self._symbols(plan) for plan in plans]
        new = [symbols for symbols in dict.fromkeys(written) if symbols not in self._scores]
        self._scores.update(zip(new, scores(self.network, self.memory, self.items, new), strict=True))
        return [self._scores[symbols] for symbols in written]

    def _symbols(self, plan: Plan) -> tuple[Symbol, ...]:
        try:
            return to_symbols(plan, self.items)
        except Inexpressible:
            return ()


@dataclass(frozen=True)
class _Known:
    """What is kept of one database, as long as it is open."""

    codes: Mapping[ColumnRef, tuple[Scalar, ...]]
    turns: OrderedDict[tuple[str, tuple[Turn, ...]], Understanding] = field(
        default_factory=OrderedDict[tuple[str, tuple[Turn, ...]], Understanding]
    )


@dataclass(frozen=True)
class Planner:
    """The network with what it needs of the databases it has seen."""

    network: Network
    _known: WeakKeyDictionary[Database, _Known] = field(default_factory=WeakKeyDictionary[Database, _Known])

    def prepare(self, database: Database) -> None:
        """Read what a database has once for all of its turns: names and codes."""
        known, columns = self._of(database), database.schema.columns
        if len(columns) <= MOST_COLUMNS:  # of a wider schema, each turn reads what it may need
            names = (*schema_names(database.schema), *(str(code) for codes in known.codes.values() for code in codes))
            self.network.prepare(name_pieces(self.network.tokenizer, names))

    def _of(self, database: Database) -> _Known:
        if database not in self._known:
            self._known[database] = _Known(code_values(database))
        return self._known[database]

    def understand(self, state: GraphState, context: Context) -> Understanding:
        """Read a turn; the stages of one turn share what is read."""
        known, key = self._of(context.database), (state.utterance, state.history)
        if key not in known.turns:
            known.turns[key] = self._read(state, context, known.codes)
            while len(known.turns) > TURNS_KEPT:
                known.turns.popitem(last=False)
        return known.turns[key]

    def _read(
        self, state: GraphState, context: Context, codes: Mapping[ColumnRef, tuple[Scalar, ...]]
    ) -> Understanding:
        schema = context.schema
        earlier = [_plan(turn.sql, schema) for turn in state.history[-EARLIER_PLANS:]]
        matches = context.index.ground(state.utterance) if context.index else ()
        literals = candidate_literals(state.utterance, matches, earlier, codes)
        previous = earlier[-1] if earlier else None
        said = [turn.utterance for turn in state.history]
        features = encode(self.network.tokenizer, schema, state.utterance, said, previous, literals)
        return Understanding(self.network, schema, previous, literals, features, self.network.read(features))


@lru_cache(maxsize=4)
def load_planner(weights: str = "") -> Planner:
    """Load weights, once for each file; those that come with the project where none is named.

    Raises:
        WeightsError: they are missing, torn or of another version.
    """
    return Planner(Network(Path(weights) if weights else SHIPPED))


def _plan(sql: str, schema: Schema) -> Plan | None:
    try:
        return to_plan(sql, schema) if sql.strip() else None
    except SQLError:
        return None
