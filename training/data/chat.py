"""Chat rows: what a served node asks about a turn, and what it should have been answered.

The prompt is taken from the node itself while it runs, so training and serving cannot drift; the stages before it are those
of the configuration that will be served. A stage upstream that asks a model has no answer yet and is stood in for by that of
the embedded default.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agent.config import Config
from eval.gold.outputs import Gold
from eval.gold.plan_form import canonical
from eval.runs.history import Histories
from eval.runs.oracle import GOLD_OUTPUTS
from eval.runs.prompt_hash import Listener
from eval.turn_key import TurnKey
from nodes.llm.messages import Message
from nodes.node import FIELDS, Context, Node, Variant
from nodes.plan import Plan, PlanModel
from nodes.plan.traversal import rewrite
from nodes.schema_linking import Choice, TableName
from nodes.sql.from_plan import from_plan
from nodes.sql.joins.fill import with_joins
from nodes.sql_generation import Llm, in_join_order
from nodes.state import STAGES, GraphState, Stage
from training.data.leak_guard import refuse_answers
from training.data.mix.config import MixConfig
from training.data.turns import MixTurn, TurnSource
from training.dev_databases import LeakError
from training.settings import TrainingError
from value_index.index import ValueIndex
from value_index.models import FrozenModel
from value_index.schema import Schema

WRITTEN: tuple[Stage, ...] = ("dialogue_state_tracking", "schema_linking", "plan_emission", "sql_generation")
"""The stages whose answer gold tells."""


class RowOrigin(FrozenModel):
    """The origin of a row of training data, and what scores an answer to it."""

    stage: Stage
    source: str
    place: str
    """Dialogue and turn of the source."""
    database_id: str
    database: Path
    """The SQLite file, for the scorer."""
    gold: str
    """The gold SQL, for the scorer."""
    oracle: bool
    """Whether the prompt holds gold of its own turn."""


class ChatRow(RowOrigin):
    """One row of training data; TRL reads `messages`."""

    messages: tuple[Message, ...]
    """System, user, and as the assistant the answer to learn."""


@dataclass(frozen=True)
class ChatMaker:
    """Makes the rows of turns."""

    settings: MixConfig
    agent: Config
    oracle: frozenset[Stage]
    """Stages that are given gold."""
    stages: tuple[Stage, ...]
    nodes: Mapping[Stage, Node]
    stand_ins: Mapping[Stage, Node]
    _contexts: dict[str, Context] = field(default_factory=dict[str, Context])

    @classmethod
    def of(cls, settings: MixConfig, agent: Config, oracle: frozenset[Stage]) -> ChatMaker:
        """Choose the stages, and refuse what could not be learnt or would leak.

        Raises:
            TrainingError: No stage of the agent asks a model, or gold tells no answer of one.
            LeakError: Prompts would hold gold, and the settings do not say diagnostic.
        """
        nodes = agent.nodes()
        asking = tuple(stage for stage in STAGES if _asks(nodes[stage]) and stage not in oracle)
        stages: tuple[Stage, ...] = settings.stages or tuple(stage for stage in asking if stage in WRITTEN)
        wrong = [stage for stage in stages if stage not in asking or stage not in WRITTEN]
        if wrong or not stages:
            raise TrainingError(
                f"{wrong[0] if wrong else 'no stage'} of the agent asks a model: name one of {', '.join(asking)}"
            )
        before = [stage for stage in oracle if any(STAGES.index(stage) < STAGES.index(later) for later in stages)]
        if before and not settings.diagnostic:
            raise LeakError(
                f"the agent is given gold at {before[0]}, so its prompts hold what only gold knows: "
                "set diagnostic = true, and report no figure of such a model as honest"
            )
        return cls(settings, agent, oracle, stages, nodes, Config.load().nodes())

    async def rows(self, turn: MixTurn) -> list[ChatRow]:
        """Return a row for each stage.

        Raises:
            EndpointError: A prompt does not fit the served context.
            LeakError: The question holds the answer.
        """
        gold = turn.source.book.turn(turn.dialogue.index, turn.turn)
        assert gold is not None, "a turn of a mix has a plan"
        assert self.agent.endpoint is not None, "an agent that asks a model has an endpoint"
        refuse_answers(turn)
        state = self._state(turn)
        context, listener = self._context(turn).of_turn(state), Listener(self.agent.endpoint)
        found: list[ChatRow] = []
        seen_gold = False
        for stage in STAGES[: STAGES.index(self.stages[-1]) + 1]:
            if stage in self.stages:
                prompt = await listener.heard(self.nodes[stage], state, context)
                if prompt is not None:
                    answer = Message(role="assistant", content=self._answer(stage, gold, context.schema))
                    found.append(self._row(turn, stage, (*prompt.messages, answer), oracle=seen_gold))
            if stage in self.oracle:
                output, seen_gold = GOLD_OUTPUTS[stage](gold), True
            else:
                node = self.stand_ins[stage] if _asks(self.nodes[stage]) else self.nodes[stage]
                output = await node(state, context)
            state = state.model_copy(update={FIELDS[stage]: output})
        return found

    def _answer(self, stage: Stage, gold: Gold, schema: Schema) -> str:
        node = self.nodes[stage]
        if isinstance(node, Llm) and node.sees == "plan":
            return _compiled(gold, schema)
        return ANSWERS[stage](gold, schema)

    def _row(self, turn: MixTurn, stage: Stage, messages: tuple[Message, ...], *, oracle: bool) -> ChatRow:
        return ChatRow(
            messages=messages,
            stage=stage,
            source=turn.source.name,
            place=turn.place,
            database_id=turn.database_id,
            database=turn.source.dataset.database_path(turn.database_id).resolve(),
            gold=turn.sql,
            oracle=oracle,
        )

    def _state(self, turn: MixTurn) -> GraphState:
        histories = self._histories(turn.source)
        return GraphState(
            turn_id=str(TurnKey(turn.dialogue.index, turn.turn)),
            database_id=turn.database_id,
            history=histories.before(turn.dialogue, turn.turn, {}),
            utterance=turn.utterance,
        )

    def _histories(self, source: TurnSource) -> Histories:
        return Histories(self.settings.history, source.book, self.settings.seed, self.settings.noise_rate)

    def _context(self, turn: MixTurn) -> Context:
        key = f"{turn.source.name}/{turn.database_id}"
        if key not in self._contexts:
            database = turn.source.dataset.open_database(turn.database_id)
            self._contexts[key] = Context(database.schema, database, ValueIndex.build(database))
        return self._contexts[key]


def _asks(node: Node) -> bool:
    return isinstance(node, Variant) and node.costly


def _links(gold: Gold, schema: Schema) -> str:
    choice = Choice(
        columns=tuple(link.column for link in gold.schema_links.columns),
        tables=tuple(TableName(table=link.table) for link in gold.schema_links.tables),
    )
    return _json(choice.model_dump(mode="json"))


def _plan(gold: Gold, schema: Schema) -> str:
    return plan_answer(gold.plan, schema)


def plan_answer(plan: Plan, schema: Schema) -> str:
    """Write a plan as the prompt asks for it: joins left out wherever the keys give them back."""

    def bare(part: PlanModel) -> PlanModel:
        return part.model_copy(update={"joins": None}) if isinstance(part, Plan) else part

    without = rewrite(plan, bare)
    return _json(
        _said(without if canonical(with_joins(without, schema)) == canonical(with_joins(plan, schema)) else plan)
    )


def _state_answer(gold: Gold, schema: Schema) -> str:
    # No data set tells the self-contained question: the utterance stands for it, and the filters are what is learnt.
    return _json(gold.dialogue_state.model_dump(mode="json"))


def _sql(gold: Gold, schema: Schema) -> str:
    return " ".join(gold.sql.split())


def _compiled(gold: Gold, schema: Schema) -> str:
    """Return the compiler's SQL, whose aliases are those that the plan is shown with; gold's where the keys give other joins."""
    plan = in_join_order(gold.plan, schema)
    if canonical(plan) != canonical(with_joins(gold.plan, schema)):
        return _sql(gold, schema)
    return from_plan(plan, schema)


ANSWERS: dict[Stage, Callable[[Gold, Schema], str]] = {
    "dialogue_state_tracking": _state_answer,
    "schema_linking": _links,
    "plan_emission": _plan,
    "sql_generation": _sql,
}
"""What each stage should have been answered."""


def _said(part: PlanModel) -> dict[str, Any]:
    """Return a part of a plan as JSON values without what goes without saying."""
    said: dict[str, Any] = {}
    for name, field_info in type(part).model_fields.items():
        value = getattr(part, name)
        if name == "kind" or field_info.is_required() or value != field_info.default:
            said[name] = _value(value)
    return said


def _value(value: Any) -> Any:
    if isinstance(value, PlanModel):
        return _said(value)
    return [_value(item) for item in value] if isinstance(value, tuple) else value


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
