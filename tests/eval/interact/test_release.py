"""The official folder is read in all three kinds, the mailed gold joined, and what is malformed named with its line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from eval.datasets import DataError
from eval.datasets.bird_interact.release import load_release
from eval.datasets.bird_interact.tasks import Task
from tests.eval.interact.farm import GOLD, MANAGEMENT, TASK, make_release, write_lines


def test_the_mailed_gold_joins_by_id(tmp_path: Path) -> None:
    folder = make_release(tmp_path, TASK, {**TASK, "instance_id": "farm_2"})
    assert load_release(folder).without_gold == ("farm_1", "farm_2")
    release = load_release(folder, write_lines(tmp_path / "mailed.jsonl", GOLD))
    task = release.task("farm_1")
    assert task.sol_sql == ("SELECT name FROM field WHERE hectares > 4",)
    assert task.follow_up and task.follow_up.sol_sql[0].startswith("SELECT f.name")
    assert task.record["follow_up"]["query"] == "And their wheat of 2024, most first?"
    assert release.without_gold == ("farm_2",)
    assert release.kind == "lite"


def test_the_kind_is_told_by_the_file_and_the_number_of_tasks(tmp_path: Path) -> None:
    many = [{**TASK, "instance_id": f"farm_{number}"} for number in range(301)]
    assert load_release(make_release(tmp_path / "full", *many)).kind == "full"
    mini = load_release(make_release(tmp_path / "mini", TASK, name="mini_interact.jsonl"))
    assert mini.kind == "mini"
    assert mini.sqlite_file("farm").name == "farm.sqlite"


def test_turns_and_coins_come_from_the_ambiguities() -> None:
    task = Task.model_validate(TASK)
    assert (task.ambiguities, task.max_turns, task.budget(), task.budget(patience=14)) == (2, 5, 16.0, 24.0)


@pytest.mark.parametrize(
    "other",
    [
        {"user_query_ambiguity": {"critical_ambiguity": [{"ambiguity_term": "big", "snippet": "hectares > 4"}]}},
        {"user_query_ambiguity": {"critical_ambiguity": ["big"]}},
    ],
)
def test_spellings_that_no_record_confirms_are_all_read(other: dict[str, Any]) -> None:
    task = Task.model_validate({**TASK, **other})
    assert task.user_query_ambiguity.critical_ambiguity[0].term == "big"


def test_what_may_be_absent_or_single_is_read() -> None:
    bare = {"instance_id": "a", "selected_database": "b", "amb_user_query": "c"}
    empty = {"user_query_ambiguity": None, "knowledge_ambiguity": None, "follow_up": {}, "conditions": None}
    task = Task.model_validate({**bare, **empty, "clean_up_sqls": "DROP TABLE x", "test_cases": None})
    assert (task.follow_up, task.clean_up_sql, task.test_cases, task.category) == (None, ("DROP TABLE x",), (), "Query")
    hidden = Task.model_validate({**bare, "knowledge_ambiguity": [{"deleted_knowledge": [1, "2"]}, {}]})
    assert hidden.hidden_knowledge == {"1", "2"}


def test_hidden_knowledge_is_not_visible(tmp_path: Path) -> None:
    release = load_release(make_release(tmp_path))
    texts = release.texts("farm")
    shown = texts.visible_knowledge(release.tasks[0])
    assert list(shown) == ["Yield"]
    assert set(shown["Yield"]) == {"id", "knowledge", "description", "definition"}
    assert texts.column_meanings == {"farm|field|name": "What it is called"}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ({"instance_id": "farm_2"}, "line 2: selected_database: Field required"),
        ('{"instance_id": "farm_2",', "line 2: no JSON"),
        ("[1]", "line 2: a task is an object"),
        (TASK, "line 2: the task 'farm_1' comes twice"),
        ({**TASK, "instance_id": "x", "category": "Weather"}, "line 2: category"),
        ({**TASK, "instance_id": "x", "follow_up": {"sol_sql": []}}, r"line 2: follow_up\.query: Field required"),
    ],
)
def test_a_line_that_is_no_task_is_named(tmp_path: Path, line: Any, said: str) -> None:
    with pytest.raises(DataError, match=said):
        load_release(make_release(tmp_path, TASK, line))


def test_gold_of_another_release_is_refused(tmp_path: Path) -> None:
    folder = make_release(tmp_path)
    with pytest.raises(DataError, match="another release"):
        load_release(folder, write_lines(tmp_path / "gold.jsonl", {**GOLD, "instance_id": "sea_1"}))
    with pytest.raises(DataError, match="line 2: the gold of 'farm_1' comes twice"):
        load_release(folder, write_lines(tmp_path / "gold.jsonl", GOLD, GOLD))
    with pytest.raises(DataError, match="cannot read"):
        load_release(folder, tmp_path / "absent.jsonl")


def test_an_unusual_line_separator_inside_of_a_text_ends_no_line(tmp_path: Path) -> None:
    path = make_release(tmp_path) / "bird_interact_data.jsonl"
    path.write_text(path.read_text().replace("Which fields", "Which\u2028fields"), encoding="utf-8")
    assert load_release(tmp_path).tasks[0].amb_user_query == "Which\u2028fields are big?"


def test_a_management_task_is_told_by_its_category() -> None:
    task = Task.model_validate(MANAGEMENT)
    assert task.category == "Management"
    assert task.follow_up and task.follow_up.category == "Query"
    assert task.is_judgeable
