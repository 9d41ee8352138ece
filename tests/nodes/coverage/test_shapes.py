"""First questions whose words stand for a whole query, and conditions said in other words than are stored."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from nodes.coverage.edits.all_edits import EDITS
from nodes.node import Context
from nodes.sql.from_plan import from_plan
from nodes.sql.to_plan import to_plan
from tests.nodes.coverage.asking import demand_of
from tests.nodes.small_database import small_database

SCRIPT = """
CREATE TABLE guide(guide_id INTEGER PRIMARY KEY, first_name TEXT, last_name TEXT, sex TEXT, birth_date TEXT, pay INTEGER,
                   bonus INTEGER, left_on TEXT, coach_id INTEGER REFERENCES guide(guide_id));
CREATE TABLE hike(hike_id INTEGER PRIMARY KEY, title TEXT, region TEXT, pack_kg REAL, est_hours INTEGER, actual_hours INTEGER, state TEXT);
CREATE TABLE badge(badge_id INTEGER PRIMARY KEY, label TEXT);
CREATE TABLE guide_badge(guide_id INTEGER REFERENCES guide(guide_id), badge_id INTEGER REFERENCES badge(badge_id), PRIMARY KEY(guide_id, badge_id));
CREATE TABLE vote(vote_id INTEGER PRIMARY KEY, hike_id INTEGER REFERENCES hike(hike_id), stars INTEGER);
CREATE TABLE note(note_id INTEGER PRIMARY KEY, sender_id INTEGER REFERENCES guide(guide_id), receiver_id INTEGER REFERENCES guide(guide_id), body TEXT);
CREATE TABLE gear(gear_id INTEGER PRIMARY KEY, gear_name TEXT, in_stock INTEGER, reorder_level INTEGER);
CREATE TABLE outing(outing_id INTEGER PRIMARY KEY, hike_id INTEGER REFERENCES hike(hike_id), held_on TEXT);
INSERT INTO outing VALUES(1,1,'2024-05-01'),(2,1,'2024-05-09'),(3,2,'2024-06-01');
INSERT INTO guide VALUES(1,'Ida','Berg','F','1970-01-01',50,5,NULL,NULL),(2,'Jon','Dahl','M','1980-02-02',60,1,'2023-05-05',1),
                        (3,'Kai','Eide','M','1990-03-03',40,0,NULL,1);
