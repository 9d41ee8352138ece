"""The cross-encoder's input, its file, and the second ranking that it takes part in."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from nodes.compact.features import CLS, SEP
from nodes.compact.ranking.cross_encoder import (
    BEFORE,
    EARLIER,
    MOST_PIECES,
    PLAN,
    PLAN_START,
    UTTERANCE,
    Batch,
    CrossEncoder,
    TurnText,
    load_cross_encoder,
    turn_text,
)
from nodes.compact.ranking.second_ranking import second_ranking
from nodes.compact.turn_encoding import load_planner
from nodes.compact.weights_archive import WeightsError
from nodes.sql.to_plan import to_plan
from tests.nodes.compact.scripted import Words
from tests.nodes.sql.regatta import open_regatta

ONE = TurnText((CLS, 7, SEP), (0, 0, 0), ((CLS, 8, SEP), (CLS, 8, 9, SEP)))
TWO = TurnText((CLS, 5, 6, SEP), (0, 0, 1, 1), ((CLS, 4, SEP),))


def test_a_turn_is_what_was_said_the_plan_before_and_each_plan(tmp_path: Path) -> None:
    schema = open_regatta(tmp_path).schema
    before, now = (to_plan(f"SELECT {column} FROM boat", schema) for column in ("label", "length"))
    text = turn_text(Words(), schema, ("oldest words", "boats please", "and their size"), before, [now, before])
    # The tokenizer of this test numbers words by their length.
    assert text.context == (CLS, 3, 5, 4, SEP, 5, 6, SEP, 5, 2, 4, SEP)
    assert text.segments == (UTTERANCE,) * 5 + (EARLIER,) * 3 + (BEFORE,) * 4
    assert text.plans == ((CLS, 6, 2, 4, SEP), (CLS, 5, 5, 2, 4, SEP))


def test_a_long_utterance_is_cut(tmp_path: Path) -> None:
    schema = open_regatta(tmp_path).schema
    text = turn_text(Words(), schema, ("word " * 500,), None, [])
    assert len(text.context) == MOST_PIECES[UTTERANCE] + 2 < PLAN_START


def test_turns_are_laid_out_without_padding() -> None:
    batch = Batch.of([ONE, TWO])
    pieces = [*ONE.context, *TWO.context, *ONE.plans[0], *ONE.plans[1], *TWO.plans[0]]
    assert batch.ids.tolist() == pieces
    assert batch.owners.tolist() == [0, 0, 1]
    padded = np.append(batch.ids, 0)
    assert padded[batch.contexts].tolist() == [[CLS, 7, SEP, 0], [*TWO.context]]
    assert padded[batch.plans].tolist() == [[CLS, 8, SEP, 0], [CLS, 8, 9, SEP], [CLS, 4, SEP, 0]]
    assert (
        batch.ids[: len(batch.context_places)].tolist() == padded[batch.contexts].ravel()[batch.context_places].tolist()
    )
    assert batch.ids[len(batch.context_places) :].tolist() == padded[batch.plans].ravel()[batch.plan_places].tolist()
    assert batch.positions[-3:].tolist() == [PLAN_START, PLAN_START + 1, PLAN_START + 2]
    assert batch.segments.tolist() == [0, 0, 0, 0, 0, 1, 1] + [PLAN] * 10


@pytest.mark.parametrize("content", [None, b"no zip"])
def test_a_file_that_cannot_be_read_is_one_line(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "reader.zip"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(WeightsError, match=r"cannot read the weights .*train rerank --export"):
        load_cross_encoder(str(path))


def test_a_file_without_its_graph_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "reader.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("manifest.json", json.dumps({"verbalizer": 0}))
    with pytest.raises(WeightsError, match="cannot read"):
        CrossEncoder(path)


def test_the_second_ranking_weighs_both_scores() -> None:
    ranked = [("first", 2.0), ("second", 1.5), ("third", -4.0)]
    read = [-1.0, 1.0, 1.5]
    assert [name for name, _ in second_ranking(ranked, read, {"first_score": 1.0})] == ["first", "second", "third"]
    assert [name for name, _ in second_ranking(ranked, read, {"read_share": 1.0})] == ["third", "second", "first"]
    both = second_ranking(ranked, read, {"first_score": 1.0, "read_share": 1.0})
    assert [name for name, _ in both] == ["second", "first", "third"]


def test_the_shipped_file_prefers_the_plan_that_does_what_was_said(tmp_path: Path) -> None:
    schema = open_regatta(tmp_path).schema
    tokenizer = load_planner().network.tokenizer
    sqls = ("SELECT count(*) FROM boat", "SELECT label FROM boat", "SELECT avg(length) FROM boat")
    plans = [to_plan(sql, schema) for sql in sqls]
    for rank, said in enumerate(
        ("How many boats are there?", "List the labels of the boats", "What is their average length?")
    ):
        scores = load_cross_encoder().scores(turn_text(tokenizer, schema, (said,), None, plans))
        assert max(range(3), key=scores.__getitem__) == rank
        assert scores == load_cross_encoder().scores(turn_text(tokenizer, schema, (said,), None, plans))
