"""What a node is: a frozen bundle of settings that turns the state into its stage's output."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Protocol

from pydantic import TypeAdapter

from nodes.llm.messages import Completer
from nodes.state import (
    Attempt,
    Choice,
    DialogueState,
    GraphState,
    GroundedValue,
    SchemaLinks,
    ScoredPlan,
    Stage,
)
from nodes.turn_analysis import TurnAnalysis
from value_index.database import Database
from value_index.index import ValueIndex
from value_index.knowledge.store import Knowledge
from value_index.models import FrozenModel
from value_index.schema import Schema

OUTPUTS: dict[Stage, Any] = {
    "dialogue_state_tracking": DialogueState,
    "schema_linking": SchemaLinks,
    "value_grounding": tuple[GroundedValue, ...],
    "plan_emission": tuple[ScoredPlan, ...],
    "sql_generation": str,
    "schema_validation": Attempt,
}
"""The type that each stage must give; the graph validates every output against it."""
ADAPTERS: dict[Stage, TypeAdapter[Any]] = {stage: TypeAdapter(kind) for stage, kind in OUTPUTS.items()}
"""What checks a stage's output, and reads and writes it as JSON."""

FIELDS: dict[Stage, str] = {
    "dialogue_state_tracking": "dialogue_state",
    "schema_linking": "schema_links",
    "value_grounding": "grounded_values",
    "plan_emission": "plans",
    "sql_generation": "sql",
    "schema_validation": "attempts",
}
"""The field of GraphState that holds each stage's output."""


@dataclass(frozen=True)
class Context:
    """What a node may use beside the state: never the gold, never the environment."""

    schema: Schema
    database: Database
    index: ValueIndex | None = None
    """None if no value index was built (a node then abstains)."""
    knowledge: Knowledge | None = None
    """What `--knowledge` says of the database; None without."""
    llm: Completer | None = None
    """None if the configuration names no endpoint."""
    spent: bool = False
    """Whether the turn's attempts are used up: a node that asks a model to write SQL gives the compiler's instead."""
    question_price: float | None = None
    """What a question to the user costs now, as a share of what a right answer is worth; None if as configured."""
    turn: TurnAnalysis | None = None
    """The analysis of the turn in hand, shared by its stages; None between turns."""

    choices: list[Choice] = field(default_factory=list[Choice], compare=False)
    """The list in which a node that chooses among candidates notes what it chose from."""

    def analysis_of(self, state: GraphState) -> TurnAnalysis:
        """Return the analysis of a turn: the shared one, or a new one if this context was made for no turn or another."""
        if self.turn is not None and self.turn.is_of(state.utterance, state.history, self.schema):
            return self.turn
        return TurnAnalysis(self.schema, self.index, state.utterance, state.history, self.knowledge)

    def of_turn(self, state: GraphState) -> Context:
        """Return the context for the stages of one turn: what one of them finds in the words, the next need not."""
        return replace(self, turn=self.analysis_of(state))


class Node(Protocol):
    """A stage's implementation; its fields are its settings."""

    async def __call__(self, state: GraphState, context: Context) -> Any:
        """Return the stage's typed output (see OUTPUTS)."""
        ...


class Variant(FrozenModel):
    """The settings of a node: built from a TOML table, unknown keys refused."""

    costly: ClassVar[bool] = False
    """Whether a turn calls a model that costs time or money, so that nothing runs it without need."""

    def load(self) -> None:
        """Read what the node needs of any database, such as weights; most nodes need nothing."""

    def prepare(self, context: Context) -> None:
        """Do what is done once a database, so that no turn waits for it; most nodes do nothing."""
