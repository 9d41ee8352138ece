"""Which interpretations the words of a turn allow."""

from __future__ import annotations

import pytest

from nodes.lexical.candidates import candidates
from nodes.lexical.evidence import Evidence
from nodes.lexical.interpretation import COUNT, Interpretation
from nodes.node import Context
from tests.nodes.library import answered, library
from value_index.schema import ColumnRef

MYSTERIES = ("Which books are mysteries?", "SELECT title FROM book WHERE genre = 'Mystery'")


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Context:
    return library(tmp_path_factory.mktemp("library"))


def evidence(context: Context, question: str, *history: tuple[str, str]) -> Evidence:
    state = answered(context, question, *history)
    return Evidence.of(state.model_copy(update={"plans": None}), context)


def interpretations(context: Context, question: str, *history: tuple[str, str]) -> list[Interpretation]:
    return candidates(evidence(context, question, *history))


def test_no_reading_comes_twice(context: Context) -> None:
    found = interpretations(context, "How many books are there for each genre?", MYSTERIES)
    assert len(found) == len(set(found))


def test_a_first_turn_has_only_fresh_readings(context: Context) -> None:
    assert {interpretation.base for interpretation in interpretations(context, "Show the titles of the books.")} == {
        "fresh"
    }


def test_a_follow_up_has_edits_too(context: Context) -> None:
    bases = {interpretation.base for interpretation in interpretations(context, "What are their titles?", MYSTERIES)}
    assert bases == {"fresh", "swap", "extend", "narrow"}


def test_two_values_of_a_column_may_be_an_intersection(context: Context) -> None:
    found = interpretations(context, "Which authors wrote both Mystery and Poetry books?")
    assert any(len(interpretation.both) == 2 for interpretation in found)


def test_a_negation_may_exclude_a_value_or_the_rows_of_a_table(context: Context) -> None:
    found = interpretations(context, "Which authors have not written any book of the genre Poetry?")
    assert any(f.operator == "!=" for interpretation in found for f in interpretation.filters)
    assert any(interpretation.excepting for interpretation in found)
    found = interpretations(context, "Which books have no loans?")
    assert any(interpretation.without == "loan" for interpretation in found)


def test_a_number_of_rows_is_a_condition_on_groups(context: Context) -> None:
    found = interpretations(context, "Which authors have more than 2 books?")
    assert any(f.column is None and f.values == (2,) for interpretation in found for f in interpretation.filters)


def test_superlatives_rank_by_a_column_or_by_a_count(context: Context) -> None:
    found = interpretations(context, "Which genre has the most books?")
    assert any(
        interpretation.sort and interpretation.sort.item == COUNT and interpretation.group for interpretation in found
    )
    found = interpretations(context, "Who is the oldest author?")
    ages = ColumnRef(table="author", column="age")
    assert any(
        interpretation.sort and interpretation.sort.item.column == ages and interpretation.sort.descending
        for interpretation in found
    )
