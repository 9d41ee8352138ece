"""Units of figures: shown, or ignored."""

from __future__ import annotations

from pathlib import Path

import pytest

from nodes.compact.plan_parts import PlanParts
from nodes.compact.ranking.features.requirements import RequirementFeatures
from nodes.coverage.demand import Demand
from nodes.node import Context
from nodes.sql.to_plan import to_plan
from nodes.state import GraphState, Turn
from tests.nodes.sql.regatta import open_regatta

JOINED = "FROM boat JOIN maker ON boat.maker_id = maker.maker_id"


@pytest.mark.parametrize(
    ("sql", "wanted"),
    [
        (f"SELECT count(*) {JOINED}", {"unit_missing", "figures_of_all"}),
        (f"SELECT boat.label {JOINED}", {"unit_missing"}),
        (f"SELECT maker.name, count(*) {JOINED} GROUP BY maker.maker_id", {"unit_shown"}),
        (f"SELECT maker.country, count(*) {JOINED} GROUP BY maker.country", {"unit_not_shown"}),
    ],
)
def test_a_figure_of_each_unit_is_no_figure_of_all(tmp_path: Path, sql: str, wanted: set[str]) -> None:
    database = open_regatta(tmp_path)
    context = Context(schema=database.schema, database=database)
    state = GraphState(turn_id="0", database_id="regatta", utterance="How many boats per maker?", history=())
    found = RequirementFeatures(Demand.of(state, context)).of(PlanParts(to_plan(sql, context.schema)))
    assert {name for name, value in found.items() if value and ("unit" in name or name == "figures_of_all")} == wanted


@pytest.mark.parametrize(
    ("utterance", "before", "sql", "feature"),
    [
        ("Races per year", "", "SELECT count(*) FROM race", "time_unit_missing"),
        ("What share of boats is longer than 9?", "", "SELECT count(*) FROM boat WHERE length > 9", "share_missing"),
        ("The difference between the highest and the lowest length", "", "SELECT max(length), min(length) FROM boat", "difference_missing"),
        ("By maker", "SELECT avg(length) FROM boat",
         "SELECT maker.name, count(*) FROM boat JOIN maker ON boat.maker_id = maker.maker_id GROUP BY maker.maker_id", "figure_exchanged"),
        ("Average length by maker", "", "SELECT maker_id FROM boat GROUP BY maker_id ORDER BY avg(length)", "figure_not_shown"),
        ("Makers with at least 2 boats", "", "SELECT maker_id FROM boat GROUP BY maker_id HAVING avg(length) >= 2", "another_compared"),
    ],
)  # fmt: skip
def test_what_is_asked_and_not_calculated(tmp_path: Path, utterance: str, before: str, sql: str, feature: str) -> None:
    database = open_regatta(tmp_path)
    context = Context(schema=database.schema, database=database)
    history = (Turn(utterance="before", sql=before),) if before else ()
    state = GraphState(turn_id="0", database_id="regatta", utterance=utterance, history=history)
    found = RequirementFeatures(Demand.of(state, context)).of(PlanParts(to_plan(sql, context.schema)))
    assert found[feature] == 1
