"""How much was earned or paid, things by month, shares of those before, and the times at which two things met."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from nodes.coverage.edits.counts import counts_days
from nodes.intent.read_intent import READERS, no_question
from nodes.lexical.cues import Cues
from nodes.lexical.utterance import Utterance
from nodes.node import Context
from nodes.plan import Plan, Star, TableSource
from nodes.plan.traversal import conjunction
from nodes.sql.from_plan import from_plan
from nodes.sql.to_plan import to_plan
from nodes.turn_analysis import TurnAnalysis
from tests.nodes.coverage.asking import demand_of, offered
from tests.nodes.small_database import small_database

SCRIPT = """
CREATE TABLE tutor(tutor_id INTEGER PRIMARY KEY, name TEXT, hired_on DATE);
CREATE TABLE pupil(pupil_id INTEGER PRIMARY KEY, name TEXT, birth_date DATE);
CREATE TABLE booking(booking_id INTEGER PRIMARY KEY, pupil_id INTEGER REFERENCES pupil(pupil_id), booked_on DATE, way TEXT);
CREATE TABLE booking_line(booking_id INTEGER REFERENCES booking(booking_id), item TEXT, quantity INTEGER, price REAL);
INSERT INTO booking VALUES(1,1,'2024-01-05','phone'),(2,2,'2024-02-06','web');
INSERT INTO booking_line VALUES(1,'book',2,10),(1,'pen',1,2),(2,'book',1,10);
CREATE TABLE lesson(lesson_id INTEGER PRIMARY KEY, tutor_id INTEGER REFERENCES tutor(tutor_id),
                    pupil_id INTEGER REFERENCES pupil(pupil_id), held_on DATE, state TEXT, fee REAL);
INSERT INTO tutor VALUES(1,'Ines Falk','2020-03-04'),(2,'Otto Brand','2021-06-07');
INSERT INTO pupil VALUES(1,'Lea','2010-03-04'),(2,'Max','2011-06-07');
INSERT INTO lesson VALUES(1,1,1,'2024-01-05','held',30),(2,1,1,'2024-02-06','missed',NULL),(3,2,2,'2024-02-07','held',25),
                         (4,2,1,'2023-02-07','held',25);
