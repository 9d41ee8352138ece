"""Shares of what each group counted."""

from __future__ import annotations

import pytest

from nodes.node import Context
from tests.nodes.coverage.asking import offered
from tests.nodes.coverage.follow_ups.ferries import HOLM

COUNTS = (
    "SELECT T2.label, count(*) FROM crossing AS T1 JOIN ferry AS T2 ON T1.ferry_id = T2.ferry_id "
    "WHERE T1.sailed_on >= '2022-01-01' GROUP BY T2.ferry_id"
)
SHARE = "100.0 * sum(CASE WHEN T1.state = 'cancelled' THEN 1 ELSE 0 END) / count(*)"


@pytest.mark.parametrize(
    "utterance",
    ["what share of them was cancelled?", "And what percentage of those were cancelled?", "what share is cancelled?",
     "what proportion of the crossings was cancelled?"],
)  # fmt: skip
def test_a_share_is_told_of_each_group(context: Context, utterance: str) -> None:
    assert offered(context, "follow_up", utterance, COUNTS) == [COUNTS.replace("count(*)", SHARE, 1)]


def test_a_share_of_a_list_is_told_of_no_group(context: Context) -> None:
    assert not offered(context, "follow_up", "what share of them was cancelled?", HOLM)
    assert not offered(context, "follow_up", "what share of all is that?", COUNTS)


def test_groups_cut_by_their_count_stay_those(context: Context) -> None:
    top = f"{COUNTS} ORDER BY count(*) DESC LIMIT 2"
    assert offered(context, "follow_up", "what share of them was cancelled?", top) == [
        top.replace("count(*)", SHARE, 1)
    ]
