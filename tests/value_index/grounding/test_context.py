"""The words around a mention, and what they say of columns and counts."""

from __future__ import annotations

import pytest

from value_index.grounding.context import Context, Names, make_stem
from value_index.schema import Column, Schema, Table
from value_index.text.tokens import tokens

STEM = make_stem()
SCHEMA = Schema(
    database_id="polls",
    tables=(
        Table(
            name="candidate",
            natural_name="candidate",
            columns=(
                Column(name="poll_source", natural_name="poll source", kind="text"),
                Column(name="name", natural_name="name", kind="text"),
                Column(name="student_id", natural_name="student id", kind="number"),
            ),
        ),
    ),
)
NAMES = Names.of(SCHEMA, STEM)
POLL, NAME, ID = SCHEMA.columns


def context(text: str) -> Context:
    return Context.of(tokens(text), NAMES, STEM)


@pytest.mark.parametrize(
    ("text", "first", "inside"),
    [("which poll source was it", 1, True), ("which sources of a poll", 4, False), ("the poll of Ann", 1, False),
     ("list the name", 2, False)],
)  # fmt: skip
def test_a_mention_inside_the_name_of_a_column(text: str, first: int, *, inside: bool) -> None:
    assert context(text).is_in_name(first, first + 1, NAMES) is inside


@pytest.mark.parametrize(
    ("text", "first", "extreme"),
    [("the 3 youngest winners", 1, 1.0), ("the longest time", 2, 1.0), ("the 3 winners", 1, 0.0), ("rest of 3 cats", 2, 0.0)],
)  # fmt: skip
def test_superlatives_beside_a_mention(text: str, first: int, extreme: float) -> None:
    assert context(text).extreme(first, first + 1) == extreme


def test_counts_and_averages() -> None:
    assert context("all 10 of them").counts_of(2) and not context("10 of the cats").counts_of(1)
    said = context("where the average life expectancy is greater than 72")
    assert said.totalled(8) and not context("those greater than 72").totalled(3)


def test_the_parts_of_a_written_name_are_words() -> None:
    said = context("what is student_id 4")
    assert said.adjacent(3, 4, NAMES.columns[ID]) == said.near(3, 4, NAMES.columns[ID]) == 1.0