"""
TABLES = (TableSource(table="lesson"),)
IN_2024 = "held_on >= '2024-01-01' AND held_on < '2025-01-01'"


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    """Open a small database of tutors, pupils and their lessons."""
    with small_database(tmp_path_factory.mktemp("school"), SCRIPT) as context:
        yield context


def edited(context: Context, edit: str, utterance: str, sql: str, *before: str) -> list[str]:
    return offered(context, edit, utterance, *before, plan=sql)


@pytest.mark.parametrize(
    "utterance",
    ["How much did we earn?", "How much have we made?", "What did they pay in fees?", "How much money was paid?",
     "How much did we earn last year?"],
)  # fmt: skip
def test_what_was_earned_or_paid_is_summed(school: Context, utterance: str) -> None:
    assert "SELECT sum(fee) FROM lesson" in edited(school, "sales", utterance, "SELECT fee FROM lesson")


@pytest.mark.parametrize("utterance", ["How much did the dearest lesson earn?", "How many lessons were held?"])
def test_what_is_not_asked_in_all_is_not_summed(school: Context, utterance: str) -> None:
    assert edited(school, "sales", utterance, "SELECT fee FROM lesson") == []


@pytest.mark.parametrize("utterance", ["How much did we make this year?", "What do our margins look like?"])
def test_what_we_did_is_a_question_about_the_database(school: Context, utterance: str) -> None:
    assert no_question(TurnAnalysis(school.schema, school.index, utterance, ()), tuple(READERS)) is None


def test_things_by_month_are_counted(school: Context) -> None:
    month = "strftime('%Y-%m', held_on)"
    wanted = f"SELECT {month}, count(*) FROM lesson WHERE state = 'missed' GROUP BY {month} ORDER BY {month}"
    listed = "SELECT * FROM lesson WHERE state = 'missed'"
    assert wanted in edited(school, "time_group", "missed lessons by month", listed)
    assert edited(school, "time_group", "missed lessons sorted by month", listed) == []


@pytest.mark.parametrize(
    ("utterance", "column"),
    [
        ("How many pupils did each tutor teach in 2024?", "lesson.held_on"),
        ("fees in 2024", "lesson.held_on"),
        ("Which tutors were hired in 2024?", "tutor.hired_on"),
        ("Which pupils were born in 2024?", "pupil.birth_date"),
    ],
)
def test_the_time_of_what_happened(school: Context, utterance: str, column: str) -> None:
    (dated,) = (each for each in demand_of(school, utterance).requirements if each.kind == "date")
    assert str(dated.options[0].column) == column


def test_the_share_of_those_before(school: Context) -> None:
    before = f"SELECT * FROM lesson WHERE {IN_2024}"
    missed = f"SELECT count(*) FROM lesson WHERE {IN_2024} AND state = 'missed'"
    share = "100.0 * sum(CASE WHEN state = 'missed' THEN 1 ELSE 0 END) / count(*)"
    assert f"SELECT {share} FROM lesson WHERE {IN_2024}" in edited(
        school, "share", "what percentage is that?", missed, before, missed
    )


def test_different_things_are_counted_in_groups_too(school: Context) -> None:
    sql = (
        "SELECT T1.name, count(*) FROM tutor AS T1 JOIN lesson AS T2 ON T1.tutor_id = T2.tutor_id GROUP BY T1.tutor_id"
    )
    found = edited(school, "count", "How many different pupils did each tutor teach?", sql)
    assert any("count(DISTINCT T2.pupil_id)" in each for each in found)


def test_last_year_ranks_nothing() -> None:
    assert not Cues(Utterance.of("fees last year")).superlatives
    assert Cues(Utterance.of("the last lesson")).superlatives
    assert Cues(Utterance.of("the busiest tutor")).superlatives


@pytest.mark.parametrize("utterance", ["average order value", "the average basket size", "average revenue per order"])
def test_what_an_order_brings_on_average(school: Context, utterance: str) -> None:
    wanted = "SELECT 1.0 * sum(quantity * price) / count(DISTINCT booking_id) FROM booking_line"
    assert wanted in edited(school, "sales", utterance, "SELECT avg(price) FROM booking_line")


def test_sales_are_dated_by_their_orders(school: Context) -> None:
    (dated,) = (each for each in demand_of(school, "revenue in 2024").requirements if each.kind == "date")
    assert str(dated.options[0].column) == "booking.booked_on"


def test_groups_as_percentages(school: Context) -> None:
    before = "SELECT way, count(*) FROM booking GROUP BY way"
    assert edited(school, "group_share", "as percentages", before, before) == [
        "SELECT way, 100.0 * count(*) / (SELECT count(*) FROM booking) FROM booking GROUP BY way"
    ]


def test_the_other_end_of_an_order(school: Context) -> None:
    best = "SELECT way, count(*) FROM booking GROUP BY way ORDER BY count(*) DESC LIMIT 1"
    assert "SELECT way, count(*) FROM booking GROUP BY way ORDER BY count(*) LIMIT 1" in edited(
        school, "order", "And the worst?", best, best
    )


def test_their_names_are_those_of_the_ones_counted(school: Context) -> None:
    joined = "FROM lesson AS T1 JOIN pupil AS T2 ON T1.pupil_id = T2.pupil_id WHERE T2.name = 'Lea'"
    booked = joined.replace("lesson AS T1", "booking AS T1")
    before = f"SELECT count(*) {booked}"
    shown = f"SELECT T2.name, T1.booked_on {booked}"
    assert edited(school, "their_names", "list their names", shown, before) == [f"SELECT T1.way, T1.booked_on {booked}"]
    assert edited(school, "their_names", "list the pupils' names", shown, before) == []


@pytest.mark.parametrize(
    ("utterance", "year_by_year"),
    [
        ("fees in 2023 and 2024", False),
        ("compare fees in 2023 and 2024", True),
        ("fees 2023 vs 2024", True),
        ("growth of fees from 2023 to 2024", True),
        ("compare fees in 2024", False),
    ],
)
def test_two_years_beside_each_other(school: Context, utterance: str, year_by_year: bool) -> None:
    demand = demand_of(school, utterance)
    (dated,) = (each for each in demand.requirements if each.kind == "date")
    written = from_plan(
        Plan(select=(Star(),), tables=TABLES, joins=(), where=conjunction(dated.options[0].conditions)), school.schema
    )
    first = "2024" if utterance == "compare fees in 2024" else "2023"
    assert written.endswith(f"WHERE held_on >= '{first}-01-01' AND held_on < '2025-01-01'")
    assert (demand.time_unit is not None and demand.time_unit.unit == "year") is year_by_year


def test_things_by_a_column_are_counted(school: Context) -> None:
    assert edited(school, "group", "lessons by state", "SELECT state FROM lesson") == [
        "SELECT state, count(*) FROM lesson GROUP BY state"
    ]
    assert edited(school, "group", "lessons sorted by state", "SELECT state FROM lesson") == []


@pytest.mark.parametrize(("sql", "counted"), [("count(DISTINCT booked_on)", True), ("count(*)", False)])
def test_rows_are_counted_and_not_their_days(school: Context, sql: str, counted: bool) -> None:
    plan = to_plan(f"SELECT {sql} FROM booking", school.schema)
    demand = demand_of(school, "How many bookings did we have in March?")
    assert any(counts_days(term, demand) for term in plan.select) is counted
