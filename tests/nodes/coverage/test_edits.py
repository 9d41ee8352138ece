"""Requirements, edits and the notes on what was left out, over small databases."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from nodes.coverage.demand import Demand
from nodes.coverage.edits.all_edits import EDITS
from nodes.coverage.edits.figure import asks_another_figure
from nodes.coverage.unused import unused_by
from nodes.node import Context
from nodes.sql.from_plan import from_plan
from nodes.sql.to_plan import to_plan
from nodes.state import GraphState, Turn
from value_index.engines.sqlite.database import SQLiteDatabase
from value_index.index import ValueIndex

DATABASES = Path(__file__).parents[2] / "databases"


@pytest.fixture(scope="module")
def contexts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Context]]:
    """The databases of the field questions, opened."""
    folder, found = tmp_path_factory.mktemp("edits"), dict[str, Context]()
    for script in DATABASES.glob("*.sql"):
        path = folder / f"{script.stem}.sqlite"
        with closing(sqlite3.connect(path)) as connection:
            connection.executescript(script.read_text(encoding="utf-8"))
        database = SQLiteDatabase.open(path)
        found[script.stem] = Context(database.schema, database, ValueIndex.build(database))
    yield found
    for context in found.values():
        context.database.close()


def demand_of(context: Context, utterance: str, *before: str) -> Demand:
    """Return what a turn asks for, with the SQL of the turns before."""
    history = tuple(Turn(utterance="before", sql=sql) for sql in before)
    return Demand.of(GraphState(turn_id="0", database_id="x", history=history, utterance=utterance), context)


EDITED = [
    ("people", "depot", "Who supplies the Crate?", "SELECT item_name FROM item WHERE item_name = 'Crate'",
     "SELECT DISTINCT T2.company FROM item AS T1 JOIN supplier AS T2 ON T1.supplier_id = T2.supplier_id WHERE T1.item_name = 'Crate'"),
    ("condition", "depot", "Which items are out of stock?", "SELECT item_name FROM item", "SELECT item_name FROM item WHERE units_in_stock = 0"),
    ("condition", "depot", "Items that are on order", "SELECT item_name FROM item", "SELECT item_name FROM item WHERE units_on_order > 0"),
    ("absent", "depot", "Which items were never rented?", "SELECT item_name FROM item WHERE item_id NOT IN (SELECT item_id FROM box)",
     "SELECT item_name FROM item WHERE item_id NOT IN (SELECT T1.item_id FROM box AS T1 JOIN rental AS T2 ON T1.box_id = T2.box_id)"),
    ("display", "depot", "Every request of Ada Lund", "SELECT * FROM clerk AS T1 JOIN request AS T2 ON T1.clerk_id = T2.clerk_id WHERE T1.first_name = 'Ada'",
     "SELECT T2.* FROM clerk AS T1 JOIN request AS T2 ON T1.clerk_id = T2.clerk_id WHERE T1.first_name = 'Ada'"),
    ("condition", "clients", "Only the ones from Ireland", "SELECT name FROM client",
     "SELECT name FROM client WHERE country = 'Ireland'"),
    ("condition", "clients", "And in York instead?", "SELECT name FROM client WHERE city = 'Cork'",
     "SELECT name FROM client WHERE city = 'York'"),
    ("condition", "clients", "List the clients in Berlin", "SELECT name FROM client", "SELECT name FROM client WHERE city = 'Berlin'"),
    ("condition", "shop", "How many sales were there in 2024?", "SELECT count(*) FROM sale",
     "SELECT count(*) FROM sale WHERE sale_date >= '2024-01-01' AND sale_date < '2025-01-01'"),
    ("condition", "shop", "Which products start with La?", "SELECT product_name FROM product",
     "SELECT product_name FROM product WHERE product_name LIKE 'La%'"),
    ("condition", "accounts", "List the owners of inactive accounts", "SELECT owner FROM account",
     "SELECT owner FROM account WHERE is_active = 0"),
    ("condition", "accounts", "Who has no card?", "SELECT owner FROM account WHERE has_card != 'no'",
     "SELECT owner FROM account WHERE has_card = 'no'"),
    ("condition", "films", "Which films have no director?", "SELECT title FROM film", "SELECT title FROM film WHERE director IS NULL"),
    ("condition", "tools", "Products that cost more than 20", "SELECT name FROM product",
     "SELECT name FROM product WHERE CAST(price AS REAL) > 20"),
    ("repeat", "branches", "branches in Shanghai", "SELECT name FROM branch WHERE city = 'Shanghai' AND city = 'Shanghai'",
     "SELECT name FROM branch WHERE city = 'Shanghai'"),
    ("count", "shop", "How many sales do they have?", "SELECT count(*) FROM product WHERE product_name = 'Lamp'",
     "SELECT count(*) FROM product AS T1 JOIN sale AS T2 ON T1.product_id = T2.product_id WHERE T1.product_name = 'Lamp'"),
    ("count", "ward", "How many visits did Marta make?", "SELECT visited FROM visit", "SELECT count(*) FROM visit"),
    ("order", "runners", "Names of runners sorted by age, oldest first", "SELECT name FROM runner ORDER BY age DESC LIMIT 1",
     "SELECT name FROM runner ORDER BY age DESC"),
    ("order", "runners", "Give me six runners with the lowest time", "SELECT name FROM runner ORDER BY time_s LIMIT 1",
     "SELECT name FROM runner ORDER BY time_s LIMIT 6"),
    ("group", "club", "Total fee per town", "SELECT sum(fee) FROM member",
     "SELECT T2.town, sum(T1.fee) FROM member AS T1 JOIN club AS T2 ON T1.club_id = T2.club_id GROUP BY T2.town"),
    ("display", "films", "Which films have no director?", "SELECT director FROM film WHERE director IS NULL",
     "SELECT title FROM film WHERE director IS NULL"),
    ("cast", "tools", "the most expensive", "SELECT name FROM product ORDER BY price DESC LIMIT 1",
     "SELECT name FROM product ORDER BY CAST(price AS REAL) DESC LIMIT 1"),
    ("join", "league", "games of a team", "SELECT T2.name FROM game AS T1 JOIN team AS T2 ON T1.home_id = T2.id",
     "SELECT T2.name FROM game AS T1 JOIN team AS T2 ON T1.away_id = T2.id"),
    ("table", "shop", "all products", "SELECT T1.product_name FROM product AS T1 JOIN sale AS T2 ON T1.product_id = T2.product_id",
     "SELECT product_name FROM product"),
    ("group", "crew", "How many lendings does each worker have?", "SELECT count(*) FROM lending",
     "SELECT T2.first_name, T2.last_name, count(*) FROM lending AS T1 JOIN worker AS T2 ON T1.worker_id = T2.worker_id GROUP BY T2.worker_id"),
    ("condition", "crew", "Which lendings have not been returned?",
     "SELECT lent_on FROM lending WHERE lending_id NOT IN (SELECT lending_id FROM fine)", "SELECT lent_on FROM lending WHERE returned_on IS NULL"),
    ("condition", "crew", "Which records are by Nova Tide?", "SELECT title FROM record",
     "SELECT T1.title FROM record AS T1 JOIN singer AS T2 ON T1.singer_id = T2.singer_id WHERE T2.name = 'Nova Tide'"),
    ("condition", "crew", "Which worker has no boss?", "SELECT title FROM worker", "SELECT title FROM worker WHERE reports_to IS NULL"),
    ("condition", "crew", "Lendings still waiting to be returned", "SELECT lent_on FROM lending",
     "SELECT lent_on FROM lending WHERE returned_on IS NULL"),
    ("order", "runners", "Names of runners by age, put the oldest on top", "SELECT name FROM runner ORDER BY age DESC LIMIT 1",
     "SELECT name FROM runner ORDER BY age DESC"),
    ("measure", "nokeys", "What is the total amount of orders?", "SELECT sum(order_no) FROM tbl_orders", "SELECT sum(amt) FROM tbl_orders"),
    ("display", "crew", "Which workers are there?", "SELECT title FROM worker", "SELECT first_name, last_name FROM worker"),
    ("own_key", "crew", "Which workers report to Ada Lund?", "SELECT reports_to FROM worker WHERE first_name = 'Ada' AND last_name = 'Lund'",
     "SELECT first_name, last_name FROM worker WHERE reports_to IN (SELECT worker_id FROM worker WHERE first_name = 'Ada' AND last_name = 'Lund')"),
    ("average_count", "club", "Average number of members per club", "SELECT count(*) FROM member",
     "SELECT 1.0 * count(*) / count(DISTINCT club_id) FROM member"),
    ("condition", "crew", "Leave out worker 2", "SELECT record_id FROM lending", "SELECT record_id FROM lending WHERE worker_id != 2"),
    ("difference", "crew", "The difference between the highest and the lowest wage", "SELECT title FROM worker ORDER BY wage DESC LIMIT 1",
     "SELECT max(wage) - min(wage) FROM worker"),
    ("own_key", "crew", "Who is Ada Lund's manager?", "SELECT title FROM worker WHERE first_name = 'Ada' AND last_name = 'Lund'",
     "SELECT title FROM worker WHERE worker_id IN (SELECT reports_to FROM worker WHERE first_name = 'Ada' AND last_name = 'Lund')"),
    ("distinct", "shop", "all products", "SELECT T1.product_name FROM product AS T1 JOIN sale AS T2 ON T1.product_id = T2.product_id",
     "SELECT DISTINCT T1.product_name FROM product AS T1 JOIN sale AS T2 ON T1.product_id = T2.product_id"),
    ("time_group", "shop", "How many sales were there per month?", "SELECT count(*) FROM sale",
     "SELECT strftime('%Y-%m', sale_date), count(*) FROM sale GROUP BY strftime('%Y-%m', sale_date) ORDER BY strftime('%Y-%m', sale_date)"),
    ("time_group", "shop", "Yearly quantity sold", "SELECT sum(quantity) FROM sale",
     "SELECT strftime('%Y', sale_date), sum(quantity) FROM sale GROUP BY strftime('%Y', sale_date) ORDER BY strftime('%Y', sale_date)"),
    ("counted", "club", "Which clubs have more than 2 members?", "SELECT title FROM club GROUP BY title HAVING count(*) > 2",
     "SELECT T1.title FROM club AS T1 JOIN member AS T2 ON T1.club_id = T2.club_id GROUP BY T1.title HAVING count(*) > 2"),
    ("counted", "crew", "The most fined lendings", "SELECT lent_on FROM lending GROUP BY lending_id ORDER BY count(*) DESC LIMIT 1",
     "SELECT T1.lent_on FROM lending AS T1 JOIN fine AS T2 ON T1.lending_id = T2.lending_id GROUP BY T1.lending_id ORDER BY count(*) DESC LIMIT 1"),
    ("share", "clients", "What percentage of clients are in Ireland?", "SELECT name FROM client WHERE country = 'Ireland'",
     "SELECT 100.0 * sum(CASE WHEN country = 'Ireland' THEN 1 ELSE 0 END) / count(*) FROM client"),
    ("difference", "crew", "The difference between the lowest and the highest wage", "SELECT min(wage), max(wage) FROM worker",
     "SELECT max(wage) - min(wage) FROM worker"),
    ("difference", "shop", "Average number of days between sale and shipment", "SELECT avg(sale_date) FROM sale",
     "SELECT avg(julianday(ship_date) - julianday(sale_date)) FROM sale"),
    ("absent", "crew", "Who never lent a record?",
     "SELECT first_name FROM worker EXCEPT SELECT T1.first_name FROM worker AS T1 JOIN lending AS T2 ON T1.worker_id = T2.worker_id",
     "SELECT first_name FROM worker WHERE worker_id NOT IN (SELECT T1.worker_id FROM worker AS T1 JOIN lending AS T2 ON T1.worker_id = T2.worker_id)"),
    ("display", "runners", "Who is the oldest runner?", "SELECT max(age) FROM runner", "SELECT name FROM runner ORDER BY age DESC LIMIT 1"),
    ("condition", "crew", "What did worker 2 lend?", "SELECT record_id FROM lending", "SELECT record_id FROM lending WHERE worker_id = 2"),
]  # fmt: skip


@pytest.mark.parametrize(("edit", "database", "utterance", "sql", "wanted"), EDITED)
def test_an_edit_gives_the_plan_that_is_asked_for(
    contexts: dict[str, Context], edit: str, database: str, utterance: str, sql: str, wanted: str
) -> None:
    context = contexts[database]
    plans = EDITS[edit](to_plan(sql, context.schema), demand_of(context, utterance))
    assert wanted in [from_plan(plan, context.schema) for plan in plans]


FOLLOWING = [
    ("people", "depot", "Who took them?", "SELECT request_id FROM request WHERE sent_on IS NULL", "SELECT request_id FROM request WHERE sent_on IS NULL",
     "SELECT DISTINCT T2.first_name, T2.last_name FROM request AS T1 JOIN clerk AS T2 ON T1.clerk_id = T2.clerk_id WHERE T1.sent_on IS NULL"),
    ("condition", "depot", "Ignore the discontinued ones", "SELECT item_name FROM item WHERE units_in_stock = 0", "SELECT item_name FROM item WHERE units_in_stock = 0",
     "SELECT item_name FROM item WHERE units_in_stock = 0 AND discontinued = 0"),
    ("condition", "depot", "What about 50?", "SELECT count(*) FROM request WHERE total > 15", "SELECT count(*) FROM request WHERE total > 15",
     "SELECT count(*) FROM request WHERE total > 50"),
    ("order", "depot", "Sort them by amount", "SELECT * FROM request WHERE sent_on IS NULL", "SELECT * FROM request WHERE sent_on IS NULL",
     "SELECT * FROM request WHERE sent_on IS NULL ORDER BY total"),
    ("each", "depot", "How many live in each?", "SELECT DISTINCT country FROM clerk", "SELECT DISTINCT country FROM clerk",
     "SELECT country, count(*) FROM clerk GROUP BY country"),
    ("earlier", "clients", "Which of them are in Cork?", "SELECT name FROM client WHERE country = 'Ireland'",
     "SELECT name FROM client WHERE city = 'Cork'",
     "SELECT name FROM client WHERE country = 'Ireland' AND city = 'Cork'"),
    ("given_up", "clients", "Regardless of the country", "SELECT name FROM client WHERE country = 'Ireland' AND city = 'Cork'",
     "SELECT name FROM client WHERE country = 'Ireland' AND city = 'Cork'", "SELECT name FROM client WHERE city = 'Cork'"),
    ("condition", "crew", "Only those above 25", "SELECT T2.depot_name, avg(T1.wage) FROM worker AS T1 JOIN depot AS T2 ON T1.depot_id = T2.depot_id GROUP BY T2.depot_id",
     "SELECT T2.depot_name, avg(T1.wage) FROM worker AS T1 JOIN depot AS T2 ON T1.depot_id = T2.depot_id GROUP BY T2.depot_id",
     "SELECT T2.depot_name, avg(T1.wage) FROM worker AS T1 JOIN depot AS T2 ON T1.depot_id = T2.depot_id GROUP BY T2.depot_id HAVING avg(T1.wage) > 25"),
    ("condition", "crew", "Drop everything under 2", "SELECT title, count(*) FROM worker GROUP BY title", "SELECT title, count(*) FROM worker GROUP BY title",
     "SELECT title, count(*) FROM worker GROUP BY title HAVING count(*) >= 2"),
    ("figure", "crew", "And the average wage?", "SELECT T2.depot_name, count(*) FROM worker AS T1 JOIN depot AS T2 ON T1.depot_id = T2.depot_id GROUP BY T2.depot_id",
     "SELECT T2.depot_name, count(*) FROM worker AS T1 JOIN depot AS T2 ON T1.depot_id = T2.depot_id GROUP BY T2.depot_id",
     "SELECT T2.depot_name, avg(T1.wage) FROM worker AS T1 JOIN depot AS T2 ON T1.depot_id = T2.depot_id GROUP BY T2.depot_id"),
    ("projection", "clients", "Also show the city", "SELECT name FROM client", "SELECT name FROM client", "SELECT name, city FROM client"),
    ("display", "clients", "Which of them are in Cork?", "SELECT count(*) FROM client WHERE country = 'Ireland'",
     "SELECT count(*) FROM client WHERE country = 'Ireland' AND city = 'Cork'", "SELECT name FROM client WHERE country = 'Ireland' AND city = 'Cork'"),
    ("condition", "club", "Which of them take fees of more than 20 in total?", "SELECT title FROM club",
     "SELECT T1.title FROM club AS T1 JOIN member AS T2 ON T1.club_id = T2.club_id WHERE T2.fee > 20",
     "SELECT T1.title FROM club AS T1 JOIN member AS T2 ON T1.club_id = T2.club_id GROUP BY T1.club_id HAVING sum(T2.fee) > 20"),
    ("share", "clients", "And in France?", "SELECT 100.0 * sum(CASE WHEN country = 'Ireland' THEN 1 ELSE 0 END) / count(*) FROM client",
     "SELECT 100.0 * sum(CASE WHEN country = 'Ireland' THEN 1 ELSE 0 END) / count(*) FROM client",
     "SELECT 100.0 * sum(CASE WHEN country = 'France' THEN 1 ELSE 0 END) / count(*) FROM client"),
    ("each", "club", "How many members does each of them have?", "SELECT title FROM club", "SELECT title FROM club",
     "SELECT T1.title, count(*) FROM club AS T1 JOIN member AS T2 ON T1.club_id = T2.club_id GROUP BY T1.club_id"),
]  # fmt: skip


@pytest.mark.parametrize(("edit", "database", "utterance", "before", "sql", "wanted"), FOLLOWING)
def test_an_edit_takes_up_the_turn_before(
    contexts: dict[str, Context], edit: str, database: str, utterance: str, before: str, sql: str, wanted: str
) -> None:
    context = contexts[database]
    plans = EDITS[edit](to_plan(sql, context.schema), demand_of(context, utterance, before))
    assert wanted in [from_plan(plan, context.schema) for plan in plans]


@pytest.mark.parametrize(
    ("database", "utterance", "sql", "unused"),
    [
        ("clients", "List the clients in Berlin", "SELECT name FROM client", ("Berlin",)),
        ("clients", "List the clients in Berlin", "SELECT name FROM client WHERE city = 'Berlin'", ()),
        ("clients", "List the clients from Ireland", "SELECT name FROM client", ("Ireland",)),
        ("shop", "How many sales were there in 2024?", "SELECT count(*) FROM sale", ("2024",)),
        ("shop", "How many sales were there in 2024?", "SELECT count(*) FROM sale WHERE sale_date BETWEEN '2024-01-01' AND '2024-12-31'", ()),
    ],
)  # fmt: skip
def test_what_a_plan_leaves_out_is_named(
    contexts: dict[str, Context], database: str, utterance: str, sql: str, unused: tuple[str, ...]
) -> None:
    context = contexts[database]
    assert unused_by(to_plan(sql, context.schema), demand_of(context, utterance)) == unused


def test_a_country_is_no_misspelling_of_another(contexts: dict[str, Context]) -> None:
    index = contexts["clients"].index
    assert index is not None
    assert not [match for match in index.ground("How many clients are in Iceland?") if match.value == "Ireland"]
    assert [match for match in index.ground("How many clients are in Irland?") if match.value == "Ireland"]


def test_a_year_is_no_name_of_one_of_its_days(contexts: dict[str, Context]) -> None:
    index = contexts["shop"].index
    assert index is not None
    assert not [match for match in index.ground("sales before 2024") if match.value == "2024-01-03"]


def test_a_value_of_the_things_themselves_is_not_whose_they_are(contexts: dict[str, Context]) -> None:
    for said in ("Which records are by Nova Tide?", "How many records does Nova Tide have?"):
        (asked,) = demand_of(contexts["crew"], said).requirements
        assert [str(option.column) for option in asked.options] == ["singer.name"], said
    (asked,) = demand_of(contexts["crew"], "Who lent the record Nova Tide?").requirements
    assert "record.title" in [str(option.column) for option in asked.options]


def test_rows_that_report_to_a_row_are_asked_for_by_the_key(contexts: dict[str, Context]) -> None:
    asked = demand_of(contexts["crew"], "Who reports to Ada Lund?").own_key
    assert asked is not None and (asked.key.column, asked.target.column) == ("reports_to", "worker_id")
    assert len(asked.conditions) == 2
    assert demand_of(contexts["crew"], "What is the wage of Ada Lund?").own_key is None


@pytest.mark.parametrize(
    ("said", "asked"),
    [("And the average wage?", True), ("And the average wage in North?", False), ("And the average wage per title?", False),
     ("What is the average wage of all workers?", False)],
)  # fmt: skip
def test_only_another_figure_is_asked_for(contexts: dict[str, Context], said: str, asked: bool) -> None:
    before = "SELECT T2.depot_name, count(*) FROM worker AS T1 JOIN depot AS T2 ON T1.depot_id = T2.depot_id GROUP BY T2.depot_id"
    assert asks_another_figure(demand_of(contexts["crew"], said, before)) is asked


def test_a_length_of_time_is_compared_in_the_units_of_the_column(tmp_path: Path) -> None:
    path = tmp_path / "songs.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE song(song_id INTEGER PRIMARY KEY, title TEXT, milliseconds INTEGER)")
        connection.execute(
            "CREATE TABLE film(film_id INTEGER PRIMARY KEY, title TEXT, length INTEGER, loan_duration INTEGER)"
        )
        connection.execute("INSERT INTO song VALUES (1, 'Tide', 200000), (2, 'Rain', 300000)")
        connection.execute("INSERT INTO film VALUES (1, 'Fog', 60, 3), (2, 'Oak', 190, 5)")
        connection.commit()
    database = SQLiteDatabase.open(path)
    context = Context(database.schema, database, ValueIndex.build(database))
    for utterance, sql, wanted in (
        ("Songs over 4 minutes", "SELECT title FROM song", "SELECT title FROM song WHERE milliseconds > 240000"),
        ("Films longer than 3 hours", "SELECT title FROM film", "SELECT title FROM film WHERE length > 180"),
        ("Films longer than 70", "SELECT title FROM film", "SELECT title FROM film WHERE length > 70"),
    ):
        plans = EDITS["condition"](to_plan(sql, context.schema), demand_of(context, utterance))
        assert wanted in [from_plan(plan, context.schema) for plan in plans]
    before = "SELECT title FROM song WHERE milliseconds > 240000"
    exchanged = EDITS["number"](to_plan(before, context.schema), demand_of(context, "Make it 5 minutes", before))
    assert [from_plan(plan, context.schema) for plan in exchanged] == [before.replace("240000", "300000")]
    database.close()


def test_an_age_is_compared_with_a_date_of_birth(tmp_path: Path) -> None:
    path = tmp_path / "staff.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "CREATE TABLE employee(employee_id INTEGER PRIMARY KEY, name TEXT, birth_date DATE, company TEXT)"
        )
        connection.execute(
            "INSERT INTO employee VALUES (1, 'Ann', '1950-05-05', NULL), (2, 'Bo', '1999-01-01', 'Acme')"
        )
        connection.commit()
    database = SQLiteDatabase.open(path)
    context = Context(database.schema, database, ValueIndex.build(database))
    (old,) = (r for r in demand_of(context, "Employees older than 60").requirements if r.kind == "number")
    plans = EDITS["condition"](
        to_plan("SELECT name FROM employee", context.schema), demand_of(context, "Employees older than 60")
    )
    assert any("birth_date < '" in from_plan(plan, context.schema) for plan in plans)
    assert old.mention == "60"
    plans = EDITS["condition"](
        to_plan("SELECT name FROM employee", context.schema), demand_of(context, "Which employees have a company?")
    )
    assert "SELECT name FROM employee WHERE company IS NOT NULL" in [from_plan(p, context.schema) for p in plans]
    database.close()
