"""Predictions of others become runs: three kinds of file, what is missing, and what does not fit."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eval.analysis.compare import compare
from eval.datasets import DataError, Dataset, load
from eval.demo.build import DEMO_DATA, build
from eval.records import read_manifest, read_turns
from eval.runs.predictions import import_predictions, read_predictions
from eval.scoring.score import score
from turnsql import app


@pytest.fixture(scope="module")
def rows() -> Dataset:
    build()
    return load("cosql", DEMO_DATA, "dev")


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def official(rows: Dataset) -> str:
    return "\n\n".join("\n".join(turn.query for turn in dialogue.turns) for dialogue in rows.dialogues)


def test_gold_as_the_official_file_is_right_in_every_turn(rows: Dataset, tmp_path: Path) -> None:
    file = written(tmp_path / "gold.txt", official(rows))
    counts = import_predictions(file, DEMO_DATA, tmp_path / "run", dataset="cosql", split="dev")
    assert (counts.missing, counts.without_sql, counts.beyond) == ((), (), 0)
    assert score(tmp_path / "run").means["value"] == 1.0


def test_answers_in_prose_and_turns_without_any(rows: Dataset, tmp_path: Path) -> None:
    lines = [
        {"dialogue": 0, "turn": 0, "answer": "Sure:\n```sql\nSELECT name FROM airline;\n```"},
        {"dialogue": 0, "turn": 1, "answer": "I cannot say."},
        {"dialogue": 999, "turn": 0, "sql": "SELECT 1"},
    ]
    file = written(tmp_path / "model.jsonl", "\n".join(map(json.dumps, lines)))
    counts = import_predictions(file, DEMO_DATA, tmp_path / "wrong", dataset="cosql", split="dev", dialogues="0:1")
    assert counts.without_sql == ((0, 1),) and counts.beyond == 1 and counts.unread == ()
    first, second, third, *_ = read_turns(tmp_path / "wrong")
    assert (first.sql, first.outcome) == ("SELECT name FROM airline", "answered")
    assert (second.outcome, third.outcome) == ("no_sql", "no_sql")


def test_an_answer_that_says_select_and_holds_none_is_told(tmp_path: Path) -> None:
    line = {"dialogue": 0, "turn": 0, "answer": "Which airline should I select?"}
    file = written(tmp_path / "model.jsonl", json.dumps(line))
    counts = import_predictions(file, DEMO_DATA, tmp_path / "run", dataset="cosql", split="dev", dialogues="0:1")
    assert counts.unread == counts.without_sql == ((0, 0),)
    assert "1 of them without SQL (1 say SELECT)" in counts.describe()


def test_what_the_file_leaves_out_is_in_no_figure_and_in_no_comparison(rows: Dataset, tmp_path: Path) -> None:
    gold = rows.dialogues[0].turns[0].query
    file = written(tmp_path / "one.jsonl", json.dumps({"dialogue": 0, "turn": 0, "sql": gold}))
    whole = written(tmp_path / "all.txt", official(rows).split("\n\n")[0])
    for source, out, missing in ((file, "part", "left-out"), (whole, "whole", "wrong")):
        import_predictions(
            source,
            DEMO_DATA,
            tmp_path / out,
            dataset="cosql",
            split="dev",
            dialogues="0:1",
            missing=missing,  # type: ignore[arg-type]
        )
        summary = score(tmp_path / out)
        assert summary.means["value"] == 1.0
        assert summary.not_run == summary.left_out == read_manifest(tmp_path / out).left_out
    (against,) = compare([tmp_path / "part", tmp_path / "whole"]).runs
    assert against.left_out == len(rows.dialogues[0].turns) - 1
    assert CliRunner().invoke(app, ["eval", "score", str(tmp_path / "part")]).exit_code == 0


def test_a_json_file_of_questions_by_number(tmp_path: Path) -> None:
    build()
    file = written(tmp_path / "bird.json", json.dumps({"0": "SELECT 1\t----- bird -----\tdemo"}))
    found, _ = read_predictions(file, load("cosql", DEMO_DATA, "dev"))
    assert found == {(0, 0): "SELECT 1"}


def test_half_characters_and_endless_texts_leave_a_run_that_is_read(rows: Dataset, tmp_path: Path) -> None:
    half = written(tmp_path / "half.json", '{"0": "SELECT \'\\ud800\'"}')
    long = written(tmp_path / "long.txt", "SELECT " + "x," * 2_000_000)
    for file in (half, long):
        folder = tmp_path / file.stem
        import_predictions(file, DEMO_DATA, folder, dataset="cosql", split="dev")
        (first, *_) = read_turns(folder)
        assert len(first.sql) <= 1_000_000
    assert "\ufffd" in next(iter(read_turns(tmp_path / "half"))).sql


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("x.jsonl", '{"dialogue": 0, "turn": 0}', ["x.jsonl:1", "neither sql nor answer"]),
        ("x.jsonl", '{"turn": 0, "sql": ""}', ["x.jsonl:1", "dialogue"]),
        ("x.jsonl", "{", ["x.jsonl:1"]),
        ("x.jsonl", '{"dialogue": 0, "sql": "SELECT 1"}\n' * 2, ["line 2", "0/0", "twice"]),
        ("x.json", "[]", ["JSON object"]),
        ("x.json", '{"a": "SELECT 1"}', ["'a'"]),
        ("x.json", '{"²": "SELECT 1"}', ["no number"]),
        ("x.json", '{"' + "9" * 5000 + '": "SELECT 1"}', ["no number"]),
        ("x.txt", "SELECT 1\n" * 99, ["dialogue 1", "99 lines"]),
        ("x.jsonl", '{"dialogue": 9999, "sql": "SELECT 1"}', ["predicts no turn", "--dialogues"]),
    ],
)
def test_a_file_that_does_not_fit_writes_nothing(
    rows: Dataset, tmp_path: Path, name: str, text: str, words: list[str]
) -> None:
    with pytest.raises(DataError) as caught:
        import_predictions(written(tmp_path / name, text), DEMO_DATA, tmp_path / "run", dataset="cosql", split="dev")
    assert all(word in str(caught.value) for word in words), str(caught.value)
    assert not (tmp_path / "run").exists()
