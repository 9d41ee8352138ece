"""The query as a typed plan, several interpretations, best first."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field, field_validator

from nodes.known_plans import over_database, wanted
from nodes.lexical.evidence import Evidence
from nodes.lexical.planner import scored_plans
from nodes.lexical.weights import lexical_weights
from nodes.llm.messages import Prompt
from nodes.llm.output_schema import output_schema
from nodes.node import Context, Variant
from nodes.plan import ROW_COUNT, ColumnTerm, LiteralTerm, Ordering, Plan, Predicate, TableSource
from nodes.prompts.asking import ask_for, fitted, fitting, with_example
from nodes.prompts.known import known_text
from nodes.prompts.turn_texts import conversation, links, meaning, system, user, values
from nodes.state import GraphState, ScoredPlan
from value_index.schema import Schema

INSTRUCTION = """You plan SQL queries for a conversation about a database.
Write the plan of one query that answers the last question, as JSON: select (terms in order), distinct, tables, where,
group_by, having, order_by, limit. Leave joins out: they follow from the foreign keys. Take over every filter of the
earlier questions that is still in force. Show exactly the columns that are asked for."""


_NAME, _SIZE = ColumnTerm(table="shop", column="town"), ColumnTerm(table="shop", column="size")
EXAMPLE = Plan(
    select=(_NAME, ROW_COUNT),
    tables=(TableSource(table="shop"),),
    where=Predicate(left=_SIZE, operator=">", right=(LiteralTerm(value=3),)),
    group_by=(_NAME,),
    order_by=(Ordering(term=ROW_COUNT, descending=True),),
    limit=5,
)
"""The five towns with the most shops of a size over 3, and how many."""


class Skip(Variant):
    """Emits the empty plan."""

    async def __call__(self, state: GraphState, context: Context) -> tuple[ScoredPlan, ...]:
        return (ScoredPlan(plan=Plan(), score=0.0),)


class Lexical(Variant):
    """Generates the interpretations that the words allow, fresh or as edits of the previous plan, and ranks them."""

    readings: int = Field(default=5, ge=1)
    """How many plans are given at most."""

    async def __call__(self, state: GraphState, context: Context) -> tuple[ScoredPlan, ...]:
        plans = scored_plans(
            Evidence.of(state, context), lexical_weights().interpretation, limit=wanted(self.readings, state, context)
        )
        return over_database(plans, state, context, self.readings)


class Compact(Variant):
    """Plans of the compact planner's network and interpretations of the words, ranked together, with a calibrated confidence."""

    plans: int = Field(default=5, ge=1)
    """How many plans are given at most."""
    beam: int = Field(default=8, ge=0, le=64)
    """Plans that the network is asked for; 0 leaves it the scoring of the interpretations."""
    readings: int = Field(default=20, ge=0)
    """Plans taken from the words, as the lexical variant reads them; 0 for none."""
    weights: str = ""
    """A file made by `turnsql train compact --export`; the shipped one where empty."""
    read: int = Field(default=0, ge=0, le=32)
    """Plans that the cross-encoder reads and ranks a second time; 0 switches it off."""
    cross_encoder: str = ""
    """A file made by `turnsql train rerank --export`; the shipped one where empty."""
    other_words: bool = True
    """Whether names of tables and columns are read in full (qty is quantity) and as the question says them, where it says synonyms."""
    off: tuple[str, ...] = ()
    """Rules of the ranking that are switched off; `turnsql eval rules` tells what each is worth."""

    @field_validator("off")
    @classmethod
    def _known(cls, off: tuple[str, ...]) -> tuple[str, ...]:
        from nodes.compact.ranking.features.sense.sense_features import (
            FEATURES,  # only what asks for it loads the ranking
        )

        if unknown := set(off) - (names := {feature.name for feature in FEATURES}):
            raise ValueError(f"no rule {min(unknown)!r}: choose from {', '.join(sorted(names))}")
        return off

    def load(self) -> None:
        from nodes.compact.ranking.cross_encoder import load_cross_encoder  # onnxruntime takes a while to load
        from nodes.compact.turn_encoding import load_planner

        load_planner(self.weights)
        if self.read:
            load_cross_encoder(self.cross_encoder)

    def prepare(self, context: Context) -> None:
        from nodes.compact.names.schema_as_said import prepare_names  # onnxruntime takes a while to load
        from nodes.compact.turn_encoding import load_planner

        self.load()
        load_planner(self.weights).prepare(context.database)
        if self.other_words:
            prepare_names(context.schema, load_planner(self.weights).network)

    async def __call__(self, state: GraphState, context: Context) -> tuple[ScoredPlan, ...]:
        from nodes.compact.ranking.rerank import chosen  # onnxruntime takes a while to load

        plans = chosen(
            state, context, weights=self.weights, beam=self.beam, readings=self.readings, most=wanted(self.plans, state, context),
            read=self.read, cross_encoder=self.cross_encoder, off=self.off, other_words=self.other_words,
        )  # fmt: skip
        return over_database(plans, state, context, self.plans)


class Llm(Variant):
    """Asks the language model for a plan in the database's own names; an answer that cannot be read is no plan."""

    costly: ClassVar[bool] = True

    async def __call__(self, state: GraphState, context: Context) -> tuple[ScoredPlan, ...]:
        schema = fitting(context.schema, state.schema_links, context)
        prompt = fitted(lambda turn: messages(turn, schema, context), state, context)
        plan = await ask_for(Plan, context, state, "plan_emission", prompt)
        return (ScoredPlan(plan=plan, score=1.0),) if plan else await Skip()(state, context)


def messages(state: GraphState, schema: Schema, context: Context | None = None) -> Prompt:
    """Ask for the plan of the query."""
    asked = user(
        conversation(state),
        meaning(state.dialogue_state, state.utterance),
        links(state.schema_links, schema),
        values(state.grounded_values or ()),
        known_text(state, context),
    )
    return Prompt(
        messages=(system(with_example(INSTRUCTION, EXAMPLE), schema), asked),
        name="plan",
        output=output_schema(Plan, schema),
    )
