"""Rows that teach SQL from plans: what they hold, what is kept apart, and what is refused."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from eval.demo.build import DEMO_DATA, build
from nodes.sql.from_plan import from_plan
from nodes.sql.to_plan import to_plan
from nodes.sql_generation import in_join_order, plan_messages
from training.dev_databases import LeakError
from training.settings import Source, TrainingError
from training.sft.plan_rows import PlanMixConfig, load_plan_mix, write_plan_mix
from training.sft.random_plans import PlanMaker
from training.sft.rows import read_rows
from value_index.database import Database
from value_index.engines.sqlite.database import SQLiteDatabase

CONFIGS = Path(__file__).resolve().parents[3] / "configs" / "training"
DEMO = Source(dataset="cosql", folder=DEMO_DATA.name, split="dev")


@pytest.fixture(scope="module")
def database() -> Database:
    return SQLiteDatabase.open(build()[0])


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_the_shipped_settings_load() -> None:
    assert load_plan_mix(CONFIGS / "plans.toml").validation_databases
    demo, more = (load_plan_mix(CONFIGS / f"{name}.toml") for name in ("plans_demo", "plans_demo_more"))
    assert not demo.gold and more.seed != demo.seed and more.held_out == demo.held_out


def test_drawn_plans_run_and_survive_the_way_to_sql_and_back(database: Database) -> None:
    maker = PlanMaker(database, random.Random(3))
    for _ in range(150):
        plan = in_join_order(maker.plan(), database.schema)
        sql = from_plan(plan, database.schema)
        assert database.check(sql).ok, sql
        assert from_plan(to_plan(sql, database.schema), database.schema) == sql


def test_the_same_seed_draws_the_same_plans(database: Database) -> None:
    first, second = (PlanMaker(database, random.Random(3)) for _ in range(2))
    assert [first.plan() for _ in range(20)] == [second.plan() for _ in range(20)]


def test_rows_are_the_prompts_of_serving_and_no_plan_stands_on_both_sides(tmp_path: Path) -> None:
    build()
    config = PlanMixConfig(sources=(DEMO,), drawn=60, held_out=0.2, validation_databases=("clinic",))
    counts = write_plan_mix(config, DEMO_DATA.parent, tmp_path / "mix")
    assert all(counts.values())
    asked: dict[str, set[str]] = {}
    for split in counts:
        rows = read_rows(tmp_path / "mix", split, ("sql_generation",))
        assert len(rows) == counts[split]
        assert all((row.database_id == "clinic") == (split == "validation") for row in rows)
        asked[split] = {row.database_id + row.messages[1].content for row in rows}
    assert not asked["train"] & asked["held_out"]
    row = next(r for r in read_rows(tmp_path / "mix", "train", ("sql_generation",)) if r.database_id == "bookshop")
    opened = SQLiteDatabase.open(row.database)
    plan = to_plan(row.messages[-1].content, opened.schema)
    assert plan_messages(plan, opened.schema).messages == row.messages[:-1]
    assert (tmp_path / "mix" / "manifest.json").is_file()
    with pytest.raises(TrainingError, match="not empty"):
        write_plan_mix(config, DEMO_DATA.parent, tmp_path / "mix")


def row(**changes: Any) -> str:
    message = {"role": "user", "content": "?"}
    given = {
        "messages": [message, {"role": "assistant", "content": "SELECT 1"}], "stage": "sql_generation",
        "database_id": "clinic", "database": "clinic.sqlite", "gold": "SELECT 1", "more": 1,
    }  # fmt: skip
    return json.dumps({**given, **changes})


def written(folder: Path, *rows: str) -> Path:
    (folder / "train").mkdir()
    (folder / "train" / "sql_generation.jsonl").write_text("\n".join(rows) + "\n")
    return folder


def test_a_malformed_row_is_named_by_its_line(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="line 2: gold"):
        read_rows(written(tmp_path, row(), row(gold=None)), "train", ("sql_generation",))


def test_a_development_database_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LeakError, match="line 1 is about 'pets_1'"):
        read_rows(written(tmp_path, row(database_id="pets_1")), "train", ("sql_generation",))


def test_rows_that_hold_gold_are_for_diagnosis(tmp_path: Path) -> None:
    folder = written(tmp_path, row(oracle=True))
    with pytest.raises(TrainingError, match="diagnostic"):
        read_rows(folder, "train", ("sql_generation",))
    assert read_rows(folder, "train", ("sql_generation",), diagnostic=True)


def test_no_rows_are_one_line(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="no train rows"):
        read_rows(tmp_path, "train", ("sql_generation",))


@pytest.mark.data
def test_a_development_split_is_refused(tmp_path: Path, data_folder: Path) -> None:
    source = Source(dataset="cosql", folder="cosql_dataset", split="dev")
    with pytest.raises(LeakError):
        write_plan_mix(PlanMixConfig(sources=(source,)), data_folder, tmp_path / "mix")
