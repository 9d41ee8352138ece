"""What is asked of each of the rows that a LIMIT left, and of the one row or group at an end."""

from __future__ import annotations

import pytest

from nodes.node import Context
from tests.nodes.coverage.asking import offered
from tests.nodes.coverage.follow_ups.ferries import HOLM

HEAVIEST = "SELECT label FROM ferry ORDER BY tons DESC LIMIT 3"
LEFT = (
    "SELECT T1.label, count(*) FROM ferry AS T1 JOIN crossing AS T2 ON T1.ferry_id = T2.ferry_id "
    "WHERE T1.ferry_id IN (SELECT ferry_id FROM ferry ORDER BY tons DESC LIMIT 3) GROUP BY T1.ferry_id"
)
BUSIEST = (
    "SELECT T2.label FROM crossing AS T1 JOIN ferry AS T2 ON T1.ferry_id = T2.ferry_id "
    "GROUP BY T2.ferry_id ORDER BY count(*) DESC LIMIT 2"
)
OF_BUSIEST = LEFT.replace(
    "SELECT ferry_id FROM ferry ORDER BY tons DESC LIMIT 3", BUSIEST.replace("T2.label", "T2.ferry_id", 1)
)


@pytest.mark.parametrize(
    ("utterance", "before", "wanted"),
    [
        ("how many crossings did each make?", HEAVIEST, LEFT),
        ("And how many crossings does each of them have?", HEAVIEST, LEFT),
        ("how many crossings did each make?", BUSIEST, OF_BUSIEST),
        ("how often has each sailed?", HEAVIEST, LEFT),
        ("how many crossings did each sail?", HEAVIEST,
         LEFT.replace(" GROUP BY T1", " AND T2.state = 'sailed' GROUP BY T1")),
        ("how many harbours did each visit?", HEAVIEST,
         LEFT.replace("count(*)", "count(DISTINCT T3.harbour_id)").replace(
             " WHERE", " JOIN harbour AS T3 ON T2.harbour_id = T3.harbour_id WHERE")),
    ],
)  # fmt: skip
def test_a_figure_is_told_of_each_row_left(context: Context, utterance: str, before: str, wanted: str) -> None:
    assert offered(context, "follow_up", utterance, before) == [wanted]


def test_how_often_is_told_of_a_plain_list(context: Context) -> None:
    assert offered(context, "follow_up", "how many times was each one sailed?", HOLM) == [
        "SELECT T1.label, count(*) FROM ferry AS T1 JOIN crossing AS T2 ON T1.ferry_id = T2.ferry_id "
        "WHERE T1.builder = 'Holm' GROUP BY T1.ferry_id"
    ]


COUNTS = "SELECT builder, count(*) FROM ferry GROUP BY builder"
FIRST = f"{COUNTS} ORDER BY count(*) DESC LIMIT 1"
LAST = f"{COUNTS} ORDER BY count(*) LIMIT 1"
LOST = (
    "SELECT T2.label, 100.0 * sum(CASE WHEN T1.state = 'cancelled' THEN 1 ELSE 0 END) / count(*) "
    "FROM crossing AS T1 JOIN ferry AS T2 ON T1.ferry_id = T2.ferry_id GROUP BY T2.ferry_id"
)
SHARE = "100.0 * sum(CASE WHEN T1.state = 'cancelled' THEN 1 ELSE 0 END) / count(*)"


@pytest.mark.parametrize(
    ("utterance", "before", "wanted"),
    [
        ("the worst one?", COUNTS, LAST),
        ("and the last one?", COUNTS, LAST),
        ("the highest?", COUNTS, FIRST),
        ("and the last one?", FIRST, LAST),
        ("and the best?", LAST, FIRST),
        ("the worst one?", LOST, f"{LOST} ORDER BY {SHARE} DESC LIMIT 1"),
    ],
)
def test_the_group_at_an_end_is_named(context: Context, utterance: str, before: str, wanted: str) -> None:
    assert offered(context, "follow_up", utterance, before) == [wanted]


@pytest.mark.parametrize("utterance", ["the worst one?", "and the last one?"])
def test_an_end_that_is_there_already_is_no_follow_up(context: Context, utterance: str) -> None:
    assert LAST not in offered(context, "follow_up", utterance, LAST)
    assert not offered(context, "follow_up", utterance, HOLM)


IN_RANK = "(SELECT T2.ferry_id FROM crossing AS T1 JOIN ferry AS T2 ON T1.ferry_id = T2.ferry_id GROUP BY T2.ferry_id ORDER BY count(*) DESC LIMIT {0})"
OF_RANK = "FROM ferry AS T1 JOIN crossing AS T2 ON T1.ferry_id = T2.ferry_id WHERE T1.ferry_id"


@pytest.mark.parametrize(
    ("utterance", "limit", "wanted"),
    [
        ("how many of them were cancelled?", 1,
         f"SELECT count(*) {OF_RANK} = {IN_RANK.format(1)} AND T2.state = 'cancelled'"),
        ("how many is that?", 1, f"SELECT count(*) {OF_RANK} = {IN_RANK.format(1)}"),
        ("how many of those were cancelled?", 2,
         f"SELECT T1.label, count(*) {OF_RANK} IN {IN_RANK.format(2)} AND T2.state = 'cancelled' GROUP BY T1.ferry_id"),
        ("how many of them are by Vaas?", 2,
         f"SELECT count(*) FROM ferry WHERE ferry_id IN {IN_RANK.format(2)} AND builder = 'Vaas'"),
    ],
)  # fmt: skip
def test_rows_that_ranked_are_counted_and_the_rank_stays(
    context: Context, utterance: str, limit: int, wanted: str
) -> None:
    before = BUSIEST.replace("LIMIT 2", f"LIMIT {limit}")
    assert offered(context, "follow_up", utterance, before) == [wanted]


def test_rows_of_a_rank_by_a_column_are_counted_as_ever(context: Context) -> None:
    assert not offered(context, "follow_up", "how many of them were cancelled?", HEAVIEST)
