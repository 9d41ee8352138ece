"""SQL from what the earlier stages gave."""

from __future__ import annotations

from asyncio import gather as gather_answers
from collections.abc import Iterator
from math import inf
from typing import ClassVar, Literal

from pydantic import Field

from nodes.choice.choose import choice_weights, choose
from nodes.choice.gather import agreement, gather, offers_of
from nodes.choice.model_choice import model_choice
from nodes.knowledge.verified_plan import verified_sql
from nodes.llm.messages import Message, Prompt, Sampling
from nodes.llm.sql_text import sql_text
from nodes.node import Context, Variant
from nodes.plan import Plan, PlanModel
from nodes.plan.traversal import rewrite
from nodes.prompts.asking import ask, fitted, fitting
from nodes.prompts.examples import read_examples
from nodes.prompts.feedback import DEADLINE as EMPTY_DEADLINE
from nodes.prompts.feedback import empty_result
from nodes.prompts.parts import PromptParts
from nodes.prompts.sql_prompt import sql_prompt
from nodes.prompts.turn_texts import engine_name, user
from nodes.sql.aliased_text import aliased_lines
from nodes.sql.as_stored import as_stored
from nodes.sql.ebnf_grammar import GrammarLevel, grammar_of
from nodes.sql.errors import SQLError
from nodes.sql.from_plan import from_plan
from nodes.sql.joins.fill import with_joins
from nodes.sql.repair import repair, with_sources
from nodes.state import Attempt, GraphState, ScoredPlan, Violation
from value_index.schema import Schema

PLAN_INSTRUCTION = "Write the plan as one SQLite query."

MOST_LOOKED_AT = 20
"""Rows of a result that say whether it is empty."""


class Skip(Variant):
    """Writes no SQL."""

    async def __call__(self, state: GraphState, context: Context) -> str:
        return ""


class Compiler(Variant):
    """Compiles the best plan; after an error, the plan repaired as the violations say, then the next plans.

    The same SQL again means that nothing is left to try. A verified question's SQL that no plan holds is given as it is.
    """

    async def __call__(self, state: GraphState, context: Context) -> str:
        if (
            not state.plan_given
            and context.knowledge
            and (sql := verified_sql(context.analysis_of(state).known, context.schema))
        ):
            return sql
        tried = {attempt.sql: attempt for attempt in state.attempts}
        plans = [scored.plan for scored in _offered(state)]
        fresh = (sql for plan in plans for sql in _texts(plan, tried, context.schema) if sql not in tried)
        return next(fresh, state.attempts[-1].sql if state.attempts else "")


class Guided(Variant):
    """Runs the best plans and compiles the one whose score is best once those without rows have lost some of it.

    After an error it goes on as the compiler does.
    """

    plans: int = Field(default=3, ge=1)
    """How many plans are run at most."""
    deadline: float = Field(default=0.5, gt=0)
    """Seconds that one of them may take; a slower one is judged by its score alone."""
    empty: float = Field(default=1.0, ge=0)
    """What a plan whose result has no rows, or holds nothing but NULL, loses of its score."""

    async def __call__(self, state: GraphState, context: Context) -> str:
        plans = _offered(state)
        if not state.attempts and len(plans) > 1:
            worth = [(plan.score - self._loss(plan.plan, context), plan) for plan in plans[: self.plans]]
            best = max(worth, key=lambda pair: pair[0])[1]
            plans = (best, *(plan for plan in plans if plan is not best))
        return await Compiler()(state.model_copy(update={"plans": plans}), context)

    def _loss(self, plan: Plan, context: Context) -> float:
        sql = next(_texts(plan, {}, context.schema), "")
        result = context.database.execute(sql, deadline=self.deadline, max_rows=MOST_LOOKED_AT) if sql else None
        if result is None or result.outcome in ("error", "refused"):
            return inf
        empty = result.outcome == "rows" and all(cell is None for row in result.rows for cell in row)
        return self.empty if empty else 0.0


