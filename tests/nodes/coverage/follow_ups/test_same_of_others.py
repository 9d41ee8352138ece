"""The same count of other things: of what the rows lead to, of what leads to the things, of another table."""

from __future__ import annotations

import pytest

from nodes.node import Context
from tests.nodes.coverage.asking import offered
from tests.nodes.coverage.follow_ups.ferries import fired

FERRIES = (
    "SELECT T2.label, count(*) FROM crossing AS T1 JOIN ferry AS T2 ON T1.ferry_id = T2.ferry_id "
    "WHERE T1.state = 'sailed' GROUP BY T2.ferry_id"
)
SKIPPERS = (
    "SELECT T2.full_name, count(*) FROM crossing AS T1 JOIN skipper AS T2 ON T1.skipper_id = T2.skipper_id "
    "WHERE T1.state = 'sailed' GROUP BY T2.skipper_id"
)
HARBOURS = (
    "SELECT T2.name, count(*) FROM skipper AS T1 JOIN harbour AS T2 ON T1.harbour_id = T2.harbour_id "
    "WHERE T2.country = 'Ireland' GROUP BY T2.harbour_id"
)


@pytest.mark.parametrize(
    ("utterance", "before", "wanted"),
    [
        ("the same for skippers", FERRIES, SKIPPERS),
        ("Now show the same thing for the skippers", FERRIES, SKIPPERS),
        ("the same for crossings", HARBOURS, HARBOURS.replace("skipper AS T1", "crossing AS T1")),
        ("same for skippers per harbour", FERRIES,
         "SELECT T2.name, count(*) FROM skipper AS T1 JOIN harbour AS T2 ON T1.harbour_id = T2.harbour_id GROUP BY T2.harbour_id"),
        ("now skippers per harbour", FERRIES,
         "SELECT T2.name, count(*) FROM skipper AS T1 JOIN harbour AS T2 ON T1.harbour_id = T2.harbour_id GROUP BY T2.harbour_id"),
        ("the same for skippers", "SELECT count(*) FROM ferry", "SELECT count(*) FROM skipper"),
    ],
)  # fmt: skip
def test_other_things_are_counted_alike(context: Context, utterance: str, before: str, wanted: str) -> None:
    assert offered(context, "follow_up", utterance, before) == [wanted]


@pytest.mark.parametrize(
    ("utterance", "before"),
    [
        ("the same for ferries", FERRIES),
        ("the same for skippers", "SELECT count(*) FROM ferry WHERE builder = 'Holm'"),
        ("the same for Holm", FERRIES),
    ],
)
def test_nothing_is_counted_alike_where_a_condition_would_be_lost(
    context: Context, utterance: str, before: str
) -> None:
    assert not offered(context, "follow_up", utterance, before)


def test_a_further_table_counts_other_rows(context: Context) -> None:
    more = "SELECT count(*) FROM skipper AS T1 JOIN crossing AS T2 ON T1.skipper_id = T2.skipper_id"
    assert "follow_up_missing" in fired(context, "the same for skippers", more, "SELECT count(*) FROM ferry")
    assert "follow_up_missing" not in fired(
        context, "the same for skippers", "SELECT count(*) FROM skipper", "SELECT count(*) FROM ferry"
    )
