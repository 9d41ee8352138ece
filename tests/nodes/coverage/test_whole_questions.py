"""First questions of analysts that stand for a whole query: most active, best rated, beyond every other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from nodes.node import Context
from nodes.sql.from_plan import from_plan
from nodes.sql.to_plan import to_plan
from tests.nodes.coverage.asking import demand_of, offered
from tests.nodes.small_database import small_database

SCRIPT = """
CREATE TABLE baker(baker_id INTEGER PRIMARY KEY, full_name TEXT, post TEXT, wage REAL, tips REAL, email TEXT);
CREATE TABLE cake(cake_id INTEGER PRIMARY KEY, title TEXT, kind TEXT, weight REAL, baked_by INTEGER REFERENCES baker(baker_id),
                  decorated_by INTEGER REFERENCES baker(baker_id));
CREATE TABLE client(client_id INTEGER PRIMARY KEY, client_name TEXT, town TEXT, discount_rate REAL);
CREATE TABLE sale(sale_id INTEGER PRIMARY KEY, cake_id INTEGER REFERENCES cake(cake_id), client_id INTEGER REFERENCES client(client_id),
                  sold_on TEXT, amount REAL, handling_fee REAL, sold_via TEXT);
CREATE TABLE opinion(opinion_id INTEGER PRIMARY KEY, cake_id INTEGER REFERENCES cake(cake_id), stars INTEGER);
CREATE TABLE van(van_id INTEGER PRIMARY KEY, van_name TEXT, rating REAL);
CREATE TABLE ride(ride_id INTEGER PRIMARY KEY, van_id INTEGER REFERENCES van(van_id), start_town_id INTEGER REFERENCES town(town_id),
                  end_town_id INTEGER REFERENCES town(town_id), driver_id INTEGER REFERENCES baker(baker_id), rode_on TEXT);
CREATE TABLE orders(order_id INTEGER PRIMARY KEY, order_date TEXT, order_state TEXT);
CREATE TABLE town(town_id INTEGER PRIMARY KEY, town_name TEXT);
INSERT INTO baker VALUES(1,'Ida Berg','head',50,5,'i@x'),(2,'Jon Dahl','helper',49,9,NULL),(3,'Kai Eide','helper',30,1,'k@x');
INSERT INTO cake VALUES(1,'Opera','torte',900,1,2),(2,'Sacher','torte',700,1,3),(3,'Brioche','bread',950,2,2),(4,'Scone','bun',80,3,2);
INSERT INTO client VALUES(1,'Lea','Oslo',1),(2,'Mio','Bergen',2),(3,'Nia','Oslo',3);
INSERT INTO sale VALUES(1,1,1,'2022-01-05',30,2,'web'),(2,2,1,'2022-03-01',25,0,'shop'),(3,1,2,'2023-05-01',40,1,'web'),
                       (4,4,1,'2024-02-01',5,0,'web'),(5,3,3,'2024-06-01',60,3,'shop');
