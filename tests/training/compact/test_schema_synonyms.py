"""Names that say the same in other words: identifiers, keys and numbers of names stay."""

from __future__ import annotations

import random

from training.compact.schema_synonyms import synonymised, synonyms
from value_index.schema import Column, Schema, Table


def schema(table: str, *columns: str) -> Schema:
    made = tuple(Column(name=each.replace(" ", "_"), natural_name=each) for each in columns)
    return Schema(database_id="d", tables=(Table(name="T", natural_name=table, columns=made),))


def drawn(given: Schema) -> list[Schema]:
    return [found for seed in range(40) if (found := synonymised(given, random.Random(seed)))]


def test_words_and_phrases_become_others_and_identifiers_stay() -> None:
    found = drawn(schema("employees", "employee id", "date of birth", "xyzzy"))
    assert {each.tables[0].name for each in found} == {"T"}
    tables = {each.tables[0].natural_name for each in found}
    births = {each.tables[0].columns[1].natural_name for each in found}
    assert "workers" in tables and "staff members" not in tables
    assert "birthday" in births
    assert {each.tables[0].columns[2].natural_name for each in found} == {"xyzzy"}


def test_a_part_becomes_the_same_wherever_it_stands() -> None:
    for each in drawn(schema("airport", "airport code", "airport name")):
        table = each.tables[0]
        called = table.natural_name
        assert [c.natural_name.startswith(called) for c in table.columns] == [True, True]


def test_two_columns_never_become_one() -> None:
    given = schema("person", "surname", "last name", "family name", "full name", "name")
    for each in drawn(given):
        assert len({column.natural_name for column in each.tables[0].columns}) == len(given.tables[0].columns)


def test_names_without_synonyms_stay() -> None:
    assert synonymised(schema("xyzzy", "plugh"), random.Random(0)) is None


def test_the_list_says_no_word_for_itself() -> None:
    assert len(synonyms()) > 400
    assert all(" ".join(said) not in others for said, others in synonyms().items())