INSERT INTO hike VALUES(1,'Ridge','north',4.5,5,6,'O'),(2,'Lake','north',2,3,3,'C'),(3,'Fjord','south',7,8,7,'O');
INSERT INTO badge VALUES(1,'rescue'),(2,'climbing');
INSERT INTO guide_badge VALUES(1,1),(1,2),(2,1),(3,2);
INSERT INTO vote VALUES(1,1,5),(2,1,4),(3,2,2),(4,3,3);
INSERT INTO note VALUES(1,1,2,'hi'),(2,3,2,'yo'),(3,2,1,'re');
INSERT INTO gear VALUES(1,'rope',2,5),(2,'tent',9,4);
"""


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    with small_database(tmp_path_factory.mktemp("shapes"), SCRIPT) as context:
        yield context


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("What is the second highest pay?", {(50,)}),
        ("Which guide has the second highest pay?", {("Ida", "Berg")}),
        ("Which guides have a higher pay than their coach?", {("Jon", "Dahl")}),
        ("Which guides are younger than their coach?", {("Jon", "Dahl"), ("Kai", "Eide")}),
        ("What is the average of pay plus bonus?", {(52.0,)}),
        ("Guides who have both rescue and climbing", {("Ida", "Berg")}),
        ("Guides who have rescue but not climbing", {("Jon", "Dahl")}),
        ("Who sent notes to Jon?", {("Ida", "Berg"), ("Kai", "Eide")}),
        ("Which hike has the highest average vote?", {("Ridge",)}),
        ("Hikes with more than one vote", {("Ridge",)}),
        (
            "List the guides with their coach",
            {("Ida", "Berg", None, None), ("Jon", "Dahl", "Ida", "Berg"), ("Kai", "Eide", "Ida", "Berg")},
        ),
        ("Which month had the most outings?", {("2024-05",)}),
        ("Which guides have at least two badges?", {("Ida", "Berg")}),
        ("Which hikes took longer than estimated?", {("Ridge",)}),
    ],
)
def test_a_way_of_asking_stands_for_a_whole_query(
    context: Context, question: str, rows: set[tuple[object, ...]]
) -> None:
    shapes = demand_of(context, question).shapes
    (shape,) = shapes
    assert set(context.database.execute(from_plan(shape, context.schema)).rows) == rows


def test_the_first_of_each_unit_is_held_against_its_own(context: Context) -> None:
    (shape,) = demand_of(context, "The shortest hike by hours in each region").shapes
    found = set(context.database.execute(from_plan(shape, context.schema)).rows)
    assert found == {("north", "Lake"), ("south", "Fjord")}


def _conditions(context: Context, question: str) -> list[str]:
    found: list[str] = []
    for each in demand_of(context, question).requirements:
        for leaf in each.options[0].conditions:
            said = [getattr(term, "value", getattr(term, "column", "")) for term in getattr(leaf, "right", ())]
            found.append(
                f"{each.options[0].column.column} {getattr(leaf, 'operator', '')} {' '.join(map(str, said))}".strip()
            )
    return found


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("How many women are there among the guides?", ["sex = F"]),
        ("Which hikes are still open?", ["state = O"]),
        ("Hikes with a pack over 3000 grams", ["pack_kg > 3"]),
        ("Which hikes took longer than estimated?", ["actual_hours > est_hours"]),
        ("Which gear needs to be reordered?", ["in_stock < reorder_level"]),
        ("Which guides have left?", ["left_on is not null"]),
        ("Average pay of men and of women", []),
    ],
)
def test_conditions_said_in_other_words_are_read(context: Context, question: str, wanted: list[str]) -> None:
    assert _conditions(context, question) == wanted


def test_codes_that_are_told_apart_are_the_unit(context: Context) -> None:
    assert [ref.column for ref, _ in demand_of(context, "Average pay of men and of women").units] == ["sex"]


@pytest.mark.parametrize(
    ("plan", "wanted"),
    [
        (
            "SELECT sender_id, count(*) FROM note GROUP BY sender_id",
            {("Ida", "Berg", 1), ("Kai", "Eide", 1), ("Jon", "Dahl", 1)},
        ),
        (
            "SELECT T1.first_name, T1.last_name, count(*) FROM guide AS T1 JOIN note AS T2 ON T1.guide_id = T2.receiver_id GROUP BY T2.sender_id",
            {("Ida", "Berg", 1), ("Jon", "Dahl", 2)},
        ),
    ],
)
def test_groups_are_told_by_names_and_by_the_key_they_are_joined_by(
    context: Context, plan: str, wanted: set[tuple[object, ...]]
) -> None:
    found = list(
        EDITS["group_names"](to_plan(plan, context.schema), demand_of(context, "How many notes are there per guide?"))
    )
    assert any(set(context.database.execute(from_plan(each, context.schema)).rows) == wanted for each in found)


def test_what_is_left_of_keys_is_told_by_names(context: Context) -> None:
    plan = to_plan("SELECT hike_id FROM hike EXCEPT SELECT hike_id FROM outing", context.schema)
    (found,) = EDITS["rest_names"](plan, demand_of(context, "Hikes that have no outing"))
    assert context.database.execute(from_plan(found, context.schema)).rows == (("Fjord",),)


def test_several_of_the_most_are_asked_for(context: Context) -> None:
    order = demand_of(context, "What are the two most common regions of hikes?").order
    assert order is not None
    assert order.limit == 2
