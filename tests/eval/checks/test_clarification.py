"""Moves against dialogue acts: which turns call for one, and what counts as making it."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from agent.config import ClarifySettings, Config
from eval.checks.clarification import move_of, user_turns
from eval.datasets import DataError
from nodes.node import Context
from nodes.plan import ColumnTerm, Plan, TableSource
from nodes.state import GraphState, ScoredPlan, Turn
from tests.agent.conftest import ROOT
from value_index.engines.sqlite.database import SQLiteDatabase

DIALOGUE = {
    "database_id": "shop",
    "turns": [
        {"speaker": "user", "text": "How many items?", "act": "INFORM_SQL"},
        {"speaker": "system", "text": "3", "act": "CONFIRM_SQL", "query": "SELECT count(*) FROM item"},
        {"speaker": "user", "text": "The good ones", "act": "AMBIGUOUS"},
        {"speaker": "system", "text": "Which are good?", "act": "CLARIFY"},
        {"speaker": "user", "text": "Will it rain?", "act": "CANNOT_ANSWER"},
        {"speaker": "system", "text": "Sorry", "act": "SORRY"},
        {"speaker": "user", "text": "Thanks", "act": "THANK_YOU"},
    ],
}


def test_turns_have_what_was_answered_before_them(tmp_path: Path) -> None:
    path = tmp_path / "dialogues.json"
    path.write_text(json.dumps([DIALOGUE]))
    turns = user_turns(path)
    assert [turn.truth for turn in turns] == ["answer", "clarify", "cannot_answer"]
    assert turns[2].history == (Turn(utterance="How many items?", sql="SELECT count(*) FROM item"),)


def test_bad_files_are_one_line(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="full dialogues belong there"):
        user_turns(tmp_path / "none.json")
    (tmp_path / "bad.json").write_text('[{"turns": 3}]')
    with pytest.raises(DataError, match="is not a file of CoSQL's full dialogues"):
        user_turns(tmp_path / "bad.json")


@pytest.mark.parametrize(
    ("confidence", "second", "move"),
    [(0.05, 0.9, "cannot_answer"), (0.3, 0.9, "clarify"), (0.3, -1.0, "answer"), (0.95, 0.9, "answer")],
)
def test_the_move_follows_from_the_worth_of_a_question(
    tmp_path: Path, confidence: float, second: float, move: str
) -> None:
    path = tmp_path / "shop.sqlite"
    with sqlite3.connect(path) as connection:
        connection.executescript("CREATE TABLE item (name TEXT); INSERT INTO item VALUES ('lamp'), ('chair');")
    database = SQLiteDatabase.open(path)
    skip = Config.load(ROOT / "configs" / "skip.toml")
    config = Config(variants=skip.variants, settings=skip.settings, clarify=ClarifySettings(price=0.15))
    names = Plan(select=(ColumnTerm(table="item", column="name"),), tables=(TableSource(table="item"),))
    plans = (
        ScoredPlan(plan=names, score=1.0, confidence=confidence),
        ScoredPlan(plan=names.model_copy(update={"limit": 1}), score=second),
    )
    state = GraphState(turn_id="t", database_id="shop", utterance="the name of each item", plans=plans)
    assert move_of(state, Context(database.schema, database), config, 0.1) == move
