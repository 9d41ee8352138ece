"""What taking one question for another gives, over a data set."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

from eval.checks.paraphrases import score_paraphrases
from eval.datasets import load

QUESTIONS = [
    ("How many cats are there?", "SELECT count(*) FROM cat"),
    ("Please tell me how many cats there are", "SELECT count(*)  FROM cat;"),
    ("There are how many cats?", "SELECT count(id) FROM cat"),
    ("How many are the cats?", "SELECT 7"),
    ("List the cats", "SELECT id FROM cat"),
]


def test_pairs_that_are_taken_for_paraphrases_are_judged_by_their_rows(tmp_path: Path) -> None:
    (tmp_path / "database" / "zoo").mkdir(parents=True)
    with sqlite3.connect(tmp_path / "database" / "zoo" / "zoo.sqlite") as connection:
        connection.executescript("CREATE TABLE cat (id INTEGER PRIMARY KEY); INSERT INTO cat VALUES (1), (2)")
    connection.close()
    rows = [{"db_id": "zoo", "question": question, "query": sql} for question, sql in QUESTIONS]
    (tmp_path / "dev.json").write_text(json.dumps(rows))
    dataset = load("spider", tmp_path, "dev")
    found = score_paraphrases(dataset)
    dataset.close()
    assert (found.questions, found.taken, found.right, found.same, found.found) == (5, 6, 3, 1, 1)
    assert found.precision == 0.5
    assert "wrong: zoo: How many cats are there? | How many are the cats?" in found.describe()
