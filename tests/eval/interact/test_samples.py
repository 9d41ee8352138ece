"""The published sample tasks load in every kind of release, and run in the world over databases made of their schema fragments."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from eval.datasets.bird_interact.release import FILES, Release, load_release
from eval.datasets.bird_interact.tasks import Phase
from eval.interact.judge.judge import judge
from eval.interact.judge.sqlite_sandbox import SQLiteSandboxes
from eval.interact.play.sketch import read_schema_text, sketch
from eval.interact.world.open import open_world
from tests.eval.interact.farm import write_lines

pytestmark = pytest.mark.data


def samples(data_folder: Path) -> list[dict[str, Any]]:
    lines = (data_folder / "bird_interact" / "sample_tasks.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def made(data_folder: Path, folder: Path, name: str) -> Release:
    """A release of the sample tasks, their databases made of what of them is published."""
    folder.mkdir()
    write_lines(folder / name, *samples(data_folder))
    fragments = json.loads((data_folder / "bird_interact" / "sample_db_fragments.json").read_text())
    for database, known in fragments.items():
        (folder / database).mkdir()
        (folder / database / f"{database}_schema.txt").write_text(known["schema_fragment"])
        (folder / database / f"{database}_column_meaning_base.json").write_text(json.dumps(known["column_meanings"]))
        write_lines(folder / database / f"{database}_kb.jsonl", *known["knowledge_entries"])
        sketch(known["schema_fragment"], folder / database / f"{database}.sqlite")
    return load_release(folder)


@pytest.mark.parametrize("name", FILES)
def test_the_sample_tasks_load_in_every_kind(data_folder: Path, tmp_path: Path, name: str) -> None:
    release = made(data_folder, tmp_path / "release", name)
    assert len(release.tasks) == 18
    assert release.kind == (FILES[name] or "lite")
    assert all(task.amb_user_query and not task.is_judgeable for task in release.tasks)


def test_more_tasks_than_lite_has_are_the_full_release(data_folder: Path, tmp_path: Path) -> None:
    rows = [
        {**row, "instance_id": f"{row['instance_id']}_{copy}"} for copy in range(20) for row in samples(data_folder)
    ]
    write_lines(tmp_path / "bird_interact_data.jsonl", *rows)
    assert load_release(tmp_path).kind == "full"


def test_the_sample_tasks_run(data_folder: Path, tmp_path: Path) -> None:
    release = made(data_folder, tmp_path / "release", "bird_interact_data.jsonl")
    with open_world(release) as world:
        for task in release.tasks:
            texts = release.texts(task.selected_database)
            head = {"task_id": task.instance_id}
            for service in (world.environment, world.user):
                asyncio.run(service.handle("/init_task", {**head, "task_data": {"_interact_mode": "a-interact"}}))
            for table in read_schema_text(texts.schema):
                asked = {**head, "sql": f'SELECT * FROM "{table.name}"'}
                assert asyncio.run(world.environment.handle("/execute", asked))["success"]
            names = asyncio.run(world.environment.handle("/knowledge_names", head))["names"]
            assert names == [entry["knowledge"] for entry in texts.knowledge]
            assert asyncio.run(world.user.handle("/ask", {**head, "question": "What do you mean?"}))["answer"]
            said = asyncio.run(world.environment.handle("/submit", {**head, "sql": "SELECT 1"}))["message"]
            assert said.endswith("(The task cannot be judged: the task has no gold)")
            asyncio.run(world.environment.handle("/cleanup_task", head))


def test_accepted_submissions_that_run_here_are_right_against_themselves(data_folder: Path, tmp_path: Path) -> None:
    """Most need tables that the fragments cut off, or functions of PostgreSQL alone."""
    release = made(data_folder, tmp_path / "release", "bird_interact_data.jsonl")
    sandboxes, reasons = SQLiteSandboxes(release.sqlite_file), list[str]()
    for row in samples(data_folder):
        tried = [each for mode in ("a-interact", "c-interact") for each in row.get(mode, {}).get("submissions", [])]
        with sandboxes.open(row["selected_database"], row["instance_id"]) as sandbox:
            accepted = [each["sql"] for each in tried if each["passed"]]
            reasons += [judge(sandbox, Phase(sol_sql=(sql,)), sql).reason for sql in accepted]
    assert len(reasons) >= 18
    assert set(reasons) <= {"right", "wrong", "error"}
    assert reasons.count("right") >= 2
