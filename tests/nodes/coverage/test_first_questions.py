"""First questions of analysts: sums that rank, keys with a role, quarters, weekends, what was taken in, stock in money."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from nodes.compact.ranking.features.sense.said_otherwise import SaidOtherwise
from nodes.coverage.asked.roles import role_fit
from nodes.coverage.calculations.sale_figures import sales_asked
from nodes.coverage.unread import unread_words
from nodes.node import Context
from nodes.sql.from_plan import from_plan
from nodes.sql.to_plan import to_plan
from tests.nodes.coverage.asking import demand_of, offered
from tests.nodes.small_database import small_database

SCRIPT = """
CREATE TABLE calendar(day_id INTEGER PRIMARY KEY, full_date TEXT, year_no INTEGER, quarter_no INTEGER, month_no INTEGER, day_name TEXT);
CREATE TABLE port(port_id INTEGER PRIMARY KEY, port_name TEXT, master_id INTEGER REFERENCES pilot(pilot_id));
CREATE TABLE pilot(pilot_id INTEGER PRIMARY KEY, pilot_name TEXT, port_id INTEGER REFERENCES port(port_id), wage INTEGER, bonus INTEGER, last_login TEXT);
CREATE TABLE towing_job(job_id INTEGER PRIMARY KEY, accepted_by INTEGER REFERENCES pilot(pilot_id), done_by INTEGER REFERENCES pilot(pilot_id),
                        day_id INTEGER REFERENCES calendar(day_id), due_on TEXT, hours INTEGER, towing_charge REAL, state TEXT, finished_on TEXT);
CREATE TABLE job_rope(job_id INTEGER REFERENCES towing_job(job_id), rope_id INTEGER REFERENCES rope(rope_id), metres INTEGER, PRIMARY KEY(job_id, rope_id));
CREATE TABLE rope(rope_id INTEGER PRIMARY KEY, rope_name TEXT, list_price REAL, qty_in_stock INTEGER, reorder_level INTEGER);
CREATE TABLE leave(leave_id INTEGER PRIMARY KEY, pilot_id INTEGER REFERENCES pilot(pilot_id), began_on TEXT, days_missed INTEGER);
CREATE TABLE clerk(clerk_id INTEGER PRIMARY KEY, clerk_name TEXT, gender TEXT, country TEXT);
CREATE TABLE shipper(shipper_id INTEGER PRIMARY KEY, shipper_name TEXT, gender TEXT, birth_date TEXT, home_country TEXT);
CREATE TABLE contract(contract_id INTEGER PRIMARY KEY, shipper_id INTEGER REFERENCES shipper(shipper_id), clerk_id INTEGER REFERENCES clerk(clerk_id),
                      term TEXT, status TEXT, premium INTEGER, brand TEXT);