class Llm(Variant):
    """Asks the language model, which sees the plan, links and values, and on a retry the violations.

    Once the attempts of a turn are spent, the compiled plan stands in: an answer with a model is never worse than none.
    """

    costly: ClassVar[bool] = True

    grammar: GrammarLevel = "off"
    """What the server may decode, where it takes grammars: SQL over the schema, its linked part, with the found values."""
    sees: Literal["everything", "plan"] = "everything"
    """What the model is shown: `plan` is the plan alone, its tables joined by their keys, for a model that has learnt to
    write plans as SQL; after an error it gets the next plan."""
    below: float | None = Field(default=None, ge=0, le=1)
    """A cascade: asks only where the first plan's confidence is lower, or absent, and leaves the rest to the compiler,
    retries included, so that one of them writes all of a turn's attempts. None always asks."""

    prompt: PromptParts = PromptParts()
    """Which parts the prompt has."""

    def load(self) -> None:
        if self.prompt.examples:
            read_examples(self.prompt.examples)

    async def __call__(self, state: GraphState, context: Context) -> str:
        if context.spent or self._sure_of(state):
            return await Compiler()(state, context)
        return await self._asked(state, context)

    async def _asked(self, state: GraphState, context: Context) -> str:
        """Return the SQL of the model's answer, of its second one where the first returns nothing; "" if it holds none."""
        sql = await self._answer(state, context)
        told = empty_result(sql, context.database) if sql and self.prompt.feedback else ""
        if not told:
            return sql
        empty = Attempt(sql=sql, violations=(Violation(kind="always_empty", severity="error", message=told),))
        again = await self._answer(state.model_copy(update={"attempts": (*state.attempts, empty)}), context)
        runs = bool(again) and context.database.execute(again, deadline=EMPTY_DEADLINE, max_rows=1).ok
        return again if runs and not empty_result(again, context.database) else sql

    async def _answer(self, state: GraphState, context: Context, sampling: Sampling | None = None) -> str:
        """Return the SQL of one answer; "" if it holds none."""
        schema = fitting(context.schema, state.schema_links, context)
        if self.sees == "plan" and _next_plan(state) is None:
            return ""
        prompt = fitted(lambda turn: self._prompt(turn, schema, context), state, context)
        bounded = prompt.model_copy(update={"grammar": grammar_of(self.grammar, schema, state), "sampling": sampling})
        return as_stored(sql_text((await ask(context, state, "sql_generation", bounded)).text), context.schema)

    def _sure_of(self, state: GraphState) -> bool:
        """Tell whether the first plan needs no model; a person's never does."""
        if state.plan_given:
            return True
        confidence = state.plans[0].confidence if state.plans else None
        return self.below is not None and confidence is not None and confidence >= self.below

    def _prompt(self, state: GraphState, schema: Schema, context: Context) -> Prompt:
        """Return what is asked."""
        plan = _next_plan(state) if self.sees == "plan" else None
        return plan_messages(plan, context.schema) if plan else sql_prompt(state, schema, context, self.prompt)


