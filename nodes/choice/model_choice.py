"""model_choice: the model decides among candidates that were gathered, by what each returns."""

from __future__ import annotations

from collections.abc import Sequence

from nodes.choice.ask import MOST_CANDIDATES, choice_prompt, chosen_number, number_logprobs, shares
from nodes.choice.gather import Offer, gather
from nodes.llm.messages import Prompt
from nodes.llm.sql_text import sql_text
from nodes.node import Context
from nodes.prompts.asking import ask, fitted
from nodes.prompts.turn_texts import conversation, engine_name
from nodes.sql.as_stored import as_stored
from nodes.state import CandidateGroup, Choice, GraphState

SHOWN_ROWS = 3
"""Rows of a candidate that the model sees."""
AGAIN = "model, asked again"


async def model_choice(choice: Choice, state: GraphState, context: Context, *, deadline: float) -> Choice:
    """Ask the model which candidate is right; where it names none and writes nothing that runs, the choice stands.

    Args:
        choice: what the weights chose, the likeliest groups being shown.
        deadline: seconds that one candidate may take.

    Raises:
        EndpointError: there is no answer.
    """
    asked = choice_question(choice, state, context, deadline=deadline)
    if asked is None:
        return choice
    prompt, places = asked
    reply = await ask(context, state, "sql_generation", prompt)
    number = chosen_number(reply.text, len(places))
    if number is None:
        return _written(choice, as_stored(sql_text(reply.text), context.schema), context, deadline)
    # Behind "The answer is 2" the first token's alternatives say nothing of the number.
    tokens = reply.first_token if reply.text.lstrip()[:1].isdigit() else {}
    return _named(choice, places, number, number_logprobs(tokens, len(places)))


def choice_question(
    choice: Choice, state: GraphState, context: Context, *, deadline: float
) -> tuple[Prompt, list[int]] | None:
    """Return what the model is asked about candidates, and the places of those that it is shown; None of fewer than two."""
    ranked = sorted(range(len(choice.groups)), key=lambda place: -choice.groups[place].probability)
    places = [place for place in ranked if choice.groups[place].rows is not None][:MOST_CANDIDATES]
    if len(places) < 2:
        return None
    run, engine = context.database.execute, engine_name(context.schema)
    shown = [
        (group, run(group.sql, deadline=deadline, max_rows=SHOWN_ROWS))
        for group in map(choice.groups.__getitem__, places)
    ]
    return fitted(lambda turn: choice_prompt(conversation(turn), shown, engine), state, context), places


def _named(choice: Choice, places: Sequence[int], number: int, logprobs: Sequence[float | None]) -> Choice:
    """Return the choice of the candidate with a number, with the model's own doubt where the endpoint tells it."""
    groups, told = list(choice.groups), shares(logprobs)
    if told:
        groups = [group.model_copy(update={"probability": 0.0}) for group in groups]
        for place, logprob, share in zip(places, logprobs, told, strict=True):
            groups[place] = groups[place].model_copy(update={"logprob": logprob, "probability": share})
    reason = f"the model, which saw {len(places)} candidates with their rows, named it"
    return Choice(chosen=places[number], reason=reason, groups=tuple(groups))


def _written(choice: Choice, sql: str, context: Context, deadline: float) -> Choice:
    """Return the choice of what the model wrote in place of a number, if that returns anything."""
    offers = [*(Offer(group.sql, str(place)) for place, group in enumerate(choice.groups)), Offer(sql, AGAIN)]
    found = gather(offers, context.database, confidence=None, deadline=deadline) if sql else []
    group = next((group for group, facts in found if AGAIN in group.sources and not facts.fails | facts.empty), None)
    if group is None:
        return choice
    same = next((int(source) for source in group.sources if source != AGAIN), None)
    if same is not None:
        reason = "the model, which saw the candidates with their rows, wrote what returns the same"
        return choice.model_copy(update={"chosen": same, "reason": reason})
    added = CandidateGroup(sql=sql, sources=(AGAIN,), rows=group.rows)
    reason = "the model, which saw the candidates with their rows, wrote another"
    return Choice(chosen=len(choice.groups), reason=reason, groups=(*choice.groups, added))
