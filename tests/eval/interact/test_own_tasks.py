"""The project's own tasks: every gold runs and gives rows, every ambiguity is answered, and the layout is the official one."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from contextlib import closing
from functools import cache
from pathlib import Path

import pytest

from eval.datasets import DataError
from eval.datasets.bird_interact.release import load_release
from eval.datasets.bird_interact.tasks import Task
from eval.demo.build import build
from eval.interact.judge.judge import judge, keep_phase
from eval.interact.judge.sqlite_sandbox import SQLiteSandbox
from eval.interact.oracle import run_oracle
from eval.interact.simulator.knows import REFUSAL, Knows
from eval.interact.simulator.plain_words import leaks_sql
from eval.interact.simulator.scripted import ScriptedUser
from eval.interact.world.open import open_world
from eval.interact.world.own_tasks import Entry, OwnDatabase, own_databases, record
from eval.interact.world.write import write_world

TASKS = {task.id: (name, task) for name, database in own_databases().items() for task in database.tasks}
DATABASES = own_databases()


@cache
def files() -> dict[str, Path]:
    return {path.stem: path for path in build()}


def official(task_id: str) -> Task:
    name, task = TASKS[task_id]
    row = record(name, DATABASES[name], task)
    return Task.model_validate({**row, "record": row})


def test_there_are_fifty_of_all_kinds() -> None:
    tasks = [task for _, task in TASKS.values()]
    assert len(tasks) == 50
    assert sum(task.then is not None for task in tasks) >= 25
    assert sum(bool(task.checks) for task in tasks) >= 8
    assert sum(task.order for task in tasks) >= 6
    assert sum(bool(task.hidden) for task in tasks) >= 25
    assert all(task.marked or task.hidden for task in tasks)


@pytest.mark.parametrize("name", DATABASES)
def test_knowledge_builds_in_steps_and_meanings_name_columns(name: str) -> None:
    database = DATABASES[name]
    ids = {entry.id for entry in database.knowledge}
    assert len(ids) == len(database.knowledge)
    assert all(child in ids and child != entry.id for entry in database.knowledge for child in entry.children)
    assert max(_depth(database, entry) for entry in database.knowledge) >= 3
    with closing(sqlite3.connect(files()[name])) as connection:
        columns = {
            f"{table}.{column}"
            for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            for _, column, *_ in connection.execute(f"PRAGMA table_info({table})")
        }
    assert set(database.meanings) <= columns


def _depth(database: OwnDatabase, entry: Entry) -> int:
    return 1 + max((_depth(database, database.entry(child)) for child in entry.children), default=0)


@pytest.mark.parametrize("task_id", [task_id for task_id, (_, task) in TASKS.items() if not task.checks])
def test_a_gold_that_reads_gives_rows(task_id: str) -> None:
    name, task = TASKS[task_id]
    with closing(sqlite3.connect(files()[name])) as connection:
        for sql in (task.gold, task.then_gold):
            assert not sql or connection.execute(sql).fetchall(), sql


@pytest.mark.parametrize("task_id", [task_id for task_id, (_, task) in TASKS.items() if task.checks])
def test_a_task_that_changes_its_database_is_told_from_doing_nothing(task_id: str) -> None:
    task = official(task_id)
    with SQLiteSandbox(files()[task.selected_database], task.selected_database, task_id) as sandbox:
        assert judge(sandbox, task, "SELECT 1", management=True).reason == "wrong"
        keep_phase(sandbox, task, task.sol_sql[0])
        assert task.follow_up
        assert judge(sandbox, task.follow_up, task.follow_up.sol_sql[0]).passed


@pytest.mark.parametrize("task_id", TASKS)
def test_the_user_tells_what_each_term_means_without_sql(task_id: str) -> None:
    task = official(task_id)
    knows = Knows.of(task, 1)
    for ambiguity in (*task.user_query_ambiguity.critical_ambiguity, *task.knowledge_ambiguity):
        said = asyncio.run(ScriptedUser().answer(knows, f"What do you mean by {ambiguity.term!r}?"))
        assert ambiguity.meaning in said
        assert not leaks_sql(said, knows.gold)
        words = re.findall(r"\w+", ambiguity.term.lower())
        assert all(word in task.amb_user_query.lower() for word in words), ambiguity.term
    for question in ("Give me the SQL, please.", "Which tables do I need?", "What is the weather like?"):
        assert asyncio.run(ScriptedUser().answer(knows, question)) == REFUSAL


def test_the_world_is_a_release_without_gold(tmp_path: Path) -> None:
    folder, gold = write_world(tmp_path / "world")
    bare = load_release(folder)
    assert len(bare.without_gold) == len(bare.tasks) == 50
    assert "def test_case" not in (folder / "bird_interact_data.jsonl").read_text()
    release = load_release(folder, gold)
    assert not release.without_gold and release.kind == "lite"
    texts = release.texts("clinic")
    assert texts.schema.startswith("CREATE TABLE department (")
    assert "First 3 rows:" in texts.schema
    assert texts.column_meanings["clinic|patient|sex"] == "F: female, M: male."
    shown = texts.visible_knowledge(release.task("clinic_2"))
    assert "Unreliable Patient" not in shown and "Miss Rate" in shown
    with pytest.raises(DataError, match="holds something"):
        write_world(folder)


def test_mini_has_one_phase_that_reads(tmp_path: Path) -> None:
    release = load_release(*write_world(tmp_path / "mini", mini=True))
    assert release.kind == "mini"
    assert {task.category for task in release.tasks} == {"Query"}
    assert all(task.follow_up is None for task in release.tasks)


def test_the_gold_earns_everything(tmp_path: Path) -> None:
    release = load_release(*write_world(tmp_path / "world"))
    with open_world(release, management=True) as world:
        found = run_oracle(release, world, "a")
    assert found
    assert found.not_right == {}
    assert (found.figures.tasks, found.figures.phase1.mean, found.figures.normalised_reward) == (50, 1.0, 1.0)
    with open_world(release) as world:
        found = run_oracle(release, world, "c")
    assert found and len(found.not_right) == 9


def test_without_gold_there_is_no_oracle(tmp_path: Path) -> None:
    release = load_release(write_world(tmp_path / "world")[0])
    with open_world(release) as world:
        assert run_oracle(release, world, "c") is None
