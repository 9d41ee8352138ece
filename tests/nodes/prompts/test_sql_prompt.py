"""The prompt for SQL: every part has a switch and a budget, and all switched off it is the short prompt."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eval.demo.build import DEMO_DATA, build
from nodes.llm.endpoint import Endpoint
from nodes.llm.messages import Prompt, Reply
from nodes.node import Context
from nodes.plan import ColumnTerm, LiteralTerm, Plan, Predicate, TableSource
from nodes.prompts.dialect import DIALECTS
from nodes.prompts.examples import ExamplesError, nearest, read_examples
from nodes.prompts.feedback import empty_result
from nodes.prompts.parts import PromptParts
from nodes.prompts.sql_prompt import TASK, sql_prompt
from nodes.sql_generation import Llm
from nodes.state import ColumnLink, GraphState, GroundedValue, SchemaLinks, ScoredPlan, Stage, Turn
from tests.nodes.sql.regatta import open_regatta
from turnsql import app
from value_index.schema import ColumnRef

LABEL = ColumnTerm(table="boat", column="label")


@pytest.fixture
def context(tmp_path: Path) -> Context:
    database = open_regatta(tmp_path)
    return Context(schema=database.schema, database=database)


def plan(value: str) -> Plan:
    where = Predicate(left=LABEL, operator="=", right=(LiteralTerm(value=value),))
    return Plan(select=(LABEL,), tables=(TableSource(table="boat"),), where=where)


STATE = GraphState(
    turn_id="0:2",
    database_id="regatta",
    utterance="And the Petrel?",
    history=(
        Turn(utterance="How many boats are there?", sql="SELECT count(*) FROM boat"),
        Turn(utterance="Show the Aurora", sql="SELECT * FROM boat WHERE label = 'Aurora'"),
    ),
    schema_links=SchemaLinks(columns=(ColumnLink(column=ColumnRef(table="boat", column="label"), score=0.9),)),
    grounded_values=(
        GroundedValue(mention="Petrel", column=ColumnRef(table="boat", column="label"), value="Petrel", score=0.9),
    ),
    plans=(
        ScoredPlan(plan=plan("Petrel"), score=1.0, confidence=0.7),
        ScoredPlan(plan=plan("Luz"), score=0.0),
    ),
)


def text(context: Context, **switches: object) -> str:
    prompt = sql_prompt(STATE, context.schema, context, PromptParts.model_validate(switches))
    return "\n".join(message.content for message in prompt.messages)


def test_all_switched_off_is_the_short_prompt(context: Context) -> None:
    short = sql_prompt(STATE, context.schema)
    assert short == sql_prompt(STATE, context.schema, context, PromptParts())
    assert "Plan of the query:" in short.messages[-1].content and "boat.maker_id -> maker" in short.messages[0].content


def test_samples_and_ranges_within_a_budget(context: Context) -> None:
    shown = text(context, samples=2)
    assert "label: 'Aurora', 'Petrel'" in shown and "length: 7.0 to 9.5" in shown and "boat_id:" not in shown
    assert "Values stored" not in text(context) and "Values stored" not in text(context, samples=2, sample_tokens=3)
    assert "maker: name" in text(context, samples=2, sample_tokens=20) and "race: " not in text(
        context, samples=2, sample_tokens=20
    )


def test_keys_as_joins(context: Context) -> None:
    assert "boat.maker_id = maker.maker_id" in text(context, keys="joins")
    assert "->" not in text(context, keys="joins")


def test_natural_names_where_they_differ(context: Context) -> None:
    columns = tuple(
        column.model_copy(update={"natural_name": "hull length"}) if column.name == "length" else column
        for column in context.schema.table("boat").columns  # type: ignore[union-attr]
    )
    tables = tuple(
        table.model_copy(update={"columns": columns}) if table.name == "boat" else table
        for table in context.schema.tables
    )
    schema = context.schema.model_copy(update={"tables": tables})
    prompt = sql_prompt(STATE, schema, context, PromptParts(natural_names=True))
    assert "boat: length is hull length" in prompt.messages[0].content
    assert "label is" not in prompt.messages[0].content


def test_the_conversation_as_messages(context: Context) -> None:
    prompt = sql_prompt(STATE, context.schema, context, PromptParts(history="messages"))
    assert [message.role for message in prompt.messages] == ["system", "user", "assistant", "user", "assistant", "user"]
    assert prompt.messages[2].content == "SELECT count(*) FROM boat"
    assert "Conversation so far" not in prompt.messages[-1].content


@pytest.mark.parametrize("way", ["text", "messages"])
def test_the_oldest_turns_leave_first(context: Context, way: str) -> None:
    shown = text(context, history=way, history_tokens=25)
    assert "Show the Aurora" in shown and "How many boats" not in shown
    assert "Aurora" not in text(context, history=way, history_tokens=0)


def test_readings_carry_their_doubt(context: Context) -> None:
    shown = text(context, plan="readings")
    assert "right in 70% of such cases" in shown and "Reading 1 (73%):" in shown and "Reading 2 (27%):" in shown
    assert "Reading 2" not in text(context, plan="readings", readings=1)
    assert "Reading" not in text(context, plan="readings", reading_tokens=1)


def test_no_plan_below_a_bound(context: Context) -> None:
    for way in ("first", "readings"):
        assert "boat.label" in text(context, plan=way, links=False, values=False)
        assert "boat.label" not in text(context, plan=way, links=False, values=False, least_confidence=0.8)
    assert "Plan of the query" not in text(context, plan="none")


def test_links_values_dialect_and_task(context: Context) -> None:
    assert "Likely columns" in text(context) and "Likely columns" not in text(context, links=False)
    assert "Values as stored" in text(context) and "Values as stored" not in text(context, values=False)
    assert "strftime" in text(context, dialect=True) and "strftime" not in text(context)
    assert text(context, task_last=True).endswith(f"Question: And the Petrel?\n{TASK}")


def test_an_empty_result_is_told_by_its_filters(context: Context) -> None:
    told = empty_result("SELECT name FROM maker WHERE country = 'SE' AND name = 'Sol'", context.database)
    assert told.startswith("It returns no rows.") and "'SE': 0 rows" in told and "'Sol': 1 row" in told
    assert "nothing but NULL" in empty_result("SELECT max(length) FROM boat WHERE label = 'x'", context.database)
    for fine in ("SELECT name FROM maker", "SELECT nothing FROM maker", ""):
        assert empty_result(fine, context.database) == ""


@dataclass
class Told:
    """A completer with some answers, which keeps the prompts."""

    texts: deque[str]
    prompts: list[Prompt] = field(default_factory=list[Prompt])
    endpoint: Endpoint = field(default_factory=lambda: Endpoint(base_url="http://none/v1", model="m"))

    async def complete(self, prompt: Prompt, *, turn_id: str, stage: Stage) -> Reply:
        self.prompts.append(prompt)
        return Reply(text=self.texts.popleft())


EMPTY, FULL = "SELECT label FROM boat WHERE label = 'petrel'", "SELECT label FROM boat WHERE label = 'Petrel'"


@pytest.mark.parametrize(
    ("feedback", "answers", "sql"),
    [
        (True, (EMPTY, FULL), FULL),
        (True, (EMPTY, EMPTY), EMPTY),
        (True, (EMPTY, "SELECT nothing"), EMPTY),
        (True, (FULL,), FULL),
        (False, (EMPTY,), EMPTY),
    ],
)
def test_an_empty_result_goes_back_once(context: Context, feedback: bool, answers: tuple[str, ...], sql: str) -> None:
    llm = Told(deque(answers))
    asked = Context(schema=context.schema, database=context.database, llm=llm)
    node = Llm(prompt=PromptParts(feedback=feedback))
    assert asyncio.run(node(STATE, asked)) == sql
    assert len(llm.prompts) == len(answers) and not llm.texts
    if len(answers) > 1:
        assert "It returns no rows" in llm.prompts[1].messages[-1].content


def test_worked_questions_of_training_dialogues(context: Context, tmp_path: Path) -> None:
    lines = [
        {"database_id": "regatta", "shown": "the same database", "sql": "SELECT 0", "masked": ["and", "the", "_"]},
        {"database_id": "farm", "shown": "How many cows?", "sql": "SELECT 1", "masked": ["how", "many", "_"]},
        {"database_id": "farm", "shown": "Cows? / And the red?", "sql": "SELECT 2", "masked": ["and", "the", "red"],
         "follows": True, "skeleton": ["=", "where"]},
    ]  # fmt: skip
    file = tmp_path / "examples.jsonl"
    file.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    assert [each.sql for each in nearest(str(file), STATE, context, 5)] == ["SELECT 2", "SELECT 1"]
    parts = PromptParts(examples=str(file), shown_examples=2)
    said = [message.content for message in sql_prompt(STATE, context.schema, context, parts).messages]
    assert said[1:5] == ["Question: How many cows?", "SELECT 1", "Question: Cows? / And the red?", "SELECT 2"]
    tight = parts.model_copy(update={"example_tokens": 10})
    assert "SELECT 1" not in [m.content for m in sql_prompt(STATE, context.schema, context, tight).messages]
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"shown": 1}\n', encoding="utf-8")
    with pytest.raises(ExamplesError, match="line 1 is no worked question"):
        read_examples(str(bad))


def test_the_command_refuses_a_split_for_evaluation(tmp_path: Path) -> None:
    build()
    out = tmp_path / "examples.jsonl"
    shown = CliRunner().invoke(app, ["data", "examples", "--data", str(DEMO_DATA), "--split", "dev", "--out", str(out)])
    assert out.exists() == (shown.exit_code == 0)
    if out.exists():
        assert all(example.masked and example.skeleton for example in read_examples(str(out)))


def test_each_engine_has_rules_of_its_own() -> None:
    assert set(DIALECTS) == {"sqlite", "postgres", "mysql", "ansi"}
    assert "ILIKE does not" in DIALECTS["postgres"] and "DIV" in DIALECTS["mysql"]
