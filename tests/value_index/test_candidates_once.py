"""What is asked alike is answered once."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

import pytest

from tests.nodes.sql.regatta import open_regatta
from value_index.grounding.candidate import Candidate
from value_index.grounding.candidate_search import CandidateSearch
from value_index.index import ValueIndex
from value_index.text.tokens import Token


def test_a_text_is_searched_once_for_all_who_ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = list[str]()
    real = CandidateSearch.of_text

    def of_text(
        self: CandidateSearch, text: str, words: tuple[Token, ...], without: Collection[str]
    ) -> Iterator[Candidate]:
        read.append(text)
        return real(self, text, words, without)

    monkeypatch.setattr(CandidateSearch, "of_text", of_text)
    index = ValueIndex.build(open_regatta(tmp_path))
    text = "Boats longer than 12?"
    candidates = index.candidates(text)
    alone = index.ground(text, candidates=candidates)
    about_boats = index.ground(text, tables=["boat"], candidates=candidates)
    assert read == [text]
    assert alone == index.ground(text) and about_boats == index.ground(text, tables=["boat"])
