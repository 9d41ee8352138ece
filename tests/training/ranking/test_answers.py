"""The fit of the confidence in answers: what speaks for them gets weight, and answers about real databases are judged."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from pathlib import Path

from agent.notes.answer_confidence import FEATURES, answer_weights
from nodes.node import Context
from nodes.plan import Plan
from training.ranking.answers import JudgedAnswer, fitted, judged_answers
from training.ranking.conversations import Conversation, GoldAsked
from value_index.index import ValueIndex
from value_index.opened import opened


def test_rows_that_other_plans_share_get_weight_on_databases_not_fitted_on() -> None:
    draw, answers = random.Random(3), list[JudgedAnswer]()
    for number in range(300):
        same, planner = draw.random(), draw.gauss(0.5, 1)
        features = {"bias": 1.0, "planner": planner, "lead": 0.5, "same_rows": same, "nothing": 0.0}
        answers.append(JudgedAnswer("renamed", f"db{number % 10}", features, draw.random() < same))
    weights, report = fitted(answers, {"renamed": 1.0}, 5)
    assert weights["same_rows"] > 2 > abs(weights["planner"])
    assert report["renamed"] == report["all"] and report["all"]["answers"] == 300
    assert report["all"]["brier"] < report["all"]["planner's brier"]


def test_every_feature_has_a_weight_and_each_speaks_as_it_should() -> None:
    weights = answer_weights()
    assert weights.keys() == {feature.name for feature in FEATURES}
    assert min(weights["planner"], weights["lead"], weights["same_rows"]) > 0 > weights["nothing"]


def test_answers_are_judged_by_their_rows(tmp_path: Path) -> None:
    path = tmp_path / "shops.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            "CREATE TABLE shop (name TEXT, town TEXT); INSERT INTO shop VALUES ('Nord', 'Kiel'), ('Ost', 'Bonn');"
        )
    database = opened([str(path)])
    context = Context(database.schema, database, ValueIndex.build(database))
    asked = (
        GoldAsked("How many shops are there?", "SELECT count(*) FROM shop", Plan()),
        GoldAsked("How many shops are there?", "SELECT 17", Plan()),
    )
    found = list(judged_answers([Conversation("generated", "0", context, asked)]))
    assert [(each.source, each.right) for each in found] == [("generated", True), ("generated", False)]
    assert found[0].features.keys() == {feature.name for feature in FEATURES}


def test_own_history_is_of_the_answers_that_were_given(tmp_path: Path) -> None:
    path = tmp_path / "shops.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            "CREATE TABLE shop (name TEXT, town TEXT); INSERT INTO shop VALUES ('Nord', 'Kiel'), ('Ost', 'Bonn');"
        )
    database = opened([str(path)])
    asked = (
        GoldAsked("List the names of the shops in Kiel", "SELECT town FROM shop WHERE name = 'Ost'", Plan()),
        GoldAsked("How many are there?", "SELECT count(*) FROM shop WHERE town = 'Kiel'", Plan()),
    )
    context = Context(database.schema, database, ValueIndex.build(database))
    found = list(judged_answers([Conversation("dialogues", "0", context, asked)], own=True))
    assert [(each.source, each.right) for each in found] == [("own history", False), ("own history", True)]
