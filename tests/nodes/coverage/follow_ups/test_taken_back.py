"""Conditions taken back, and lists gone back to."""

from __future__ import annotations

import pytest

from nodes.node import Context
from tests.nodes.coverage.asking import offered
from tests.nodes.coverage.follow_ups.ferries import HOLM, fired


def test_a_condition_is_taken_back_by_the_name_of_its_column(context: Context) -> None:
    before = "SELECT crossing_id FROM crossing WHERE state = 'sailed' AND sailed_on >= '2022-01-01' AND sailed_on < '2023-01-01'"
    assert offered(context, "given_up", "Drop the year", before) == [
        "SELECT crossing_id FROM crossing WHERE state = 'sailed'"
    ]
    without_state = before.replace("state = 'sailed' AND ", "")
    assert offered(context, "given_up", "In any state", before) == [without_state]
    assert not offered(context, "given_up", "Drop the cancelled ones", before)
    assert "gives_condition_up" in fired(
        context, "Drop the year", "SELECT crossing_id FROM crossing WHERE state = 'sailed'", before
    )


def test_all_of_them_again_is_the_list_before_the_last_choice(context: Context) -> None:
    listed, first = "SELECT label FROM ferry", "SELECT label FROM ferry ORDER BY tons DESC LIMIT 1"
    for said in ("Go back to all of them", "Show all of them again"):
        assert "goes_elsewhere" not in fired(context, said, listed, listed, first)
        assert "goes_elsewhere" in fired(context, said, first, listed, first)


def test_a_period_is_exchanged_and_a_named_condition_given_up(context: Context) -> None:
    in_2022 = "SELECT crossing_id FROM crossing WHERE sailed_on >= '2022-01-01' AND sailed_on < '2023-01-01'"
    in_2023 = "SELECT crossing_id FROM crossing WHERE sailed_on >= '2023-01-01' AND sailed_on < '2024-01-01'"
    assert "period_exchanged" in fired(context, "now 2023 instead", in_2023, in_2022)
    assert "gives_named_up" in fired(context, "drop the year", "SELECT crossing_id FROM crossing", in_2022)
    half = "SELECT crossing_id FROM crossing WHERE sailed_on >= '2022-01-01'"
    assert "gives_named_up" not in fired(context, "drop the year", half, in_2022)


@pytest.mark.parametrize(
    "utterance",
    ["now without the tons limit", "Remove the filter on tons", "forget the tons condition", "no tons limit"],
)
def test_a_condition_is_taken_back_as_a_filter(context: Context, utterance: str) -> None:
    assert HOLM in offered(context, "given_up", utterance, f"{HOLM} AND tons > 500")


def test_a_condition_is_taken_back_by_its_value(context: Context) -> None:
    before = "SELECT label FROM ferry WHERE builder = 'Holm' AND tons > 500"
    assert offered(context, "given_up", "drop the Holm filter", before) == ["SELECT label FROM ferry WHERE tons > 500"]


def test_a_turn_goes_back_to_the_things_listed_before(context: Context) -> None:
    first = f"{HOLM} ORDER BY tons LIMIT 2"
    who = "SELECT T3.full_name FROM ferry AS T1 JOIN crossing AS T2 ON T1.ferry_id = T2.ferry_id JOIN skipper AS T3 ON T2.skipper_id = T3.skipper_id"
    assert "goes_elsewhere" in fired(context, "go back to the ferries", who, HOLM, first, who)
    assert "goes_elsewhere" not in fired(context, "go back to the ferries", first, HOLM, first, who)
