"""The value index's ranker, fitted from gold."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

from eval.datasets import load
from training.grounding import fit, spans, write


def test_weights_are_fitted_and_written_as_a_module(tmp_path: Path) -> None:
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
    (tmp_path / "sql_state_tracking" / "cosql_train.json").write_text(json.dumps(rows))
    (tmp_path / "tables.json").write_text("[]")
    examples = list(spans(load("cosql", tmp_path, "train")))
    assert len(examples) >= 50 and any(any(gold) for _, _, gold in examples)
    weights = fit(examples)
    assert weights["READING_WEIGHTS"]["text.near"] > 0
    write(weights, tmp_path / "weights.py")
    found: dict[str, dict[str, float]] = {}
    exec((tmp_path / "weights.py").read_text(), found)
    assert found["SPAN_WEIGHTS"] == weights["SPAN_WEIGHTS"]
