"""Understanding: what the compact planner makes of a turn, computed once and read by several stages."""

from __future__ import annotations

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
from nodes.lexical.evidence import span_of
from nodes.node import Context
from nodes.plan import Plan
from nodes.plan.constraints import Scalar
from nodes.sql.errors import SQLError
from nodes.sql.joins.fill import with_joins
from nodes.state import GraphState, GroundedValue
from nodes.turn_analysis import TurnAnalysis
from value_index.database import Database
from value_index.matches import ValueMatch
from value_index.schema import ColumnRef, Schema


@dataclass(eq=False)
class Understanding:
    """One turn as the network sees it; plans and scores are added as the stages ask for them."""

    network: Network
    schema: Schema
    previous: Plan | None
    """The plan of the turn before."""
    literals: tuple[Literal, ...]
    features: TurnFeatures
    memory: Memory
    _plans: dict[int, tuple[tuple[Plan, float], ...]] = field(default_factory=dict[int, tuple[tuple[Plan, float], ...]])
    """The plans by the width of the beam."""
    _scores: dict[tuple[Symbol, ...], float | None] = field(default_factory=dict[tuple[Symbol, ...], float | None])
    """What the beam found is not scored again."""

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


Codes = Mapping[ColumnRef, tuple[Scalar, ...]]


@dataclass(frozen=True)
class Planner:
    """The network, with what it keeps of each database as long as that is open: codes that no utterance spells.

    What it makes of a turn is kept by the turn's analysis, so that the stages of a turn share it.
    """

    network: Network
    _codes: WeakKeyDictionary[Database, Codes] = field(default_factory=WeakKeyDictionary[Database, Codes])

    def prepare(self, database: Database) -> None:
        """Read what a database has once for all of its turns: names and codes."""
        codes, columns = self._codes_of(database), database.schema.columns
        if len(columns) <= MOST_COLUMNS:  # of a wider schema, each turn reads what it may need
            names = (*schema_names(database.schema), *(str(code) for values in codes.values() for code in values))
            self.network.prepare(name_pieces(self.network.tokenizer, names))

    def _codes_of(self, database: Database) -> Codes:
        if database not in self._codes:
            self._codes[database] = code_values(database)
        return self._codes[database]

    def understand(self, state: GraphState, context: Context) -> Understanding:
        """Read a turn; the stages of one turn share what is read."""
        codes, grounded = self._codes_of(context.database), state.grounded_values
        return context.analysis_of(state).once(
            (self.network, grounded), lambda turn: self._read(turn, codes, matches_of(turn, grounded))
        )

    def _read(self, turn: TurnAnalysis, codes: Codes, matches: tuple[ValueMatch, ...]) -> Understanding:
        earlier = turn.earlier_plans
        literals = candidate_literals(turn.text, matches, earlier, codes)
        previous = earlier[-1] if earlier else None
        said = [past.utterance for past in turn.past]
        features = encode(self.network.tokenizer, turn.schema, turn.text, said, previous, literals, turn.mentions)
        return Understanding(self.network, turn.schema, previous, literals, features, self.network.read(features))


def matches_of(turn: TurnAnalysis, grounded: tuple[GroundedValue, ...] | None) -> tuple[ValueMatch, ...]:
    """Return the readings of what value_grounding grounded, with the values that it alone gives; all of them before it has run."""
    if grounded is None:
        return turn.matches
    spans = [span_of(value.mention, turn.utterance) for value in grounded]
    read = [match for match in turn.matches if _touches(span_of(match.mention, turn.utterance), spans)]
    known = {(match.column, match.value) for match in read}
    given = [
        ValueMatch(mention=value.mention, column=value.column, value=value.value, score=value.score)
        for value in grounded
        if value.provenance != "carried" and value.value is not None and (value.column, value.value) not in known
    ]
    return (*read, *given)


def _touches(span: tuple[int, int], others: list[tuple[int, int]]) -> bool:
    return any(span[0] < end and start < span[1] for start, end in others)


@lru_cache(maxsize=4)
def load_planner(weights: str = "") -> Planner:
    """Load weights, once for each file; those that come with the project where none is named.

    Raises:
        WeightsError: they are missing, torn or of another version.
    """
    return Planner(Network(Path(weights) if weights else SHIPPED))
