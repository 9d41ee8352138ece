"""What has come to an end or has not, shares of all rows, and keys that are looked for where they lead."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from nodes.node import Context
from nodes.plan import Plan, Star, TableSource
from nodes.sql.from_plan import from_plan
from nodes.sql.to_plan import to_plan
from tests.nodes.coverage.asking import demand_of, offered
from tests.nodes.small_database import small_database

SCRIPT = """
CREATE TABLE farm(id INTEGER PRIMARY KEY, title TEXT);
CREATE TABLE vet(id INTEGER PRIMARY KEY, full_name TEXT);
CREATE TABLE visit(id INTEGER PRIMARY KEY, farm_id INTEGER REFERENCES farm(id), vet_id INTEGER REFERENCES vet(id), visited_on DATE,
                   fee REAL, settled_on DATE, cancelled_on DATE, score INTEGER);
INSERT INTO farm VALUES(1,'Elm'),(2,'Oak'),(3,'Ash');
INSERT INTO vet VALUES(1,'Una Bell'),(2,'Rab Dow');
INSERT INTO visit VALUES(1,1,1,'2023-01-05',80,'2023-01-09',NULL,4),(2,1,2,'2023-02-05',120,NULL,NULL,5),(3,2,1,'2023-02-09',60,NULL,'2023-02-01',NULL);
"""
BY_VET = "SELECT full_name, count(*) FROM visit JOIN vet ON visit.vet_id = vet.id GROUP BY vet.id"
MONTH = "strftime('%Y-%m', visited_on)"


@pytest.fixture(scope="module")
def farms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    """Open farms that vets visit."""
    with small_database(tmp_path_factory.mktemp("farms"), SCRIPT) as context:
        yield context


@pytest.mark.parametrize(
    ("edit", "said", "before", "plan", "wanted"),
    [
        ("condition", "How many unsettled visits are there?", "", "SELECT count(*) FROM visit",
         "SELECT count(*) FROM visit WHERE settled_on IS NULL"),
        ("condition", "How many active visits are there?", "", "SELECT count(*) FROM visit",
         "SELECT count(*) FROM visit WHERE cancelled_on IS NULL"),
        ("condition", "How many cancelled visits are there?", "", "SELECT count(*) FROM visit",
         "SELECT count(*) FROM visit WHERE cancelled_on IS NOT NULL"),
        ("share", "What percentage of all visits is that?", "SELECT id FROM visit WHERE fee > 70",
         "SELECT id FROM visit WHERE fee > 70",
         "SELECT 100.0 * sum(CASE WHEN fee > 70 THEN 1 ELSE 0 END) / count(*) FROM visit"),
        ("figure", "What is their average score?", BY_VET, BY_VET, BY_VET.replace("count(*)", "avg(visit.score)")),
        ("absent", "Which farms had no visit?", "", "SELECT title FROM farm WHERE id NOT IN (SELECT vet_id FROM visit)",
         "SELECT title FROM farm WHERE id NOT IN (SELECT farm_id FROM visit)"),
        ("time_group", "What was charged per month?", "", "SELECT fee FROM visit",
         f"SELECT {MONTH}, sum(fee) FROM visit GROUP BY {MONTH} ORDER BY {MONTH}"),
    ],
)  # fmt: skip
def test_what_is_asked_is_written(farms: Context, edit: str, said: str, before: str, plan: str, wanted: str) -> None:
    found = offered(farms, edit, said, *([before] if before else ()), plan=plan)
    assert from_plan(to_plan(wanted, farms.schema), farms.schema) in found


TICKETS = """
CREATE TABLE caller(id INTEGER PRIMARY KEY, name TEXT, town TEXT);
CREATE TABLE ticket(id INTEGER PRIMARY KEY, caller_id INTEGER REFERENCES caller(id), state TEXT, opened_on DATE, closed_on DATE);
INSERT INTO caller VALUES(1,'Una','Ely'),(2,'Rab','Ware');
INSERT INTO ticket VALUES(1,1,'open','2023-03-01',NULL),(2,2,'closed','2023-03-04','2023-04-01'),(3,2,'waiting','2023-04-02',NULL);
"""


@pytest.mark.parametrize(
    ("said", "before", "wanted"),
    [
        ("How many tickets are open?", "", "state = 'open'"),
        ("Which callers do not have open tickets?", "", "state != 'open'"),
        ("How many tickets did callers from Ely open?", "", ""),
        ("how many tickets has each closed?", "SELECT name FROM caller", "state = 'closed'"),
        ("which are still running?", "SELECT id FROM ticket", "closed_on IS NULL"),
        ("the closed ones then", "SELECT id FROM ticket", "state = 'closed'"),
    ],
)
def test_a_stored_state_is_read_but_not_from_a_verb(tmp_path: Path, said: str, before: str, wanted: str) -> None:
    with small_database(tmp_path, TICKETS) as context:
        found = demand_of(context, said, *([before] if before else ()))
        states = [each for each in found.requirements if each.options[0].column.table == "ticket"]
        plans = [Plan(select=(Star(),), tables=(TableSource(table="ticket"),), joins=(), where=each.options[0].conditions[0]) for each in states]  # fmt: skip
        sql = [from_plan(plan, context.schema) for plan in plans]
    assert sql == ([f"SELECT * FROM ticket WHERE {wanted}"] if wanted else [])
