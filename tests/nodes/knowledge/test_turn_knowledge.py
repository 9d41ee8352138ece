"""Knowledge of one turn: its words find columns, codes and verified questions, and without it nothing changes."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from agent.answer import Answer, answer_json, answer_once
from agent.config import Config
from nodes.knowledge.paraphrase import is_paraphrase
from nodes.node import Context
from nodes.prompts.known import known_text
from nodes.prompts.sql_prompt import sql_prompt
from nodes.state import GraphState
from tests.nodes.library import library
from value_index.knowledge.store import Knowledge, NamedPart, NamedValue, VerifiedQuestion
from value_index.schema import ColumnRef

GENRE = ColumnRef(table="book", column="genre")
KNOWN = Knowledge(
    parts=(NamedPart(part=ColumnRef(table="book", column=""), synonyms=("tomes",), source="k.yaml:2"),),
    values=(NamedValue(column=GENRE, value="Mystery", words="whodunit", source="k.yaml:6"),),
    questions=(
        VerifiedQuestion(
            question="Which genre is our bread and butter?",
            sql="SELECT genre FROM book GROUP BY genre ORDER BY count(*) DESC LIMIT 1",
            source="k.yaml:9",
        ),
    ),
)


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Context:
    return library(tmp_path_factory.mktemp("library"))


def asked(context: Context, question: str) -> Answer:
    return asyncio.run(answer_once(Config.load(), context, question, history=()))


def test_a_synonym_of_a_table_is_read_as_its_name(context: Context) -> None:
    given = asked(replace(context, knowledge=KNOWN), "How many tomes are there?")
    assert given.state.sql == "SELECT count(*) FROM book"
    assert given.knowledge == ("'tomes' is book (k.yaml:2)",)


def test_other_words_for_a_code_find_it(context: Context) -> None:
    given = asked(replace(context, knowledge=KNOWN), "How many whodunit books are there?")
    assert given.state.sql
    assert given.state.sql.endswith("genre = 'Mystery'")
    assert given.knowledge == ("'whodunit' is book.genre = 'Mystery' (k.yaml:6)",)


def test_a_verified_question_answers_its_paraphrase(context: Context) -> None:
    given = asked(replace(context, knowledge=KNOWN), "Please tell me which genre is the bread and butter")
    assert given.state.sql == "SELECT genre FROM book GROUP BY genre ORDER BY count(*) DESC LIMIT 1"
    assert "verified question: 'Which genre is our bread and butter?' (k.yaml:9)" in (given.knowledge or ())


def test_a_synonym_of_an_earlier_turn_leaves_the_next_alone(context: Context) -> None:
    known = replace(context, knowledge=KNOWN)
    asked(known, "How many tomes are there?")
    assert asked(known, "How many books are there?").knowledge == ()


def test_without_knowledge_the_answer_says_nothing_of_it(context: Context) -> None:
    given = asked(context, "How many books are there?")
    assert given.knowledge is None
    assert "knowledge" not in answer_json(given)


def test_knowledge_that_is_not_spoken_of_changes_no_plan(context: Context) -> None:
    question = "Which authors were born after 1900?"
    with_it, without = asked(replace(context, knowledge=KNOWN), question), asked(context, question)
    assert with_it.state.plans == without.state.plans


@pytest.mark.parametrize(
    ("question", "other", "same"),
    [
        ("Which shop sells most?", "Show the shop that sells the most", True),
        ("Flights from Kiel to Bonn", "Flights from Bonn to Kiel", False),
        ("Shops over 30", "Shops over 40", False),
        ("Shops that sell bread", "Shops that do not sell bread", False),
        ("List the shops", "How many shops", False),
    ],
)
def test_a_paraphrase_has_the_words_that_matter(question: str, other: str, same: bool) -> None:
    assert is_paraphrase(question, other) is same


def test_a_prompt_says_what_is_known_of_the_question(context: Context) -> None:
    described = NamedPart(part=GENRE, description="What shelf it\nstands on.", source="k.yaml:5")
    known = replace(context, knowledge=KNOWN.model_copy(update={"parts": (*KNOWN.parts, described)}))
    state = GraphState(turn_id="0/0", database_id="library", utterance="Which genre of tomes is bread and butter?")
    told = known_text(state, known)
    assert told.splitlines() == [
        "Known about this database:",
        "'tomes' means book",
        f"Checked: {KNOWN.questions[0].question} {KNOWN.questions[0].sql}",
        "book.genre: What shelf it stands on.",
    ]
    assert told in sql_prompt(state, context.schema, known).messages[-1].content
    assert sql_prompt(state, context.schema, context) == sql_prompt(state, context.schema)
