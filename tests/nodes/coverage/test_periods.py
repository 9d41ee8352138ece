"""The stretches of time that words name."""

from __future__ import annotations

from datetime import date

import pytest

from nodes.coverage.following_periods import TimeBefore, following_periods
from nodes.coverage.periods import find_periods

TODAY = date(2026, 3, 15)
CASES = [
    ("How many sales were there in 2024?", "2024-01-01", "2025-01-01"),
    ("between 2023-01-05 and 2023-12-31", "2023-01-05", "2024-01-01"),
    ("from 2010 to 2012", "2010-01-01", "2013-01-01"),
    ("orders from 1997", "1997-01-01", "1998-01-01"),
    ("films from the 1990s", "1990-01-01", "2000-01-01"),
    ("starting from 1997", "1997-01-01", None),
    ("from 1997 onwards", "1997-01-01", None),
    ("from 2024-02-29", "2024-02-29", None),
    ("before June 2023", None, "2023-06-01"),
    ("those published since 2015", "2015-01-01", None),
    ("opened after 2003", "2004-01-01", None),
    ("sold in 2010 or later", "2010-01-01", None),
    ("in the third quarter of 2024", "2024-07-01", "2024-10-01"),
    ("in the 1990s", "1990-01-01", "2000-01-01"),
    ("last year", "2025-01-01", "2026-01-01"),
    ("this month", "2026-03-01", "2026-04-01"),
    ("on 2024-02-29", "2024-02-29", "2024-03-01"),
]


@pytest.mark.parametrize(("text", "first", "end"), CASES)
def test_a_period_is_read_with_the_words_around_it(text: str, first: str | None, end: str | None) -> None:
    (period,) = find_periods(text, TODAY)
    assert (period.first and period.first.isoformat(), period.end and period.end.isoformat()) == (first, end)


@pytest.mark.parametrize(
    "text", ["more than 2000 people", "at least 1990", "2000 dollars", "May I see them?", "flight 12345"]
)
def test_a_number_that_counts_is_no_year(text: str) -> None:
    assert find_periods(text, TODAY) == ()


def test_a_month_of_any_year_is_open_on_both_sides() -> None:
    (period,) = find_periods("orders in June", TODAY)
    assert (period.month, period.first, period.end) == (6, None, None)


@pytest.mark.parametrize("said", ["What about April?", "just April", "and April then", "April instead"])
def test_a_month_alone_is_that_of_the_year_before(said: str) -> None:
    before = TimeBefore(date(2023, 3, 1), date(2023, 4, 1))
    (april,) = following_periods(said, find_periods(said), before)
    assert (april.first, april.end) == (date(2023, 4, 1), date(2023, 5, 1))


def test_a_month_alone_is_no_time_where_none_was_asked_for() -> None:
    assert not following_periods("What about April?", (), None)
    assert not following_periods("and the April offers?", (), TimeBefore(date(2023, 3, 1), date(2023, 4, 1)))
