"""Descriptions as names: off unless switched on, and only words that one description alone has."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from agent.answer import answer_once
from agent.config import Config, ConfigError
from nodes.knowledge.described import described_names
from nodes.knowledge.turn_knowledge import TurnKnowledge
from nodes.lexical.utterance import Utterance
from tests.nodes.library import library
from value_index.knowledge.store import Knowledge, NamedPart
from value_index.schema import ColumnRef

PAGES = NamedPart(
    part=ColumnRef(table="book", column="pages"), description="The printed thickness of a copy", source="k.yaml:1"
)
YEAR = NamedPart(part=ColumnRef(table="book", column="year"), description="First edition of a copy", source="k.yaml:2")
KNOWN = Knowledge(parts=(PAGES, YEAR), match_descriptions=True)


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("What is the average printed thickness?", [(PAGES, ("printed thickness",))]),
        ("How thick is a copy of a book?", []),
        ("List the copies", []),
        ("Which is the first edition?", [(YEAR, ("first edition",))]),
    ],
)
def test_two_words_of_one_description_alone_name_its_column(
    question: str, names: list[tuple[NamedPart, tuple[str]]]
) -> None:
    assert list(described_names(KNOWN, Utterance.of(question))) == names


def test_it_is_off_unless_switched_on() -> None:
    said = Utterance.of("What is the average printed thickness?")
    assert TurnKnowledge(KNOWN, said).names == ((PAGES, "printed thickness"),)
    assert TurnKnowledge(KNOWN.model_copy(update={"match_descriptions": False}), said).names == ()


def test_the_planner_finds_the_column(tmp_path: Path) -> None:
    context = replace(library(tmp_path), knowledge=KNOWN)
    given = asyncio.run(answer_once(Config.load(), context, "What is the average printed thickness?", history=()))
    assert given.state.sql == "SELECT avg(pages) FROM book"


def test_the_configuration_names_files_and_the_switch(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text('knowledge = ["k.yaml"]\nmatch_descriptions = true\n')
    config = Config.load(path)
    assert (config.knowledge, config.match_descriptions) == ((tmp_path / "k.yaml",), True)
    path.write_text("knowledge = 3\n")
    with pytest.raises(ConfigError, match="knowledge must be a file's name or a list of them, not 3"):
        Config.load(path)
    path.write_text('match_descriptions = "yes"\n')
    with pytest.raises(ConfigError, match="match_descriptions must be true or false, not 'yes'"):
        Config.load(path)
