"""Edits and features of turns that ask the figures before of other units, of each row, in parts of the whole, or of the rest."""

from __future__ import annotations

import pytest

from nodes.compact.ranking.features.sense.contradictions import contradicts
from nodes.coverage.demand import Demand
from nodes.node import Context
from nodes.sql.to_plan import to_plan
from tests.nodes.coverage.asking import offered, state_of
from tests.nodes.coverage.follow_ups.ferries import fired

CALLS = "SELECT ferry.builder, 1.0 * sum(CASE WHEN crossing.state = 'cancelled' THEN 1 ELSE 0 END) / count(*) FROM crossing JOIN ferry ON crossing.ferry_id = ferry.ferry_id GROUP BY ferry.builder"
BY_BUILDER = "SELECT ferry.builder, count(*) FROM crossing JOIN ferry ON crossing.ferry_id = ferry.ferry_id GROUP BY ferry.builder"


@pytest.mark.parametrize("utterance", ["And by harbour?", "Per harbour, please", "by harbour, with the harbour's name"])
def test_a_figure_that_is_reckoned_is_told_of_other_units(context: Context, utterance: str) -> None:
    found = offered(context, "group", utterance, CALLS)
    assert any("'cancelled'" in sql and "GROUP BY T3.harbour_id" in sql and "T3.name" in sql for sql in found)
    assert "regroup_missed" not in fired(context, utterance, found[0], CALLS)
    lost = "SELECT harbour.name, count(*) FROM crossing JOIN harbour ON crossing.harbour_id = harbour.harbour_id GROUP BY harbour.harbour_id"
    assert "regroup_missed" in fired(context, utterance, lost, CALLS)


@pytest.mark.parametrize("utterance", ["For each harbour, list its skippers", "By how many?", "Sort them by builder"])
def test_another_question_is_no_regrouping(context: Context, utterance: str) -> None:
    assert "regroup_missed" not in fired(context, utterance, "SELECT name FROM harbour", CALLS)


@pytest.mark.parametrize(
    ("utterance", "factor"),
    [("Which part of all crossings has each of them?", "1.0"), ("As a percentage of the total?", "100.0")],
)
def test_the_figures_of_groups_are_divided_by_that_of_all(context: Context, utterance: str, factor: str) -> None:
    (found,) = offered(context, "group_share", utterance, BY_BUILDER)
    assert found.startswith(f"SELECT T2.builder, {factor} * count(*) / (SELECT count(*) FROM crossing")
    assert "part_missed" in fired(context, utterance, BY_BUILDER, BY_BUILDER)
    assert not offered(context, "group_share", utterance, "SELECT label FROM ferry")


def test_a_figure_of_each_takes_the_place_of_another(context: Context) -> None:
    before = "SELECT ferry.ferry_id, ferry.label, sum(ferry.tons) FROM ferry JOIN crossing ON crossing.ferry_id = ferry.ferry_id GROUP BY ferry.ferry_id, ferry.label HAVING count(*) > 1"
    found = offered(context, "each", "How many different skippers had each of them?", before)
    assert any("count(DISTINCT" in sql and "HAVING count(*) > 1" in sql and "tons" not in sql for sql in found)
    assert "each_missing" not in fired(context, "How many different skippers had each of them?", found[0], before)


def test_rows_without_a_key_are_no_rows_of_its_join(context: Context) -> None:
    impossible = "SELECT harbour.name, count(*) FROM skipper JOIN harbour ON skipper.harbour_id = harbour.harbour_id WHERE skipper.harbour_id IS NULL GROUP BY harbour.name"
    before = "SELECT count(*) FROM skipper WHERE harbour_id IS NULL"
    (found,) = offered(context, "null_key", "And the others, for each harbour's name?", before, plan=impossible)
    assert "IS NULL" not in found and "GROUP BY" in found
    assert contradicts(to_plan(impossible, context.schema)) and not contradicts(to_plan(found, context.schema))


@pytest.mark.parametrize(
    ("utterance", "operator"),
    [
        ("Leave out those without a phone.", "is not null"),
        ("Exclude skippers who have no phone", "is not null"),
        ("Only those without a phone", "is null"),
    ],
)
def test_what_lacks_something_is_left_out(context: Context, utterance: str, operator: str) -> None:
    demand = Demand.of(state_of(utterance, "SELECT full_name FROM skipper"), context)
    operators = [getattr(each.options[0].conditions[0], "operator", "") for each in demand.requirements]
    assert operators == [operator]


def test_what_is_listed_stands_beside_what_was_shown(context: Context) -> None:
    before = "SELECT full_name FROM skipper"
    utterance = "Only those from harbours in Ireland, with the name of the harbour."
    wanted = "SELECT skipper.full_name, harbour.name FROM skipper JOIN harbour ON skipper.harbour_id = harbour.harbour_id WHERE harbour.country = 'Ireland'"
    assert "chooses_other_shown" not in fired(context, utterance, wanted, before)
    alone = wanted.replace("skipper.full_name, ", "")
    assert "chooses_other_shown" in fired(context, utterance, alone, before)
