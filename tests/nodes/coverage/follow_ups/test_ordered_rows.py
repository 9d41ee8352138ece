"""Rows before in another order, and rows by their place."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from nodes.compact.plan_parts import PlanParts
from nodes.compact.ranking.features.things import ThingFeatures
from nodes.coverage.demand import Demand
from nodes.node import Context
from nodes.sql.to_plan import to_plan
from tests.nodes.coverage.asking import offered, state_of
from tests.nodes.coverage.follow_ups.ferries import fired
from value_index.engines.sqlite.database import SQLiteDatabase


def test_newest_is_by_the_time_that_was_shown(context: Context) -> None:
    before = "SELECT full_name, hired_on FROM skipper"
    assert f"{before} ORDER BY hired_on DESC" in offered(context, "order", "Newest first", before)
    order = Demand.of(state_of("Newest first", before), context).order
    assert order is not None and order.columns[0].column == "hired_on"


def test_a_row_is_meant_by_its_place(context: Context) -> None:
    before = "SELECT label FROM ferry ORDER BY tons DESC"
    second = "SELECT builder FROM ferry ORDER BY tons DESC LIMIT 1 OFFSET 1"
    assert second in offered(context, "place", "Which builder made the second one?", before)
    assert "place_missed" not in fired(context, "Which builder made the second one?", second, before)
    assert "place_missed" in fired(context, "Which builder made the second one?", "SELECT builder FROM ferry", before)
    assert "SELECT label FROM ferry ORDER BY tons LIMIT 1" in offered(context, "place", "and the last one?", before)
    assert not offered(context, "place", "Who was the first one to sail?", before)


def test_the_longest_is_ranked_by_a_length(context: Context, tmp_path: Path) -> None:
    path = tmp_path / "maps.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE atlas (atlas_id INTEGER PRIMARY KEY, title TEXT, pages INTEGER, price REAL)")
    database = SQLiteDatabase.open(path)
    maps, before = Context(database.schema, database), "SELECT title FROM atlas"
    demand = Demand.of(state_of("Which one is the longest?", before), maps)
    for column, wanted in (("pages", 1.0), ("price", 0.0)):
        plan = to_plan(f"{before} ORDER BY {column} DESC LIMIT 1", maps.schema)
        assert ThingFeatures(demand).of(PlanParts(plan))["ranked_by_meant"] == wanted
    database.close()


def test_groups_are_ordered_by_the_figure_shown(context: Context) -> None:
    any_row = "SELECT builder, sum(tons) FROM ferry GROUP BY builder ORDER BY tons DESC LIMIT 1"
    figure = any_row.replace("ORDER BY tons", "ORDER BY sum(tons)")
    assert figure in offered(context, "order", "which is the heaviest?", "SELECT label FROM ferry", plan=any_row)
    demand = Demand.of(state_of("which is the heaviest?", "SELECT label FROM ferry"), context)
    for sql, wanted in ((any_row, 1.0), (figure, 0.0)):
        assert ThingFeatures(demand).of(PlanParts(to_plan(sql, context.schema)))["ranked_by_any_row"] == wanted