class Candidates(Llm):
    """Asks the language model, runs its SQL beside the best plans, and chooses among the different rows that they return.

    After an error it goes on as the compiler does. Where the planner is sure (`below`), or its plans agree (`agreed`), the
    model is not asked.
    """

    plans: int = Field(default=5, ge=1)
    """How many plans are run beside the model's SQL."""
    deadline: float = Field(default=1.0, gt=0)
    """Seconds that one of them may take; a slower one counts as one that does not run."""
    agreed: float | None = Field(default=None, gt=0, le=1)
    """The model is not asked where plans of this share of the probability return the rows of the first one, and there are any:
    a dial on what a turn costs. None looks at `below` alone."""
    samples: int = Field(default=0, ge=0, le=20)
    """How many more answers of the model are drawn, all at once; each is one more call."""
    temperature: float = Field(default=0.7, ge=0, le=2)
    """How freely these are drawn."""
    chooser: Literal["weights", "model"] = "weights"
    """Who chooses: the weights, or the model itself, which sees what each candidate returns, for one more call."""
    sure: float = Field(default=0.9, ge=0, le=1)
    """The model is not asked to choose where the weights are this sure."""
    weights: str = ""
    """The network's file of the planner that judges the model's plan; the shipped one where empty."""

    def load(self) -> None:
        from nodes.compact.turn_encoding import load_planner  # onnxruntime takes a while to load

        super().load()
        load_planner(self.weights)

    async def __call__(self, state: GraphState, context: Context) -> str:
        from nodes.compact.ranking.plan_review import PlanReview  # onnxruntime takes a while to load

        if state.attempts or context.spent or self._sure_of(state):
            return await Compiler()(state, context)
        scored = (state.plans or ())[: self.plans]
        plans = [(next(_texts(each.plan, {}, context.schema), ""), each.score) for each in scored]
        if self.agreed and agreement(plans, context.database, deadline=self.deadline) >= self.agreed:
            return await Compiler()(state, context)
        offers = offers_of(plans, *await self._answers(state, context))
        confidence = scored[0].confidence if scored else None
        score = PlanReview.of(state, context, self.weights).score
        groups = gather(offers, context.database, confidence=confidence, deadline=self.deadline, score=score)
        if not groups:
            return ""
        choice = choose(groups, choice_weights())
        if self.chooser == "model" and choice.groups[choice.chosen].probability < self.sure:
            choice = await model_choice(choice, state, context, deadline=self.deadline)
        context.choices.append(choice)
        return choice.groups[choice.chosen].sql

    async def _answers(self, state: GraphState, context: Context) -> list[str]:
        """Return the model's SQL, then that of its sampled answers."""
        drawn = (Sampling(temperature=self.temperature, seed=seed) for seed in range(1, self.samples + 1))
        sampled = (self._answer(state, context, sampling) for sampling in drawn)
        return await gather_answers(self._asked(state, context), *sampled)


def plan_messages(plan: Plan, schema: Schema) -> Prompt:
    """Ask for the SQL of a plan, and show nothing else.

    The plan's tables stand in the order in which the keys join them, whatever the plan says of joins, with the aliases
    that the compiler would give them: what is left to learn is SQL, not which table has which number.
    """
    asked = user("\n".join(aliased_lines(in_join_order(plan, schema), schema)))
    return Prompt(
        messages=(Message(role="system", content=PLAN_INSTRUCTION.replace("SQLite", engine_name(schema))), asked),
        name="sql",
    )


def in_join_order(plan: Plan, schema: Schema) -> Plan:
    """Return the plan with every table that it needs, joined along the keys of the schema."""

    def unjoined(part: PlanModel) -> PlanModel:
        return part.model_copy(update={"joins": None}) if isinstance(part, Plan) else part

    return with_joins(rewrite(with_sources(plan, schema), unjoined), schema)


def _offered(state: GraphState) -> tuple[ScoredPlan, ...]:
    """Return the plans that may be written; of a turn whose plan a person gave, that one alone."""
    plans = state.plans or ()
    return plans[:1] if state.plan_given else plans


def _next_plan(state: GraphState) -> Plan | None:
    """Return the best plan that was not tried; the last one where all were."""
    plans = [scored.plan for scored in state.plans or () if scored.plan != Plan()]
    return plans[min(len(state.attempts), len(plans) - 1)] if plans else None


def _texts(plan: Plan, tried: dict[str, Attempt], schema: Schema) -> Iterator[str]:
    """Yield the SQL of a plan, then, as long as the last was tried in vain, of the plan repaired by its violations."""
    written: set[str] = set()
    while True:
        try:
            sql = from_plan(with_sources(plan, schema), schema)
        except SQLError:
            return
        if sql in written:
            return
        written.add(sql)
        yield sql
        if sql not in tried:
            return
        plan = repair(plan, tried[sql].violations, schema)
