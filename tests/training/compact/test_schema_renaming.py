"""Renamed schemas: names and what was said change together, identifiers and keys do not."""

from __future__ import annotations

import random

from nodes.lexical.utterance import stem
from training.compact.schema_renaming import name_stems, renamed, vocabulary
from value_index.schema import Column, Schema, Table

SCHEMA = Schema(
    database_id="pets",
    tables=(
        Table(
            name="Pets",
            natural_name="pets",
            columns=(
                Column(name="PetID", natural_name="pet id"),
                Column(name="PetWeight", natural_name="weight"),
                Column(name="Owner", natural_name="owner"),
            ),
            primary_key=("PetID",),
        ),
    ),
)
WORDS = ("airline", "battery", "box")


def exchange(*said: str, kept: frozenset[str] = frozenset(), seed: int = 0) -> tuple[Schema, tuple[str, ...]]:
    for attempt in range(50):
        if (found := renamed(SCHEMA, said, kept, WORDS, random.Random(seed + attempt))) is not None:
            return found
    raise AssertionError("nothing was exchanged in fifty draws")


def test_names_and_what_was_said_change_together() -> None:
    schema, (first, second) = exchange("List the pets.", "Which pet is lightest?", kept=frozenset({"weight", "owner"}))
    new = schema.tables[0].natural_name
    assert new in ("airlines", "batteries", "boxes")
    assert first == f"List the {new}."
    assert second == f"Which {schema.tables[0].columns[0].natural_name.split()[0]} is lightest?"


def test_identifiers_and_keys_stay() -> None:
    schema, _ = exchange("List the pets.")
    assert [column.name for column in schema.tables[0].columns] == ["PetID", "PetWeight", "Owner"]
    assert schema.tables[0].primary_key == ("PetID",)
    assert schema.tables[0].name == "Pets"


def test_kept_stems_stay() -> None:
    kept = frozenset({stem("pets"), "owner"})
    for seed in range(10):
        schema, _ = exchange("Show pets and owners", kept=kept, seed=seed)
        assert schema.tables[0].natural_name == "pets"
        assert schema.tables[0].columns[2].natural_name == "owner"


def test_a_word_said_in_another_form_stays() -> None:
    for seed in range(10):
        schema, said = exchange("Who owned them?", "List the owner's pets", seed=seed)
        assert said[0] == "Who owned them?"
        assert schema.tables[0].columns[2].natural_name in ("owner", *WORDS)


def test_nothing_to_exchange() -> None:
    kept = frozenset({stem("pets"), "weight", "owner"})
    assert renamed(SCHEMA, ("List the pets",), kept, WORDS, random.Random(0)) is None


def test_vocabulary_leaves_out_what_means_the_same_anywhere() -> None:
    assert vocabulary([SCHEMA]) == ("owner", "pet", "pets", "weight")
    assert name_stems(["pet ids"]) == {"pet", "id"}
