"""A suite of any length is read in time that grows with it, or refused in one line."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from eval.conversations import suite_file
from eval.conversations.suite_file import SuiteError, read_suite


def long_suite(path: Path, dialogues: int) -> Path:
    turns = "- name: d{0}\n  turns:\n  - ask: How many books cost more than {0}?\n    count: 1\n"
    path.write_text("dialogues:\n" + "".join(turns.format(number) for number in range(dialogues)))
    return path


def reading_seconds(folder: Path, dialogues: int) -> float:
    path = long_suite(folder / f"{dialogues}.yaml", dialogues)
    began = time.process_time()
    assert len(read_suite(path).dialogues) == dialogues
    return time.process_time() - began


def test_the_time_grows_with_the_file(tmp_path: Path) -> None:
    reading_seconds(tmp_path, 500)  # what is only done the first time
    short = max(reading_seconds(tmp_path, 500) for _ in range(3))
    assert reading_seconds(tmp_path, 4000) < 24 * short, "eight times the turns in some eight times the time"


def test_a_question_and_a_file_have_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "line.yaml"
    path.write_text('dialogues: [{turns: [{ask: "' + "word " * 3000 + '", count: 1}]}]\n')
    with pytest.raises(SuiteError, match=r"line.yaml:1: ask: .* 10000 characters"):
        read_suite(path)
    monkeypatch.setattr(suite_file, "MOST_BYTES", 1000)
    with pytest.raises(SuiteError, match="more than a suite may have"):
        read_suite(path)
