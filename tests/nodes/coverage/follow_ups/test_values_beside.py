"""Values that come beside, or in the place of, one before; the others."""

from __future__ import annotations

import pytest

from nodes.node import Context
from tests.nodes.coverage.asking import offered
from tests.nodes.coverage.follow_ups.ferries import BOTH, HOLM, VAAS, fired


@pytest.mark.parametrize("utterance", ["And Vaas too", "Vaas as well, please", "Add Vaas"])
def test_a_value_comes_beside_the_one_before(context: Context, utterance: str) -> None:
    assert BOTH in offered(context, "condition", utterance, HOLM)
    assert "added_value_lost" in fired(context, utterance, VAAS, HOLM)
    assert not {"added_value_lost", "adds_filters_lost", "exchange_ignored"} & fired(context, utterance, BOTH, HOLM)


def test_a_third_value_joins_two(context: Context) -> None:
    wanted = "SELECT label FROM ferry WHERE builder = 'Holm' OR builder = 'Vaas' OR builder = 'Orre'"
    assert wanted in offered(context, "condition", "Orre too", BOTH)


def test_a_value_is_exchanged_where_no_word_adds_it(context: Context) -> None:
    assert VAAS in offered(context, "condition", "And Vaas?", HOLM)
    assert "exchange_ignored" in fired(context, "And Vaas?", BOTH, HOLM)


def test_the_values_left_open_stay_open(context: Context) -> None:
    ordered = "SELECT label FROM ferry WHERE builder = 'Holm' ORDER BY tons DESC"
    found = offered(context, "earlier", "Sort them by tons, heaviest first", BOTH, plan=ordered)
    assert "SELECT label FROM ferry WHERE builder = 'Holm' OR builder = 'Vaas' ORDER BY tons DESC" in found


def test_values_beside_each_other_do_not_both_have_to_hold(context: Context) -> None:
    both = f"{HOLM} INTERSECT {VAAS}"
    assert "added_value_lost" in fired(context, "and Vaas too", both, HOLM)


@pytest.mark.parametrize("utterance", ["and the other ones?", "What about the rest?", "the others"])
def test_the_others_are_what_was_left_out(context: Context, utterance: str) -> None:
    wanted = "SELECT label FROM ferry WHERE builder != 'Holm'"
    assert offered(context, "others", utterance, HOLM) == [wanted]
    assert "others_missed" in fired(context, utterance, HOLM, HOLM)
    assert "others_missed" not in fired(context, utterance, wanted, HOLM)


def test_the_others_keep_the_older_conditions(context: Context) -> None:
    heavy = f"{HOLM} AND tons > 500"
    assert offered(context, "others", "and the others?", HOLM, heavy) == [f"{HOLM} AND tons <= 500"]


def test_a_no_that_answers_denies_nothing(context: Context) -> None:
    assert VAAS in offered(context, "condition", "No, just Vaas", "SELECT label FROM ferry")
    assert "SELECT label FROM ferry WHERE builder != 'Vaas'" in offered(
        context, "condition", "not Vaas", "SELECT label FROM ferry"
    )
