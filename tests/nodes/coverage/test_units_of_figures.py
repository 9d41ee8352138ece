"""Figures by unit: calculations that keep what they are, shares and rates of each, and figures of which there are any."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from nodes.coverage.edits.all_edits import EDITS
from nodes.node import Context
from nodes.sql.to_plan import to_plan
from tests.nodes.coverage.asking import demand_of, offered
from tests.nodes.small_database import small_database

SCRIPT = """
CREATE TABLE hire(hire_id INTEGER PRIMARY KEY, hired_on DATE, harbour TEXT, boat TEXT, hours INTEGER, hourly_price REAL,
                  rebate_pct REAL, damaged INTEGER, insured INTEGER);
INSERT INTO hire VALUES(1,'2022-03-01','Oban','Tern',2,40,0,1,1),(2,'2022-07-01','Cork','Gull',5,35,10,0,0),
                       (3,'2023-03-01','Oban','Gull',1,35,0,0,1),(4,'2023-07-01','Cork','Tern',3,40,5,1,0);
"""
EARNED = "SELECT harbour, sum(hours * hourly_price) FROM hire GROUP BY harbour"
MONTH = "strftime('%Y-%m', hired_on)"
SHARE = "100.0 * sum(CASE WHEN damaged = 1 THEN 1 ELSE 0 END) / count(*)"


@pytest.fixture(scope="module")
def hires(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    """Open a table of boats that were hired."""
    with small_database(tmp_path_factory.mktemp("hires"), SCRIPT) as context:
        yield context


@pytest.mark.parametrize(
    ("edit", "said", "before", "plan", "wanted"),
    [
        ("time_group", "By month instead", EARNED, EARNED,
         f"SELECT {MONTH}, sum(hours * hourly_price) FROM hire GROUP BY {MONTH} ORDER BY {MONTH}"),
        ("group", "By harbour", f"SELECT {SHARE} FROM hire", f"SELECT {SHARE} FROM hire",
         f"SELECT harbour, {SHARE} FROM hire GROUP BY harbour"),
        ("share", "What is the damage rate of each boat?", "",
         "SELECT boat, count(*) FROM hire WHERE damaged = 1 GROUP BY boat", f"SELECT boat, {SHARE} FROM hire GROUP BY boat"),
        ("condition", "What about 2022 alone?", EARNED, EARNED,
         EARNED.replace(" GROUP", " WHERE hired_on >= '2022-01-01' AND hired_on < '2023-01-01' GROUP")),
        ("condition", "How many hires had a rebate?", "", "SELECT count(*) FROM hire",
         "SELECT count(*) FROM hire WHERE rebate_pct > 0"),
        ("condition", "Which hires have no rebate?", "", "SELECT hire_id FROM hire",
         "SELECT hire_id FROM hire WHERE rebate_pct = 0"),
        ("condition", "Hires without a rebate", "", "SELECT hire_id FROM hire",
         "SELECT hire_id FROM hire WHERE rebate_pct = 0"),
    ],
)  # fmt: skip
def test_a_figure_is_asked_of_units(hires: Context, edit: str, said: str, before: str, plan: str, wanted: str) -> None:
    assert wanted in offered(hires, edit, said, *([before] if before else ()), plan=plan)


def test_what_is_grouped_keeps_its_name(hires: Context) -> None:
    plan = to_plan(EARNED, hires.schema)
    demand = demand_of(hires, "Only 2022", EARNED)
    assert not [each for each in EDITS["display"](plan, demand) if each.select != plan.select]
