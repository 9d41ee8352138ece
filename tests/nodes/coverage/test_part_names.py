"""People called by a part of their name, counted as people, and by their sex."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from nodes.compact.plan_parts import PlanParts
from nodes.compact.ranking.sense_features import SenseFeatures
from nodes.coverage.demand import Demand
from nodes.coverage.edits.all_edits import EDITS
from nodes.node import Context
from nodes.sql.from_plan import from_plan
from nodes.sql.to_plan import to_plan
from nodes.state import GraphState
from value_index.engines.sqlite.database import SQLiteDatabase
from value_index.index import ValueIndex

SCRIPT = """
CREATE TABLE crew(crew_id INTEGER PRIMARY KEY, port TEXT);
CREATE TABLE rower(rower_id INTEGER PRIMARY KEY, name TEXT, gender TEXT, email TEXT, crew_id INTEGER REFERENCES crew);
INSERT INTO crew VALUES(1,'Oban'),(2,'Cork');
INSERT INTO rower VALUES(1,'Goran Novak','M','goran@row.org',1),(2,'Rosa Lund','F','rosa@row.org',1),(3,'Ines Falk','F',NULL,2),
                        (4,'Ines Berg','F','ib@row.org',2);
"""


@pytest.fixture(scope="module")
def rowers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    """Open crews of rowers."""
    path = tmp_path_factory.mktemp("rowers") / "rowers.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(SCRIPT)
    database = SQLiteDatabase.open(path)
    yield Context(database.schema, database, ValueIndex.build(database))
    database.close()


def demand_of(context: Context, utterance: str) -> Demand:
    """Return what a first question asks for."""
    return Demand.of(GraphState(turn_id="0", database_id="x", history=(), utterance=utterance), context)


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("Show the email of Goran", "name = 'Goran Novak'"),
        ("Show the email of Ines", "name LIKE '%Ines%'"),
        ("Show the email of the women", "gender = 'F'"),
        ("Show the email of the men", "gender = 'M'"),
    ],
)
def test_people_are_called(rowers: Context, said: str, wanted: str) -> None:
    plan = to_plan("SELECT email FROM rower", rowers.schema)
    offered = [from_plan(each, rowers.schema) for each in EDITS["condition"](plan, demand_of(rowers, said))]
    assert f"SELECT email FROM rower WHERE {wanted}" in offered


def test_people_are_counted_where_people_are(rowers: Context) -> None:
    demand = demand_of(rowers, "How many people row in Oban?")
    crews = to_plan("SELECT count(*) FROM crew WHERE port = 'Oban'", rowers.schema)
    people = to_plan(
        "SELECT count(*) FROM rower JOIN crew ON rower.crew_id = crew.crew_id WHERE port = 'Oban'", rowers.schema
    )
    assert SenseFeatures(demand).of(PlanParts(crews))["people_uncounted"]
    assert not SenseFeatures(demand).of(PlanParts(people))["people_uncounted"]
