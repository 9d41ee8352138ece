"""Conditions that a turn adds to the one before."""

from __future__ import annotations

import pytest

from nodes.coverage.demand import Demand
from nodes.node import Context
from tests.nodes.coverage.asking import offered, state_of
from tests.nodes.coverage.follow_ups.ferries import fired


@pytest.mark.parametrize(
    "utterance", ["Without those who have left", "but not those who left", "Only the current ones"]
)
def test_what_has_ended_is_left_out(context: Context, utterance: str) -> None:
    wanted = "SELECT full_name FROM skipper WHERE left_on IS NULL"
    assert wanted in offered(context, "condition", utterance, "SELECT full_name FROM skipper")


@pytest.mark.parametrize(
    ("utterance", "said"),
    [("Those who are still alive", "IS NULL"), ("those no longer alive", "IS NOT NULL"), ("only the deceased ones", "IS NOT NULL")],
)  # fmt: skip
def test_whoever_lives_has_no_year_of_death(context: Context, utterance: str, said: str) -> None:
    found = offered(context, "condition", utterance, "SELECT full_name FROM skipper")
    assert f"SELECT full_name FROM skipper WHERE died_year {said}" in found


def test_a_year_is_that_of_what_happened(context: Context) -> None:
    before = "SELECT T1.name, count(*) FROM harbour AS T1 JOIN crossing AS T2 ON T1.harbour_id = T2.harbour_id GROUP BY T1.harbour_id"
    (asked,) = Demand.of(state_of("And in 2022?", before), context).requirements
    assert next(str(option.column) for option in asked.options) == "crossing.sailed_on"


def test_a_fragment_is_one_more_condition(context: Context) -> None:
    before = "SELECT crossing_id FROM crossing WHERE state = 'sailed'"
    kept = "SELECT T1.crossing_id FROM crossing AS T1 JOIN harbour AS T2 ON T1.harbour_id = T2.harbour_id WHERE T1.state = 'sailed' AND T2.country = 'Ireland'"
    assert "fragment_kept" in fired(context, "from harbours in Ireland", kept, before)
    for lost in ("SELECT name FROM harbour WHERE country = 'Ireland'", kept.replace("T1.state = 'sailed' AND ", "")):
        assert "fragment_kept" not in fired(context, "from harbours in Ireland", lost, before)
    assert "fragment_kept" not in fired(context, "Which harbours are in Ireland?", kept, before)


def test_by_before_a_value_names_no_unit(context: Context) -> None:
    assert not Demand.of(state_of("crossings by Holm ferries"), context).units
    assert Demand.of(state_of("crossings by ferry"), context).units


def test_what_has_nothing_at_all_is_asked_of_all(context: Context) -> None:
    before = "SELECT label FROM ferry WHERE builder = 'Holm'"
    held = "SELECT label FROM ferry WHERE builder = 'Holm' AND ferry_id NOT IN (SELECT ferry_id FROM crossing)"
    assert "denies_everything_held" in fired(context, "Which ferries never made any crossing?", held, before)
    assert "denies_everything_held" not in fired(context, "Which of them never made any crossing?", held, before)


@pytest.mark.parametrize(
    "utterance", ["exclude those without a phone", "Leave out the ones that have no phone", "drop those whose phone is missing"]
)  # fmt: skip
def test_those_who_lack_something_are_left_out(context: Context, utterance: str) -> None:
    wanted = "SELECT full_name FROM skipper WHERE phone IS NOT NULL"
    found = offered(context, "condition", utterance, "SELECT full_name FROM skipper")
    assert wanted in found
    assert wanted.replace("NOT ", "") not in found
