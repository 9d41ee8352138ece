"""ask_user: the node that asks the user, if what the answer is worth exceeds its price.

The plans of a turn are readings of the request with probabilities. Asked which of two is meant, the user raises the
probability of the right rows by that of the second, if the two give different rows; asked what unexplained words mean, by
a share of the probability that no reading is right. The dearer the question, the less often it is worth that.
"""

from __future__ import annotations

from collections.abc import Awaitable, Iterator, Sequence
from dataclasses import replace
from math import exp
from typing import Protocol

from langgraph.runtime import Runtime
from langgraph.types import interrupt

from agent.clarify import Doubt, Reply, choice_of, differences, preferred
from agent.config import ClarifySettings
from agent.notes.answer_confidence import shows_less_or_more
from agent.notes.rivals import LONGEST, written
from nodes.choice.gather import rows_key
from nodes.intent.explained_words import unexplained_phrases
from nodes.knowledge.defined.reader import Reader
from nodes.knowledge.reply import read_reply, refuses, with_meaning
from nodes.knowledge.wanted import as_wanted
from nodes.node import Context
from nodes.plan import Plan, Star
from nodes.state import Asked, Clause, GraphState, ScoredPlan
from value_index.database import Result
from value_index.knowledge.store import Knowledge

COMPARED_ROWS = 1000
"""Rows of a reading that are held against another's."""
INSIDE = 0.5
"""How often one of the other plans is right where the first is not: no more than this, else none of them is."""
LEAST_GAIN = 0.01
"""A question that gains less is not asked, however cheap."""


class AskUser(Protocol):
    """The node's shape."""

    def __call__(self, state: GraphState, *, runtime: Runtime[Context]) -> Awaitable[dict[str, object]]:
        """Return the plans, the one that is meant first, and what was asked."""
        ...


def ask_user(settings: ClarifySettings) -> AskUser:
    """Return the node; the graph stops in it until the user has answered."""

    async def ask(state: GraphState, *, runtime: Runtime[Context]) -> dict[str, object]:
        found = worth_asking(state, runtime.context, settings)
        if found is None or not state.plans:
            return {"plans": wanted(state.plans, state.asked, runtime.context), "asked": state.asked}
        reply: Reply = interrupt(found.model_dump())
        plans = preferred(state.plans, found.rival) if choice_of(reply) == 1 else state.plans
        return {"plans": wanted(plans, state.asked, runtime.context), "asked": (*state.asked, asked(found, reply))}

    return ask


def worth_asking(state: GraphState, context: Context, settings: ClarifySettings) -> Doubt | None:
    """Return the question whose gain exceeds its price by most; None if none does, or enough was asked."""
    plans = state.plans or ()
    if not plans or len(state.asked) >= settings.most:
        return None
    calibrated = plans[0].confidence is not None
    if not calibrated and not settings.misread:  # nothing is known of how likely the plans are
        return None
    price = settings.price if context.question_price is None else context.question_price
    least = max(price, LEAST_GAIN)
    found = [*_of_words(state, context, settings, price), *_of_clauses(state, settings, price)]
    found += _of_readings(state, price) if calibrated else ()
    several = settings.most - len(state.asked) > 1  # what words mean changes the plans, so readings of them come last
    for each in sorted(found, key=lambda doubt: (several and bool(doubt.readings), -doubt.gain)):
        if each.gain <= least:
            continue
        if each.about or each.clause or _rows_differ(plans[0], plans[each.rival], context):
            return each
    return None


def wanted(
    plans: tuple[ScoredPlan, ...] | None, heard: Sequence[Asked], context: Context
) -> tuple[ScoredPlan, ...] | None:
    """Return the plans with the columns and the order that the user has said to want, each reading once."""
    said = [each for each in heard if not each.about]
    if not said or not plans:
        return plans
    reader = Reader(context.schema, context.knowledge or Knowledge())
    found: dict[Plan, ScoredPlan] = {}
    for scored in plans:
        plan = as_wanted(scored.plan, said, reader)
        found.setdefault(plan, scored.model_copy(update={"plan": plan}))
    return tuple(found.values())


def probabilities(plans: Sequence[ScoredPlan]) -> list[float]:
    """Return how likely each plan is the right reading; what is left is the probability that none is.

    The first has its calibrated confidence, each other as much less as its score is, all together no more than INSIDE of
    what is left.
    """
    first = plans[0].confidence or 0.0
    others = [first * exp(min(0.0, plan.score - plans[0].score)) for plan in plans[1:]]
    share = min(1.0, INSIDE * (1 - first) / sum(others)) if sum(others) > 0 else 0.0
    return [first, *(share * each for each in others)]


