"""Seeded edits of earlier SQL: one plausible mistake, the same for the same seed, always SQL that runs."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from eval.datasets import load
from eval.gold.history_noise import (
    EDITS,
    drop_filter,
    drop_ordering,
    drop_projection,
    flip_operator,
    noised,
    shift_literal,
    swap_aggregate,
    toggle_distinct,
)
from eval.gold.outputs import GoldBook
from eval.scoring.verdicts import judge
from nodes.sql.from_plan import from_plan

CASES = {
    drop_filter: ("SELECT name FROM city WHERE country = 'FR'", "SELECT name FROM city"),
    flip_operator: ("SELECT name FROM city WHERE people > 5", "SELECT name FROM city WHERE people < 5"),
    shift_literal: ("SELECT name FROM city WHERE people > 5", "SELECT name FROM city WHERE people > 6"),
    drop_projection: ("SELECT name, name FROM city", "SELECT name FROM city"),
    drop_ordering: ("SELECT name FROM city ORDER BY name LIMIT 2", "SELECT name FROM city"),
    toggle_distinct: ("SELECT country FROM city", "SELECT DISTINCT country FROM city"),
    swap_aggregate: ("SELECT min(people) FROM city", "SELECT max(people) FROM city"),
}


@pytest.mark.parametrize("edit", EDITS)
def test_each_edit_makes_its_mistake(archive: Path, edit: object) -> None:
    before, after = CASES[edit]  # type: ignore[index]
    book = GoldBook(load("cosql", archive, "dev"))
    plan, expected = book.plan_of("shop_1", before), book.plan_of("shop_1", after)
    assert plan is not None
    assert edit(plan, random.Random(1)) == expected  # type: ignore[operator]


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_that_does_not_apply_changes_nothing(archive: Path, edit: object) -> None:
    plan = GoldBook(load("cosql", archive, "dev")).plan_of("shop_1", "SELECT name FROM city")
    if edit is not toggle_distinct:
        assert edit(plan, random.Random(1)) == plan  # type: ignore[operator]


def test_what_is_no_plan_stays_as_it_is(archive: Path) -> None:
    schema = load("cosql", archive, "dev").open_database("shop_1").schema
    assert noised("SELECT odd(", None, schema, seed="1", rate=1.0) == "SELECT odd("


@pytest.mark.data
def test_noised_gold_runs_and_is_mostly_wrong(data_folder: Path) -> None:
    dataset = load("cosql", data_folder / "cosql_dataset", "dev").select(32, 72)
    book, wrong, total = GoldBook(dataset), 0, 0
    for dialogue in dataset.dialogues:
        database = dataset.open_database(dialogue.database_id)
        for at, turn in enumerate(dialogue.turns):
            plan = book.plan(dialogue.index, at)
            if plan is None:
                continue
            sql = noised(turn.query, plan, database.schema, seed=f"{dialogue.index}/{at}", rate=1.0)
            assert database.execute(sql).outcome == "rows", sql
            assert sql != from_plan(plan, database.schema)
            wrong, total = wrong + (judge(database, turn.query, sql).value is False), total + 1
    assert wrong / total > 0.5
