"""A plan spoiled in one place comes back as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from nodes.plan import ColumnTerm, Plan, PlanModel, TableSource
from nodes.plan.traversal import rewrite
from nodes.sql.from_plan import from_plan
from nodes.sql.repair import repair, with_sources
from nodes.sql.to_plan import to_plan
from nodes.sql.violations import violations
from tests.nodes.sql.regatta import open_regatta
from value_index.schema import Schema

FINISHES = "SELECT T1.label, T2.finish FROM boat AS T1 JOIN entry AS T2 ON T1.boat_id = T2.boat_id WHERE T2.finish < 3"


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> Schema:
    return open_regatta(Path(tmp_path_factory.mktemp("regatta"))).schema


def spoil(plan: Plan, old: PlanModel, **update: object) -> Plan:
    return rewrite(plan, lambda part: part.model_copy(update=update) if part == old else part)


def repaired(plan: Plan, schema: Schema) -> str:
    found = violations(from_plan(with_sources(plan, schema), schema), schema)
    return from_plan(with_sources(repair(plan, found, schema), schema), schema)


@pytest.mark.parametrize(
    "update", [{"column": "lable"}, {"table": "entry"}, {"table": "race"}], ids=["unknown", "wrong", "not in FROM"]
)
def test_a_column_goes_back_where_it_exists(update: dict[str, str], schema: Schema) -> None:
    plan = to_plan(FINISHES, schema)
    wrong = spoil(plan, ColumnTerm(table="boat", column="label"), **update)
    assert "label" in repaired(wrong, schema)
    assert not any(found.severity == "error" for found in violations(repaired(wrong, schema), schema))


def test_an_unknown_table_becomes_the_most_alike(schema: Schema) -> None:
    plan = to_plan("SELECT label FROM boat", schema)
    wrong = rewrite(plan, lambda part: part.model_copy(update={"table": "boats"}) if "table" in vars(part) else part)
    assert repaired(wrong, schema) == "SELECT label FROM boat"


def test_a_missing_table_joins_by_the_derived_path(schema: Schema) -> None:
    plan = Plan(select=(ColumnTerm(table="maker", column="name"),), tables=(TableSource(table="photo"),))
    sql = from_plan(with_sources(plan, schema), schema)
    assert sql == from_plan(Plan(select=plan.select, tables=(*plan.tables, TableSource(table="maker"))), schema)
    (told,) = violations(sql, schema)  # a photo is joined that nothing needs: true of this plan, and no error
    assert (told.kind, told.severity) == ("fan_out", "warning")


def test_a_column_beside_an_aggregate_is_grouped_by(schema: Schema) -> None:
    plan = to_plan("SELECT country, count(*) FROM maker", schema)
    assert repaired(plan, schema) == "SELECT country, count(*) FROM maker GROUP BY country"


def test_what_cannot_be_repaired_stays(schema: Schema) -> None:
    plan = to_plan("SELECT label FROM boat", schema)
    assert repair(plan, violations("SELEC", schema), schema) == plan