def asked(found: Doubt, reply: Reply) -> Asked:
    """Return what is noted of a question and its answer."""
    choice = choice_of(reply)
    said = found.readings[choice] if found.readings and choice is not None else str(reply)
    return Asked(question=found.question, about=found.about, clause=found.clause, reply=said)


def told(found: Doubt, words: str, context: Context, state: GraphState) -> tuple[Context, GraphState]:
    """Return the context with what the user said, as knowledge of the turn, and the turn.

    Where the knowledge has no use for it, the user's words stand in the request in place of those that were asked about;
    a reply that explains nothing ("I can not answer that") is noted and no more.
    """
    noted = {"asked": (*state.asked, asked(found, words))}
    if found.clause:
        return context, state.model_copy(update=noted)
    said = read_reply(words, found.about, context.database, context.schema, context.knowledge, state.utterance)
    if said.definitions and refuses(words):
        return context, state.model_copy(update=noted)
    if said.definitions and (utterance := with_meaning(state.utterance, found.about, words)):
        noted |= {"utterance": utterance}
    known = said.with_more(context.knowledge or Knowledge())
    return replace(context, knowledge=known, turn=None), state.model_copy(update=noted)


def _of_readings(state: GraphState, price: float) -> Iterator[Doubt]:
    plans = state.plans
    if not plans:
        return
    known = probabilities(plans)
    if any(each.about == "" and not each.clause for each in state.asked):
        return  # the user chose once: the plans come in the order of that choice
    for place, gain in enumerate(known[1:], start=1):
        apart = differences(plans[0].plan, plans[place].plan)
        if any(apart) and not _seen_in_rows(plans[0].plan, plans[place].plan):
            yield Doubt(confidence=known[0], readings=apart, rival=place, gain=gain, price=price)


def _of_words(state: GraphState, context: Context, settings: ClarifySettings, price: float) -> Iterator[Doubt]:
    plans = state.plans or ()
    known = probabilities(plans)
    gain = settings.understood * max(1 - sum(known), settings.misread)
    done = {each.about.casefold() for each in state.asked}
    heard = " ".join(each.reply for each in state.asked).casefold()
    if gain > max(price, LEAST_GAIN):
        phrases = unexplained_phrases(context.analysis_of(state))
        if settings.misread and not phrases and not any(each.about and not refuses(each.reply) for each in state.asked):
            phrases = (
                state.utterance.strip(" ?.!"),
            )  # every word is explained, and the request ambiguous all the same
        for phrase in phrases:
            if phrase.casefold() not in done and phrase.casefold() not in heard:
                yield Doubt(confidence=known[0], about=phrase, gain=gain, price=price)


def _of_clauses(state: GraphState, settings: ClarifySettings, price: float) -> Iterator[Doubt]:
    told = {each.clause for each in state.asked}
    sorts = bool(state.plans and state.plans[0].plan.order_by)
    clauses: tuple[Clause, ...] = ("columns", "order", "limit") if sorts else ("columns", "order")
    for clause in clauses:
        if state.plans and clause not in told:
            yield Doubt(confidence=probabilities(state.plans)[0], clause=clause, gain=settings.clauses, price=price)


def _seen_in_rows(first: Plan, other: Plan) -> bool:
    """Tell whether plans differ in what is seen at a glance: some columns more, all of them, or each row once."""
    first, other = (each.model_copy(update={"distinct": False}) for each in (first, other))
    everything = (Star(),) in (first.select, other.select)
    return shows_less_or_more(first, other) or (
        everything and first.model_copy(update={"select": other.select}) == other
    )


def _rows_differ(first: ScoredPlan, second: ScoredPlan, context: Context) -> bool:
    """Tell whether two plans give different rows; where one of them cannot be run in time, they may."""
    texts = [written(each, context) for each in (first, second)]
    if not all(texts):
        return bool(texts[0])
    results = [_run(sql, context) for sql in texts]
    if any(result.outcome != "rows" for result in results) or not any(result.rows for result in results):
        return texts[0] != texts[1]
    return rows_key(results[0], texts[0]) != rows_key(results[1], texts[1])


def _run(sql: str, context: Context) -> Result:
    return context.database.execute(sql, deadline=LONGEST, max_rows=COMPARED_ROWS)
