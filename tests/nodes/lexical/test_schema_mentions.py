"""Where an utterance names tables and columns."""

from __future__ import annotations

import pytest

from nodes.lexical.evidence import display_columns
from nodes.lexical.schema_mentions import Mentions, find_mentions
from nodes.lexical.utterance import Utterance
from nodes.node import Context
from tests.nodes.library import library
from value_index.schema import Column, ColumnRef, Schema, Table


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Context:
    return library(tmp_path_factory.mktemp("library"))


def mentions(context: Context, text: str) -> Mentions:
    return find_mentions(Utterance.of(text), context.schema)


def best(found: Mentions) -> list[str]:
    return [str(mention.candidates[0][0]) for mention in found.columns]


def test_columns_in_order_by_stems(context: Context) -> None:
    assert best(mentions(context, "genres and page of everything")) == ["book.genre", "book.pages"]


def test_a_coordination_shares_its_last_word(context: Context) -> None:
    assert best(mentions(context, "the first and last names of authors"))[:2] == [
        "author.first_name",
        "author.last_name",
    ]


def test_identifiers_as_they_are_spelled(context: Context) -> None:
    assert "loan.loan_date" in best(mentions(context, "loandate please"))


def test_near_spellings(context: Context) -> None:
    assert best(mentions(context, "the nationalty")) == ["author.nationality"]


def test_tables(context: Context) -> None:
    found = mentions(context, "how many loans?")
    assert found.table_score("loan") == 1.0
    assert found.table_score("author") == 0.0


def test_nothing(context: Context) -> None:
    assert mentions(context, "") == Mentions()
    assert mentions(context, "hello there").columns == ()


def test_what_stands_for_a_row(context: Context) -> None:
    author, book, loan = context.schema.tables
    assert [ref.column for ref in display_columns(author)] == ["first_name", "last_name"]
    assert display_columns(book) == (ColumnRef(table="book", column="title"),)
    assert display_columns(loan) == (ColumnRef(table="loan", column="reader_name"),)


@pytest.mark.parametrize("text", ["Sort them by pages, highest first.", "The most expensive ones first."])
def test_what_comes_first_is_no_first_name(context: Context, text: str) -> None:
    assert "author.first_name" not in best(mentions(context, text))


def test_a_first_name_beside_a_superlative_is_one(context: Context) -> None:
    assert "author.first_name" in best(mentions(context, "the oldest author's first name"))


@pytest.mark.parametrize(
    ("columns", "shown"),
    [
        (("id", "title", "first_name", "last_name"), ("first_name", "last_name")),
        (("id", "title", "author_first_name", "author_last_name"), ("title",)),
        (("id", "first_name", "last_name", "name"), ("name",)),
        (("id", "person_first_name", "person_last_name", "description"), ("person_first_name", "person_last_name")),
    ],
)
def test_a_title_is_no_persons_name(columns: tuple[str, ...], shown: tuple[str, ...]) -> None:
    made = tuple(Column(name=each, natural_name=each.replace("_", " ")) for each in columns)
    table = Table(name="person", natural_name="person", columns=made)
    assert tuple(ref.column for ref in display_columns(table)) == shown


def test_no_date_and_no_flag_calls_a_row() -> None:
    made = tuple(
        Column(name=each, natural_name=each.replace("_", " "), kind="text")
        for each in ("no", "is_rush", "due_date", "placed_on")
    )
    assert display_columns(Table(name="errand", natural_name="errand", columns=made))[0].column == "no"


def _schema(*tables: str) -> Schema:
    named = (name.replace("_", " ") for name in tables)
    key = Column(name="id", natural_name="id", kind="number")
    return Schema(
        database_id="x",
        tables=tuple(Table(name=n, natural_name=w, columns=(key,)) for n, w in zip(tables, named, strict=True)),
    )


@pytest.mark.parametrize(
    ("tables", "named"),
    [
        (("repair_job", "job_part"), "repair_job"),
        (("repair_job", "night_job"), None),
        (("repair_job", "job"), "job"),
    ],
)
def test_the_last_word_of_a_name_calls_its_table_where_no_other_name_ends_so(
    tables: tuple[str, ...], named: str | None
) -> None:
    found = find_mentions(Utterance.of("how many jobs are open"), _schema(*tables)).tables
    assert [each.table for each in found if each.score >= 0.8] == ([named] if named else [])
