"""The conversations on which the ranking is fitted."""

from __future__ import annotations

from pathlib import Path

import pytest

from training.ranking.conversations import HeldOut


@pytest.fixture(scope="module")
def held_out(data_folder: Path) -> HeldOut:
    return HeldOut(data_folder, ("cinema",), {"generated": 6})


def test_every_source_speaks_of_the_held_out_databases_alone(held_out: HeldOut) -> None:
    for make in (held_out.dialogues, held_out.questions, held_out.renamed, held_out.generated):
        found = list(make())
        assert found and {each.database for each in found} == {"cinema"}
        assert any(turn.plan is not None for each in found for turn in each.turns)


def test_renamed_conversations_are_the_same_under_other_names(held_out: HeldOut) -> None:
    as_they_are = {each.key: each for each in (*held_out.dialogues(), *held_out.questions())}
    for other in held_out.renamed():
        own = as_they_are[other.key.removeprefix("renamed/")]
        assert [turn.sql for turn in other.turns] == [turn.sql for turn in own.turns]
        assert other.context.schema != own.context.schema and other.context.database is own.context.database


def test_the_same_seed_makes_the_same_conversations(held_out: HeldOut, data_folder: Path) -> None:
    again = HeldOut(data_folder, ("cinema",), {"generated": 6})
    assert [each.turns for each in again.generated()] == [each.turns for each in held_out.generated()]
    assert [each.turns for each in again.renamed()] == [each.turns for each in held_out.renamed()]
