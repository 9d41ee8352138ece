"""Mentions, numbers, operators and other names."""

from __future__ import annotations

import pytest

from value_index.grounding.aliases import Aliases
from value_index.grounding.spans import mentions
from value_index.text.dates import Dates
from value_index.text.folding import fold
from value_index.text.operators import operator_hint
from value_index.text.tokens import tokens


def found(text: str) -> dict[str, str]:
    return {mention.text: mention.kind for mention in mentions(text, tokens(text))}


def test_spans_quotes_and_numbers() -> None:
    text = 'students named "Mary Ann" from New York, aged twenty five'
    kinds = found(text)
    assert kinds["New York"] == "words"
    assert [mention.text for mention in mentions(text, tokens(text)) if mention.kind == "number"] == ["twenty five"]
    assert "from" not in kinds and "named" in kinds
    quoted = [m.text for m in mentions("film 'Jaws'", tokens("film 'Jaws'")) if m.kind == "quoted"]
    assert quoted == ["Jaws"]


def test_a_span_does_not_reach_over_a_question() -> None:
    kinds = found("in Rome? Paris then")
    assert "Rome" in kinds and "Paris" in kinds and "Rome? Paris" not in kinds


@pytest.mark.parametrize(
    ("text", "number"),
    [("1,200 cars", 1200), ("3.5 stars", 3.5), ("two hundred and", 200), ("three million", 3e6), ("3 million", 3e6),
     ("nineteen", 19), ("forty two", 42), ("one hundred twenty", 120)],
)  # fmt: skip
def test_numbers(text: str, number: float) -> None:
    assert next(m.number for m in mentions(text, tokens(text)) if m.kind == "number") == number


@pytest.mark.parametrize(
    ("before", "after", "operator"),
    [("older than", "", ">"), ("at least", "", ">="), ("no more than", "", "<="), ("fewer than", "", "<"),
     ("before", "", "<"), ("after the year", "", "="), ("after", "", ">"), ("", "or more", ">="), ("between", "", "between"),
     ("between 3 and", "", "between"), ("not from", "", "!="), ("other than", "", "!="), ("contains the word", "", "like"),
     ("since", "", ">="), ("greater than or equal to", "", ">="), ("less than or equal to", "", "<="), ("is", "", "="),
     ("up to", "", "<="), ("taller than", "", ">"), ("", "or earlier", "<=")],
)  # fmt: skip
def test_operator_hints(before: str, after: str, operator: str) -> None:
    assert operator_hint(before, after) == operator


@pytest.mark.parametrize(
    ("mention", "name"),
    [("France", "fr"), ("France", "fra"), ("FR", "france"), ("FRA", "france"), ("French", "france"), ("USA", "united states"),
     ("US", "united states"), ("Americans", "united states"), ("UK", "united kingdom"), ("British", "united kingdom"),
     ("Canadian", "canada"), ("Mexican", "mexico"), ("Indian", "india"), ("Swiss", "switzerland"), ("German", "germany"),
     ("Brazilian", "brazil"), ("euros", "eur"), ("English", "eng"), ("Spanish", "spa"), ("Burma", "myanmar"),
     ("Dutch", "netherlands"), ("Chilean", "chile"), ("Egyptians", "egypt"), ("Japanese", "jpn"), ("Irish", "ireland"),
     ("Filipinos", "philippines"), ("Peruvian", "peru"), ("usa", "united states"), ("Ohio", "oh"), ("TX", "texas")],
)  # fmt: skip
def test_other_names(mention: str, name: str) -> None:
    assert name in {alias.name for alias in Aliases().of(mention, fold(mention))}


@pytest.mark.parametrize("word", ["in", "it", "us", "me", "is", "no", "students", "person", "name", "italic bold"])
def test_common_words_have_no_other_name(word: str) -> None:
    assert Aliases().of(word, fold(word)) == ()


def test_a_text_in_capitals_has_no_codes_among_its_small_words() -> None:
    text = "IS IT IN FR?"
    assert [mention.text for mention in mentions(text, tokens(text))] == ["FR"]
    mixed = found("SORT THE DOGS | They are sorted | FIND DOGS IN US states")
    assert "IN" not in mixed and "US" in mixed


@pytest.mark.parametrize("text", ["Yes! Which ones?", "In all. Can you?", "Just those"])
def test_the_capital_that_begins_a_sentence_makes_no_name(text: str) -> None:
    assert not {"Yes", "In", "Can", "Just"} & found(text).keys()
    assert "The Just" in found("The Just is a film") and "US" in found("US cities")


def test_a_people_is_that_of_a_country() -> None:
    assert Aliases().people("egypt") == "egyptian" and Aliases().people("hong kong") is not None
    assert Aliases().people("arabic") is None and Aliases().people("eg") is None


@pytest.mark.parametrize(
    ("text", "stored"),
    [("March 5th, 2010", "2010-03-05"), ("5 Mar 2010", "March 5, 2010"), ("the 5th of March 2010", "05/03/2010"),
     ("2010-03-05", "3/5/2010"), ("03/05/2010", "5-Mar-10"), ("3/5/2010", "2010-03-05 00:00:00"), ("5.3.2010", "20100305")],
)  # fmt: skip
def test_dates_reach_the_spelling_that_is_stored(text: str, stored: str) -> None:
    dates = Dates()
    mention = next(dates.find(f"on {text}?"))
    assert fold(stored) in {spelling for day in mention.dates for spelling in dates.spellings(day)}


@pytest.mark.parametrize("text", ["31 February 2010", "13/13/2010", "May I ask", "in March", "version 1.2"])
def test_what_is_no_date_is_none(text: str) -> None:
    assert list(Dates().find(text)) == []


def test_a_hyphen_joins_a_function_word_to_a_name() -> None:
    text = "How many no-shows and on hold ones"
    found = {each.folded for each in mentions(text, tokens(text))}
    assert "no shows" in found
    assert "on hold" not in found
