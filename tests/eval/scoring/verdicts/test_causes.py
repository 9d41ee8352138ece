"""Where the value verdict and the official one part, the rule is named."""

from __future__ import annotations

import pytest

from eval.scoring.verdicts import cause_of_difference, judge
from value_index.database import Database

CASES = {
    "distinct_stripped": ("SELECT name FROM people", "SELECT DISTINCT name FROM people"),
    "empty_width": ("SELECT name FROM people WHERE id > 9", "SELECT id, name FROM people WHERE id > 9"),
    "order_in_sub_query": (
        "SELECT id FROM (SELECT id FROM people ORDER BY id)",
        "SELECT id FROM people ORDER BY id DESC",
    ),
    "ties": (
        "SELECT id FROM people WHERE age = 30 ORDER BY age",
        "SELECT id FROM people WHERE age = 30 ORDER BY id DESC",
    ),
    "cells_sorted_apart": ("SELECT 1, '1.'", "SELECT 1.0, '1.'"),
    "float_tolerance": ("SELECT 0.3", "SELECT 0.1 + 0.2"),
    "order_not_seen": ("SELECT id FROM people ORDER  BY id", "SELECT id FROM people ORDER BY id DESC"),
}


@pytest.mark.parametrize("cause", CASES)
def test_each_cause_is_named(people: Database, cause: str) -> None:
    gold, predicted = CASES[cause]
    verdicts = judge(people, gold, predicted)
    assert verdicts.value != verdicts.official
    assert cause_of_difference(people, gold, predicted, verdicts) == cause


def test_agreement_has_no_cause(people: Database) -> None:
    verdicts = judge(people, "SELECT 1", "SELECT 1")
    assert cause_of_difference(people, "SELECT 1", "SELECT 1", verdicts) is None
