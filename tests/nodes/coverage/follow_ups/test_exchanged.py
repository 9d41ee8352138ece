"""Times, numbers and figures exchanged, and the same asked of something else."""

from __future__ import annotations

import pytest

from nodes.node import Context
from tests.nodes.coverage.asking import offered
from tests.nodes.coverage.follow_ups.ferries import fired


def test_a_year_is_exchanged_without_a_preposition(context: Context) -> None:
    in_2022 = "SELECT crossing_id FROM crossing WHERE sailed_on >= '2022-01-01' AND sailed_on < '2023-01-01'"
    in_2023 = "SELECT crossing_id FROM crossing WHERE sailed_on >= '2023-01-01' AND sailed_on < '2024-01-01'"
    assert in_2023 in offered(context, "condition", "and 2023?", in_2022)
    assert "exchanges_value" in fired(context, "and 2023?", in_2023, in_2022)


def test_a_number_is_exchanged(context: Context) -> None:
    before = "SELECT label FROM ferry WHERE tons > 500"
    assert offered(context, "number", "make it 600", before) == [before.replace("500", "600")]
    assert offered(context, "number", "Make that 2", "SELECT label FROM ferry ORDER BY tons LIMIT 5") == [
        "SELECT label FROM ferry ORDER BY tons LIMIT 2"
    ]
    assert not offered(context, "number", "Which have 600?", before)
    assert "number_missed" in fired(context, "make it 600", before, before)


def test_what_about_a_column_asks_the_same_figure_of_it(context: Context) -> None:
    before = "SELECT harbour_id, avg(skipper_id) FROM crossing GROUP BY harbour_id"
    wanted = "SELECT builder, avg(tons) FROM ferry GROUP BY builder"
    assert wanted in offered(context, "figure", "What about the tons?", wanted.replace("tons", "ferry_id"))
    assert not offered(context, "figure", "What about Cork?", before)


def test_the_same_shows_the_same(context: Context) -> None:
    before = "SELECT label, tons FROM ferry WHERE builder = 'Holm' ORDER BY tons"
    after = before.replace("Holm", "Vaas")
    assert "same_changed" not in fired(context, "The same for Vaas", after, before)
    assert "same_changed" in fired(context, "The same for Vaas", after.replace(", tons FROM", " FROM"), before)


def test_a_number_is_compared_with_the_only_one_shown(context: Context) -> None:
    before = "SELECT label, tons FROM ferry"
    assert f"{before} WHERE tons < 600" in offered(context, "condition", "under 600", before)


IN_2022 = "SELECT crossing_id FROM crossing WHERE sailed_on >= '2022-01-01' AND sailed_on < '2023-01-01'"


@pytest.mark.parametrize(
    ("before", "utterance", "first", "end"),
    [
        (IN_2022, "and the year before?", "2021-01-01", "2022-01-01"),
        (IN_2022, "What about the following year?", "2023-01-01", "2024-01-01"),
        ("SELECT crossing_id FROM crossing WHERE sailed_on LIKE '2022-03%'", "the month after", "2022-04-01", "2022-05-01"),
        (IN_2022.replace("2023-01-01", "2022-02-01"), "and in March?", "2022-03-01", "2022-04-01"),
    ],
)  # fmt: skip
def test_a_time_is_told_by_the_one_before(context: Context, before: str, utterance: str, first: str, end: str) -> None:
    wanted = f"SELECT crossing_id FROM crossing WHERE sailed_on >= '{first}' AND sailed_on < '{end}'"
    assert wanted in offered(context, "condition", utterance, before)
    assert "period_exchanged" in fired(context, utterance, wanted, before)


def test_a_figure_stands_in_the_place_of_another(context: Context) -> None:
    before = "SELECT builder, sum(tons) FROM ferry GROUP BY builder"
    wanted = before.replace("sum", "avg")
    assert wanted in offered(context, "figure", "instead of the total give me the average", before)
    assert "figure_missed" in fired(context, "instead of the total give me the average", before, before)
    assert "figure_missed" not in fired(context, "instead of the total give me the average", wanted, before)


def test_a_value_tells_rows_apart_though_a_column_has_its_name(context: Context) -> None:
    before = "SELECT crossing_id FROM crossing WHERE state = 'cancelled'"
    assert before.replace("cancelled", "sailed") in offered(context, "condition", "and the sailed ones?", before)


def test_a_month_stays_within_the_year_before(context: Context) -> None:
    of_2022 = "SELECT crossing_id FROM crossing WHERE sailed_on >= '2022-01-01' AND sailed_on < '2023-01-01'"
    march = f"{of_2022} AND strftime('%m', sailed_on) = '03'"
    assert march in offered(context, "condition", "Only in March", of_2022)
    assert f"{of_2022} AND strftime('%m', sailed_on) BETWEEN '03' AND '06'" in offered(
        context, "condition", "Only March to June", of_2022
    )
    assert march.replace("'03'", "'04'") in offered(context, "condition", "And in April?", march)
