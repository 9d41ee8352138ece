"""Numbers beside each thing of a list: stored ones, and counts of other rows."""

from __future__ import annotations

import pytest

from nodes.node import Context
from tests.nodes.coverage.asking import offered
from tests.nodes.coverage.follow_ups.ferries import HOLM

WITH_CROSSINGS = (
    "SELECT T1.label, count(*) FROM ferry AS T1 JOIN crossing AS T2 ON T1.ferry_id = T2.ferry_id "
    "WHERE T1.builder = 'Holm' GROUP BY T1.ferry_id"
)


@pytest.mark.parametrize(
    ("utterance", "before", "wanted"),
    [
        ("with how many tons", HOLM, HOLM.replace("label", "label, tons")),
        ("and with how many tons each", HOLM.replace("label", "*"), HOLM.replace("label", "label, tons")),
        ("with how many crossings each", HOLM, WITH_CROSSINGS),
        ("with the number of crossings they made", HOLM.replace("label", "*"), WITH_CROSSINGS),
        ("with how many tons", f"{HOLM} ORDER BY tons LIMIT 1", f"{HOLM} ORDER BY tons LIMIT 1".replace("label", "label, tons")),
    ],
)  # fmt: skip
def test_a_number_stands_beside_each_thing(context: Context, utterance: str, before: str, wanted: str) -> None:
    assert offered(context, "follow_up", utterance, before) == [wanted]


def test_nothing_stands_beside_a_figure(context: Context) -> None:
    assert not offered(context, "follow_up", "with how many tons", "SELECT count(*) FROM ferry")
