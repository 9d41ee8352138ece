"""The value index's ranker, fitted from gold."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path

from eval.datasets import load
from training.linear_models.value_index import (
    LEAST_SCORES,
    common_words,
    fit,
    fit_all,
    spans,
)
from value_index.files.weights_file import write_weights
from value_index.grounding.ranker import Thresholds
from value_index.grounding.weights import LISTS, load_ranker


def test_weights_are_fitted_and_written_for_the_index(tmp_path: Path) -> None:
    (tmp_path / "sql_state_tracking").mkdir()
    (tmp_path / "database" / "music").mkdir(parents=True)
    connection = sqlite3.connect(tmp_path / "database" / "music" / "music.sqlite")
    connection.execute("CREATE TABLE song (title TEXT, singer TEXT, year INT)")
    names = ["Blue Harbour", "Old Bridge", "Quiet Street", "Green Lantern", "Winter Train"]
    connection.executemany(
        "INSERT INTO song VALUES (?, ?, ?)", [(name, names[-i], 1990 + i) for i, name in enumerate(names)]
    )
    connection.commit()
    connection.close()
    turns = [
        {"utterance": f"Who sings the title {name}?", "query": f"SELECT singer FROM song WHERE title = '{name}'"}
        for name in names
    ]
    rows = [{"database_id": "music", "interaction": turns}] * 10
    rows += [{"database_id": "held", "interaction": turns}]
    (tmp_path / "database" / "held").mkdir()
    shutil.copy(tmp_path / "database" / "music" / "music.sqlite", tmp_path / "database" / "held" / "held.sqlite")
    (tmp_path / "sql_state_tracking" / "cosql_train.json").write_text(json.dumps(rows))
    (tmp_path / "tables.json").write_text("[]")
    dataset = load("cosql", tmp_path, "train")
    examples = list(spans(dataset.without({"held"}), {}))
    assert len(examples) >= 50 and any(any(gold) for _, _, gold in examples)
    assert fit(examples)["candidate"]["text.near"] > 0
    fitted, chosen = fit_all(dataset, dataset.without({"held", "music"}), frozenset({"held"}), every=1)
    assert all(each in LEAST_SCORES and str(each) in chosen for each in fitted.thresholds.values())
    write_weights(tmp_path / "weights.json", fitted, LISTS, source="a test")
    ranker = load_ranker(tmp_path / "weights.json")
    for written, found in ((ranker.span_weights, "span"), (ranker.candidate_weights, "candidate")):
        assert {name: weight for name, weight in written.items() if weight} == fitted.models[found]
    assert ranker.least == Thresholds(**fitted.thresholds) and ranker.common == {}


def test_common_words_are_said_of_several_databases() -> None:
    words = {"show": {"a", "b", "c", "d", "e"}, "singer": {"a", "b"}, "genre": {"a"}}
    assert common_words(words) == {1: "singer", 2: "show"}
    assert common_words(words, without="a") == {2: "show"}
