"""Counts, superlatives, comparisons and other cues."""

from __future__ import annotations

import pytest

from nodes.lexical.comparisons import average_comparison, number_of
from nodes.lexical.cues import Cues
from nodes.lexical.utterance import Utterance


def cues(text: str) -> Cues:
    return Cues(Utterance.of(text))


@pytest.mark.parametrize(
    ("text", "operator", "number"),
    [
        ("older than 30", ">", 30),
        ("at least three books", ">=", 3),
        ("no more than 1,200 pages", "<=", 1200),
        ("5 or more", ">=", 5),
        ("before 1999", "<", 1999),
        ("fewer than 2.5 points", "<", 2.5),
    ],
)
def test_comparisons(text: str, operator: str, number: float) -> None:
    (found,) = cues(text).comparisons
    assert (found.operator, found.number) == (operator, number)


def test_two_numbers_with_their_own_comparisons() -> None:
    assert [(each.operator, each.number) for each in cues("above 50 or below 46").comparisons] == [
        (">", 50),
        ("<", 46),
    ]


def test_a_comparison_with_the_average() -> None:
    assert average_comparison(Utterance.of("books with more pages than the average")) == (6, ">")
    assert average_comparison(Utterance.of("the average number of pages")) is None


def test_chatter_does_not_point_back() -> None:
    assert not cues("Only two of them, thanks. How many authors are there?").pronoun
    assert cues("Great! How old are they?").pronoun


def test_superlatives_with_direction_and_limit() -> None:
    (found,) = cues("the 3 oldest authors").superlatives
    assert (found.descending, found.limit, found.implied) == (True, 3, ("age",))
    (found,) = cues("the least common genre").superlatives
    assert not found.descending


@pytest.mark.parametrize("text", ["at most 3 books", "the first name", "the total number of books"])
def test_words_that_are_no_superlative(text: str) -> None:
    assert cues(text).superlatives == ()


def test_the_head_ends_at_the_first_condition() -> None:
    found = cues("show the titles whose genre is poetry")
    assert found.head_end(0, 7) == 3
    found = cues("list ids with their titles")
    assert found.head_end(0, 5) == 5


def test_pointing_back() -> None:
    assert cues("What are their ages?").pronoun
    assert cues("What about Poetry?").follow
    assert not cues("How many authors are there?").pronoun


@pytest.mark.parametrize(
    ("text", "pattern"), [('containing "Rain"', "%Rain%"), ("that start with Sa", "Sa%"), ("ends with s", "%s")]
)
def test_parts_of_texts(text: str, pattern: str) -> None:
    (found,) = cues(text).parts
    assert found.pattern == pattern


def test_numbers() -> None:
    assert [number_of(word) for word in ("twelve", "7", "1.5", "many", "5th")] == [12, 7, 1.5, None, None]
