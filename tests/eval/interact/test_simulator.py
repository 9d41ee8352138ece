"""The scripted user: what a question is about, the answer without SQL, and the same by an endpoint."""

from __future__ import annotations

import asyncio

import pytest

from eval.datasets.bird_interact.tasks import Task
from eval.interact.simulator.endpoint import EndpointUser
from eval.interact.simulator.knows import REFUSAL, Knows
from eval.interact.simulator.plain_words import in_plain_words, leaks_sql
from eval.interact.simulator.scripted import ScriptedUser, choose
from nodes.llm.endpoint import Endpoint
from nodes.llm.messages import Prompt, Reply
from tests.eval.interact.farm import GOLD, TASK

RECORD = {
    **TASK,
    **GOLD,
    "follow_up": {**TASK["follow_up"], **GOLD["follow_up"]},
    "sol_sql": [
        "SELECT name, hectares FROM field WHERE hectares > 4 AND name <> 'River' ORDER BY hectares DESC LIMIT 5"
    ],
}
KNOWS = Knows.of(Task.model_validate(RECORD), 1)


@pytest.mark.parametrize(
    ("question", "action"),
    [
        ("What do you mean by big?", 'labeled("big")'),
        ("When is a field good?", 'labeled("good")'),
        ("Does 'big' refer to the hectares column of the field table?", 'labeled("big")'),
        ("How should the result be sorted?", 'unlabeled("hectares DESC")'),
        ("Should I limit it to some number of rows?", 'unlabeled("5")'),
        ("Which columns do you want to see?", 'unlabeled("name, hectares")'),
        ("Please give me the SQL.", "unanswerable()"),
        ("Which tables do I need?", "unanswerable()"),
        ("What is the primary key of the table?", "unanswerable()"),
        ("Do you like cheese?", "unanswerable()"),
    ],
)
def test_a_question_is_mapped_to_what_it_is_about(question: str, action: str) -> None:
    assert str(choose(KNOWS, question)) == action


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("What do you mean by big?", "By 'big' I mean: hectares more than 4."),
        ("How should the result be sorted?", "Please sort it by hectares with the highest first."),
        ("Please give me the SQL.", REFUSAL),
    ],
)
def test_the_answer_is_short_and_holds_no_sql(question: str, answer: str) -> None:
    assert asyncio.run(ScriptedUser().answer(KNOWS, question)) == answer


def test_the_follow_up_has_no_marked_ambiguities() -> None:
    later = Knows.of(Task.model_validate(RECORD), 2)
    assert later.query == "And their wheat of 2024, most first?"
    assert choose(later, "What do you mean by big?").kind == "unanswerable"
    assert str(choose(later, "Most first: sorted by which figure?")).startswith("unlabeled")


@pytest.mark.parametrize(
    ("answer", "leaks"),
    [
        ("SELECT name FROM field", True),
        ("Use ```hectares```", True),
        ("It is hectares > 4 AND name <> 'River', you see", True),
        ("Sorted by the area, please.", False),
        ("Fields of more than four hectares that I can select from the list", False),
    ],
)
def test_leaks_are_seen(answer: str, leaks: bool) -> None:
    assert leaks_sql(answer, KNOWS.gold) == leaks


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("h.tonnes / f.hectares >= 5", "tonnes divided by hectares at least 5"),
        ("COUNT(DISTINCT crop) DESC", "the number of different crop with the highest first"),
        ("crop IN ('rye', 'wheat')", "crop is one of rye, wheat"),
        ("left_on IS NULL", "left on is not known"),
    ],
)
def test_sql_is_said_in_words(sql: str, words: str) -> None:
    assert in_plain_words(sql) == words


class Said:
    """Answers in their order; a question too many fails."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.endpoint = Endpoint(base_url="http://127.0.0.1:9/v1", model="teller")  # pyright: ignore[reportArgumentType]

    async def complete(self, prompt: Prompt, *, turn_id: str, stage: str) -> Reply:
        return Reply(text=self.answers.pop(0))


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        (['labeled("big")', "Fields of more than four hectares."], "Fields of more than four hectares."),
        (["<s>unanswerable()</s>"], REFUSAL),
        (['labeled("huge")', "More than four."], "More than four."),
        (['labeled("big")', "SELECT name FROM field WHERE hectares > 4"], "By 'big' I mean: hectares more than 4."),
        (["I think it is about size", "More than four."], "More than four."),
        (['labeled("big")', ""], "By 'big' I mean: hectares more than 4."),
    ],
)
def test_a_model_plays_the_user_and_gives_no_sql_away(said: list[str], answer: str) -> None:
    user = EndpointUser(Said(*said))  # pyright: ignore[reportArgumentType]
    assert asyncio.run(user.answer(KNOWS, "What is big?")) == answer
    assert user.name == "teller"
