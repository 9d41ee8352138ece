"""People called by a part of their name, counted as people, and by their sex."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from nodes.compact.plan_parts import PlanParts
from nodes.compact.ranking.features.sense.sense_features import SenseFeatures
from nodes.node import Context
from nodes.sql.to_plan import to_plan
from tests.nodes.coverage.asking import demand_of, offered
from tests.nodes.small_database import small_database

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
    with small_database(tmp_path_factory.mktemp("rowers"), SCRIPT) as context:
        yield context


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
    found = offered(rowers, "condition", said, plan="SELECT email FROM rower")
    assert f"SELECT email FROM rower WHERE {wanted}" in found


def test_people_are_counted_where_people_are(rowers: Context) -> None:
    demand = demand_of(rowers, "How many people row in Oban?")
    crews = to_plan("SELECT count(*) FROM crew WHERE port = 'Oban'", rowers.schema)
    people = to_plan(
        "SELECT count(*) FROM rower JOIN crew ON rower.crew_id = crew.crew_id WHERE port = 'Oban'", rowers.schema
    )
    assert SenseFeatures(demand).of(PlanParts(crews))["people_uncounted"]
    assert not SenseFeatures(demand).of(PlanParts(people))["people_uncounted"]