INSERT INTO opinion VALUES(1,1,3),(2,1,4),(3,2,5),(4,4,1);
INSERT INTO van VALUES(1,'Red',4.5),(2,'Blue',3.5);
INSERT INTO town VALUES(1,'Oslo'),(2,'Bergen'),(3,'Hamar');
INSERT INTO ride VALUES(1,1,1,2,3,'2024-01-01'),(2,1,1,3,3,'2024-01-02'),(3,2,2,3,1,'2024-01-03'),(4,2,3,1,3,'2024-01-04'),(5,2,3,2,3,'2024-01-05');
"""


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    with small_database(tmp_path_factory.mktemp("whole"), SCRIPT) as context:
        yield context


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("Who is our most active client?", [("Lea",)]),
        ("The busiest driver", [("Kai Eide",)]),
        ("Which town is the busiest?", [("Hamar",)]),
        ("The best rated cake", [("Sacher",)]),
        ("Which cakes are rated worst?", [("Scone",), ("Opera",), ("Sacher",)]),
        ("Best rated van", [("Red",)]),
        ("Which post pays best?", [("head",)]),
        ("The worst paid baker", [("Kai Eide",)]),
        ("The worst rated kind of cake", [("bun",)]),
        ("Cakes heavier than every torte", [("Brioche",)]),
        ("How many cakes are lighter than any torte?", [(1,)]),
        ("Cakes heavier than any other", [("Brioche",)]),
        ("Which baker earns the most including tips?", [("Jon Dahl",)]),
        ("Top 2 bakers by wage plus tips", [("Jon Dahl",), ("Ida Berg",)]),
        ("Total revenue including handling fees", [(166.0,)]),
        ("Average wage including tips by post", [("head", 55.0), ("helper", 44.5)]),
        ("Wage and tips combined for each baker", [("Ida Berg", 55.0), ("Jon Dahl", 58.0), ("Kai Eide", 31.0)]),
        ("Growth of revenue from 2022 to 2024 in percent", [(pytest.approx(1000 / 55),)]),
        ("By how much did revenue grow from 2022 to 2024?", [(10.0,)]),
        ("By what percentage did the number of sales change between 2022 and 2023?", [(-50.0,)]),
        ("How many more sales were there in 2022 than in 2023?", [(1,)]),
        ("Clients who bought something both in 2022 and 2024", [("Lea",)]),
        ("How many clients bought something in both 2022 and 2023?", [(0,)]),
        ("Name and discount rate of the clients who bought something in both 2022 and 2024", [("Lea", 1.0)]),
        (
            "Cakes and who baked them",
            [("Opera", "Ida Berg"), ("Sacher", "Ida Berg"), ("Brioche", "Jon Dahl"), ("Scone", "Kai Eide")],
        ),
        (
            "Cakes of the kind torte with their baker and decorator",
            [("Opera", "Ida Berg", "Jon Dahl"), ("Sacher", "Ida Berg", "Kai Eide")],
        ),
        ("List start and end of all rides of the van Red", [("Oslo", "Bergen"), ("Oslo", "Hamar")]),
        ("How many rides go from Hamar to Oslo?", [(1,)]),
        ("Who baked the most cakes?", [("Ida Berg",)]),
        ("Which cakes are heavier than the Sacher?", [("Opera",), ("Brioche",)]),
        ("What share of revenue comes from tortes?", [(pytest.approx(9500 / 160),)]),
    ],
)
def test_a_question_stands_for_a_whole_query(context: Context, question: str, rows: list[tuple[object, ...]]) -> None:
    (shape,) = demand_of(context, question).shapes
    assert list(context.database.execute(from_plan(shape, context.schema)).rows) == rows


@pytest.mark.parametrize(
    "question",
    [
        "The best rated client",
        "Sales in both 2022 and 2024",
        "How did revenue grow from 2022 to 2024?",
        "List all sales including the amount",
        "How many cakes weigh more than 100?",
        "Cakes heavier than 800",
        "Show the rated cakes",
    ],
)
def test_other_questions_stand_for_none(context: Context, question: str) -> None:
    assert not demand_of(context, question).shapes


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        ("Orders by state", ["SELECT order_state, count(*) FROM orders GROUP BY order_state"]),
        ("Show orders ordered by state", []),
    ],
)
def test_rows_by_something_are_counted(context: Context, question: str, sql: list[str]) -> None:
    assert offered(context, "group", question, plan="SELECT order_state FROM orders") == sql


def test_an_average_of_rows_has_no_groups(context: Context) -> None:
    demand = demand_of(context, "Average revenue per client")
    assert demand.units == ()
    found = offered(context, "sales", "Average revenue per client", plan="SELECT amount FROM sale")
    assert found[0] == "SELECT 1.0 * sum(amount) / count(DISTINCT client_id) FROM sale"


def test_a_role_is_a_unit(context: Context) -> None:
    found = offered(context, "group", "Number of cakes per decorator", plan="SELECT count(*) FROM cake")
    assert any("GROUP BY" in each and "full_name" in each for each in found)


def test_two_years_apart_leave_out_what_lies_between(context: Context) -> None:
    (asked,) = demand_of(context, "Compare revenue in 2022 and 2024").requirements
    (condition,) = asked.options[0].conditions
    plan = to_plan("SELECT count(*) FROM sale", context.schema).model_copy(update={"where": condition})
    assert context.database.execute(from_plan(plan, context.schema)).rows == ((4,),)
