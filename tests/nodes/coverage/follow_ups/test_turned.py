"""Turns that take back, exchange, turn round or regroup what was asked, and leave all else as it was."""

from __future__ import annotations

import pytest

from nodes.node import Context
from tests.nodes.coverage.asking import offered
from tests.nodes.coverage.follow_ups.ferries import HOLM

BY_BUILDER = "SELECT builder, count(*) FROM ferry GROUP BY builder"
IN_2022 = "SELECT crossing_id FROM crossing WHERE sailed_on >= '2022-01-01' AND sailed_on < '2023-01-01'"
SAILED = "SELECT T2.country, count(*) FROM crossing AS T1 JOIN harbour AS T2 ON T1.harbour_id = T2.harbour_id WHERE T1.state = 'sailed' GROUP BY T2.country"


@pytest.mark.parametrize(
    ("utterance", "earlier", "wanted"),
    [
        ("Undo that", (HOLM, BY_BUILDER), [HOLM]),
        ("ok, take that back please", (HOLM, BY_BUILDER), [HOLM]),
        ("go back to the first question", (HOLM, IN_2022, BY_BUILDER), [HOLM]),
        ("back to the previous list", (HOLM, IN_2022, BY_BUILDER), [IN_2022]),
        ("undo", (HOLM, IN_2022, BY_BUILDER, IN_2022), [HOLM]),
        ("Undo the filter on builder", (IN_2022, HOLM), []),
        ("Which was the first ferry?", (IN_2022, HOLM), []),
    ],
)
def test_a_turn_goes_back(context: Context, utterance: str, earlier: tuple[str, ...], wanted: list[str]) -> None:
    found = offered(context, "follow_up", utterance, *earlier)
    assert found == wanted or (not wanted and HOLM not in found and IN_2022 not in found)


@pytest.mark.parametrize("utterance", ["the other way round", "and in reverse order", "Reverse that", "flip it please"])
def test_an_order_is_turned_round_with_its_limit(context: Context, utterance: str) -> None:
    before = "SELECT label, tons FROM ferry WHERE builder = 'Holm' ORDER BY tons DESC LIMIT 2"
    assert offered(context, "follow_up", utterance, before) == [before.replace(" DESC", "")]
    assert not offered(context, "follow_up", utterance, HOLM)


@pytest.mark.parametrize(
    ("utterance", "before", "wanted"),
    [
        ("swap Holm for Vaas", f"{HOLM} AND tons > 500", "SELECT label FROM ferry WHERE builder = 'Vaas' AND tons > 500"),
        ("swap Vaas for Holm", f"{HOLM} AND tons > 500", "SELECT label FROM ferry WHERE builder = 'Vaas' AND tons > 500"),
        ("Vaas instead of Holm", HOLM, HOLM.replace("Holm", "Vaas")),
        ("replace 500 with 600", f"{HOLM} AND tons > 500", f"{HOLM} AND tons > 600"),
        ("change 2022 to 2021", IN_2022, IN_2022.replace("2022", "2021").replace("2023", "2022")),
        ("swap the phone for the birth date", "SELECT full_name, phone FROM skipper", "SELECT full_name, birth_date FROM skipper"),
    ],
)  # fmt: skip
def test_one_thing_is_swapped_and_the_rest_stays(context: Context, utterance: str, before: str, wanted: str) -> None:
    assert offered(context, "follow_up", utterance, before) == [wanted]


def test_nothing_is_swapped_that_the_turn_before_did_not_hold(context: Context) -> None:
    assert not offered(context, "follow_up", "swap Orre for Vaas", HOLM)
    assert not offered(context, "follow_up", "Holm instead of Vaas", HOLM)


@pytest.mark.parametrize(
    "utterance", ["as before but by ferry label", "same as before but per label", "the same by label"]
)
def test_figures_are_told_of_other_units_under_the_same_conditions(context: Context, utterance: str) -> None:
    assert offered(context, "follow_up", utterance, SAILED) == [
        "SELECT T2.label, count(*) FROM crossing AS T1 JOIN ferry AS T2 ON T1.ferry_id = T2.ferry_id "
        "WHERE T1.state = 'sailed' GROUP BY T2.label"
    ]


@pytest.mark.parametrize(
    "tail", ["", " but keep the rest", ", keep everything else", " and leave the others as they are"]
)
def test_a_filter_is_dropped_and_the_rest_kept(context: Context, tail: str) -> None:
    before = "SELECT label FROM ferry WHERE builder = 'Holm' AND tons > 500"
    assert offered(context, "follow_up", f"drop the filter on tons{tail}", before) == [HOLM]
