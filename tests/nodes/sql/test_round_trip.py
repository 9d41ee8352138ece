"""Any plan comes back from SQL as it was, and its SQL is SQLite's."""

from __future__ import annotations

import sqlite3

from hypothesis import HealthCheck, given, settings

from nodes.plan import Plan
from nodes.sql.from_plan import from_plan
from nodes.sql.to_plan import to_plan
from tests.nodes.plans import plans
from tests.nodes.sql.shop import shop, shop_schema

SCHEMA = shop_schema()
SHOP = shop()
OUR_FAULTS = ("syntax", "no such column", "no such table", "ambiguous", "unrecognized token", "incomplete")
"""Words of SQLite's messages that would blame the writer rather than the random plan."""


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(plans(SCHEMA))
def test_to_plan_undoes_from_plan(plan: Plan) -> None:
    assert to_plan(from_plan(plan, SCHEMA), SCHEMA) == plan


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(plans(SCHEMA))
def test_sqlite_reads_what_is_written(plan: Plan) -> None:
    try:
        SHOP.execute(f"EXPLAIN {from_plan(plan, SCHEMA)}")
    except sqlite3.OperationalError as error:
        assert not any(fault in str(error) for fault in OUR_FAULTS), str(error)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(plans(SCHEMA))
def test_json_keeps_a_plan(plan: Plan) -> None:
    assert Plan.model_validate_json(plan.model_dump_json()) == plan