INSERT INTO calendar VALUES(20240105,'2024-01-05',2024,1,1,'Friday'),(20240406,'2024-04-06',2024,2,4,'Saturday'),(20240407,'2024-04-07',2024,2,4,'Sunday');
INSERT INTO port VALUES(1,'Skagen',2),(2,'Grenaa',1);
INSERT INTO pilot VALUES(1,'Ebba',1,50,5,'2024-01-01'),(2,'Folke',1,60,6,NULL),(3,'Gerd',2,70,0,'2024-02-02');
INSERT INTO towing_job VALUES(1,1,2,20240105,'2024-02-01',3,90,'no_show','2024-02-03'),(2,1,3,20240406,'2024-04-09',4,120,'done','2024-04-09'),(3,2,3,20240406,'2024-04-08',1,30,'done','2024-04-07');
INSERT INTO rope VALUES(1,'hemp',2.5,10,20),(2,'steel',9,30,5);
CREATE TABLE repair(repair_id INTEGER PRIMARY KEY, repair_at TEXT, opened_at TEXT, closed_at TEXT, due_at TEXT, paid_at TEXT);
INSERT INTO repair VALUES(1,'2024-01-01','2024-01-01','2024-01-02','2024-01-03','2024-01-04'),(2,'2024-01-01','2024-01-01',NULL,'2024-01-03',NULL);
INSERT INTO clerk VALUES(1,'Hans','M','Norway'),(2,'Inge','F','Sweden');
INSERT INTO shipper VALUES(1,'Jens','M','1950-01-01','Denmark'),(2,'Kari','F','1990-01-01','Finland');
INSERT INTO contract VALUES(1,1,1,'2022/23','cancelled',10,'A'),(2,2,1,'2023/24','running',20,'B'),(3,2,2,'2023/24','running',30,'B');
INSERT INTO leave VALUES(1,1,'2024-01-06',9),(2,2,'2024-04-05',5),(3,2,'2024-07-01',6);
"""


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    with small_database(tmp_path_factory.mktemp("towage"), SCRIPT) as context:
        yield context


def _edited(context: Context, edit: str, question: str, sql: str) -> list[str]:
    return offered(context, edit, question, plan=sql)


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("Which pilot has the most days missed?", [("Folke",)]),
        ("Top 2 pilots by days missed", [("Folke",), ("Ebba",)]),
        ("What is the busiest day of the week for towing?", [("Saturday",)]),
        ("Total pay (wage plus bonus)", [(191,)]),
        ("Which ropes are below their reorder level?", [("hemp",)]),
    ],
)
def test_a_way_of_asking_stands_for_a_whole_query(
    context: Context, question: str, rows: list[tuple[object, ...]]
) -> None:
    (shape,) = demand_of(context, question).shapes
    assert list(context.database.execute(from_plan(shape, context.schema)).rows) == rows


@pytest.mark.parametrize(
    "question",
    ["Top 2 pilots by average days missed", "Top 3 pilots by wage", "Which rope has the most expensive price?"],
)
def test_a_figure_of_the_thing_itself_or_an_average_is_not_summed(context: Context, question: str) -> None:
    assert all("sum(" not in from_plan(shape, context.schema) for shape in demand_of(context, question).shapes)


@pytest.mark.parametrize(
    ("question", "fits"),
    [
        ("How many pilots does each port have?", "pilot.port_id = port.port_id"),
        ("Who is the master of each port?", "pilot.pilot_id = port.master_id"),
    ],
)
def test_a_key_with_a_role_is_taken_only_where_the_role_is_said(context: Context, question: str, fits: str) -> None:
    inquiry = demand_of(context, question).inquiry
    joins = ("pilot.port_id = port.port_id", "pilot.pilot_id = port.master_id")
    plans = {on: to_plan(f"SELECT port_name, pilot_name FROM pilot JOIN port ON {on}", context.schema) for on in joins}
    assert [on for on, plan in plans.items() if role_fit(plan, inquiry) > 0] == [fits]


def test_a_join_by_a_role_turns_into_that_of_the_members(context: Context) -> None:
    sql = "SELECT port_name, count(*) FROM pilot JOIN port ON pilot.pilot_id = port.master_id GROUP BY port_name"
    assert any("port_id = T2.port_id" in each for each in _edited(context, "join", "Pilots in each port", sql))


def test_what_was_done_by_somebody_is_no_matter_of_who_accepted_it(context: Context) -> None:
    inquiry = demand_of(context, "How many jobs did Gerd do?").inquiry
    sql = "SELECT count(*) FROM towing_job JOIN pilot ON towing_job.{} = pilot.pilot_id WHERE pilot_name = 'Gerd'"
    assert role_fit(to_plan(sql.format("done_by"), context.schema), inquiry) == 1
    assert role_fit(to_plan(sql.format("accepted_by"), context.schema), inquiry) == -1


@pytest.mark.parametrize(
    ("question", "sql", "grouped"),
    [
        ("Leave per month", "SELECT leave_id FROM leave", "strftime('%Y-%m', began_on), count(*)"),
        ("Leaves per quarter", "SELECT leave_id FROM leave", "'-Q'"),
        ("Leaves per weekday", "SELECT leave_id FROM leave", "strftime('%w', began_on), count(*)"),
    ],
)
def test_rows_per_part_of_a_time_are_counted(context: Context, question: str, sql: str, grouped: str) -> None:
    assert any(grouped in each for each in _edited(context, "time_group", question, sql))


def test_what_is_done_by_one_of_a_kind_is_told_of_each(context: Context) -> None:
    assert [ref.column for ref, _ in demand_of(context, "Total hours towed by pilot").units] == ["pilot_name"]
    assert demand_of(context, "List the jobs towed by pilots").units == ()


@pytest.mark.parametrize(
    ("question", "conditions"),
    [
        ("How many leaves began on a weekend?", ["began_on in ('0', '6')"]),
        ("Jobs in January 2024", ["full_date >= 2024-01-01", "full_date < 2024-02-01"]),
        ("Pilots who never logged in", ["last_login is null"]),
        ("How many no-shows were there?", ["state = no_show"]),
        ("How many cancellations were there?", ["status = cancelled"]),
        ("Contracts in 2023/24", ["term = 2023/24"]),
        ("Average premium of women and men", []),
    ],
)
def test_conditions_said_otherwise_than_stored_are_read(context: Context, question: str, conditions: list[str]) -> None:
    found: list[str] = []
    for each in demand_of(context, question).requirements:
        for leaf in each.options[0].conditions:
            values = tuple(getattr(term, "value", None) for term in getattr(leaf, "right", ()))
            said = values if len(values) > 1 else " ".join(map(str, values))
            found.append(f"{each.options[0].column.column} {getattr(leaf, 'operator', '')} {said}".strip())
    assert found == conditions


@pytest.mark.parametrize(
    ("question", "figure"),
    [
        ("How much did we make in April 2024?", "sum(towing_charge)"),
        ("Towing income per pilot", "sum(towing_charge)"),
        ("Value of the stock", "sum(qty_in_stock * list_price)"),
        ("What is our inventory worth?", "sum(qty_in_stock * list_price)"),
    ],
)
def test_money_is_summed_where_no_column_is_called_so(context: Context, question: str, figure: str) -> None:
    asked = sales_asked(demand_of(context, question).inquiry)
    assert asked is not None
    found = _edited(context, "sales", question, f"SELECT count(*) FROM {asked.figures[0].table}")
    assert any(figure in each.replace("T1.", "").replace("T2.", "") for each in found)


def test_a_table_is_called_by_the_last_word_of_its_name(context: Context) -> None:
    tables = demand_of(context, "How many jobs are there?").evidence.mentions.tables
    assert [(each.table, each.score) for each in tables][:1] == [("towing_job", 0.8)]


def test_people_over_a_number_are_older_than_it(context: Context) -> None:
    (age,) = demand_of(context, "How many shippers are over 60?").requirements
    assert age.options[0].column.column == "birth_date"
    assert demand_of(context, "Shippers with over 2 contracts").requirements == ()


@pytest.mark.parametrize(
    ("question", "unit"),
    [
        ("Total premium per shipper country", "home_country"),
        ("Total premium per clerk country", "country"),
        ("Number of contracts per brand", "brand"),
        ("Average premium of women and men of the shippers", "gender"),
    ],
)
def test_the_unit_is_that_of_the_table_named_beside_it(context: Context, question: str, unit: str) -> None:
    assert demand_of(context, question).units[0][0].column == unit


def test_the_rate_of_a_state_is_a_share_of_all(context: Context) -> None:
    assert demand_of(context, "What is the cancellation rate by brand?").asks_share
    assert not demand_of(context, "What is the leave rate?").asks_share


@pytest.mark.parametrize(
    ("question", "sql", "unread"),
    [
        ("Average premium per dentist", "SELECT avg(premium) FROM contract", ("dentist",)),
        ("Average stay length per clerk", "SELECT clerk_id, avg(premium) FROM contract GROUP BY clerk_id", ("length",)),
        ("Average payment per clerk", "SELECT clerk_id, avg(premium) FROM contract GROUP BY clerk_id", ()),
        ("Average premium per clerk", "SELECT clerk_id, avg(premium) FROM contract GROUP BY clerk_id", ()),
        ("Average premium per customer", "SELECT clerk_id, avg(premium) FROM contract GROUP BY clerk_id", ()),
        ("Average premium per month", "SELECT avg(premium) FROM contract", ()),
    ],
)
def test_a_unit_or_a_figure_that_nothing_answers_to_is_told(
    context: Context, question: str, sql: str, unread: tuple[str, ...]
) -> None:
    assert unread_words(to_plan(sql, context.schema), demand_of(context, question)) == unread


def test_a_calendar_dates_the_months_of_the_rows_that_lead_to_it(context: Context) -> None:
    found = _edited(context, "time_group", "Hours per month", "SELECT sum(hours) FROM towing_job")
    assert any("full_date" in each for each in found)


def test_rows_per_unit_of_a_calendar_are_those_that_are_named(context: Context) -> None:
    sql = "SELECT quarter_no FROM calendar"
    assert any("towing_job" in each for each in _edited(context, "group", "Towing jobs per quarter", sql))


def test_a_delay_is_how_long_after_the_due_day_something_was_done(context: Context) -> None:
    duration = demand_of(context, "Average delay in days per pilot").duration
    assert duration is not None
    assert (duration.first.column, duration.last.column) == ("due_on", "finished_on")


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        ("How many repairs are still open?", "SELECT count(*) FROM repair WHERE closed_at IS NULL"),
        ("How many repairs were paid late?", "SELECT count(*) FROM repair WHERE paid_at > due_at"),
    ],
)
def test_what_a_condition_asks_for_is_not_taken_for_the_column_beside_it(
    context: Context, question: str, sql: str
) -> None:
    demand = demand_of(context, question)
    assert SaidOtherwise(demand).sibling_columns(to_plan(sql, context.schema)) == 0
