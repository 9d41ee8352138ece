"""Copies: databases that could be, drawn by seed."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from eval.scoring.suite.copies import (
    RECIPES,
    Recipe,
    draw_copy,
    write_copy,
)
from eval.scoring.suite.draft import Draft
from eval.scoring.suite.pool import Pool
from nodes.sql.to_plan import to_plan

JOINED = (
    "SELECT T1.name FROM dog AS T1 JOIN owner AS T2 ON T1.owner_id = T2.id WHERE T2.town = 'Ghent' AND T1.age > 4"
    " GROUP BY T1.breed HAVING count(*) > 1"
)


def drawn(pool: Pool, recipe: Recipe, seed: object) -> Draft:
    return draw_copy(pool, to_plan(JOINED, pool.schema), recipe, str(seed))


def cells(draft: Draft) -> dict[str, list[list[object]]]:
    return {name: [row.cells for row in rows] for name, rows in draft.rows.items()}


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: f"{recipe.kind}, {recipe.rows}")
def test_a_copy_keeps_keys_references_and_what_may_not_be_null(pool: Pool, recipe: Recipe) -> None:
    for seed in range(10):
        rows = cells(drawn(pool, recipe, seed))
        for name, pooled in pool.tables.items():
            keys = [row[0] for row in rows[name]]
            assert len(set(keys)) == len(keys)
            needed = set(range(len(pooled.table.columns))) - pooled.nullable
            assert all(row[place] is not None for row in rows[name] for place in needed)
        if recipe.kind != "orphans":
            for child, place, parent in (("dog", 4, "owner"), ("dog", 5, "vet")):
                there = {row[0] for row in rows[parent]} | {None}
                assert {row[place] for row in rows[child]} <= there


def test_the_same_seed_gives_the_same_rows(pool: Pool) -> None:
    for recipe in RECIPES:
        assert cells(drawn(pool, recipe, 1)) == cells(drawn(pool, recipe, 1))
    assert cells(drawn(pool, RECIPES[0], 1)) != cells(drawn(pool, RECIPES[0], 2))


def test_some_rows_fulfil_every_condition_and_some_miss_one(pool: Pool) -> None:
    towns, ages = set[bool](), set[bool]()
    for seed in range(10):
        rows = cells(drawn(pool, RECIPES[0], seed))
        there = {row[0]: row[1] for row in rows["owner"]}
        for dog in rows["dog"]:
            towns.add(there[dog[4]] == "Ghent" and dog[2] > 4)  # type: ignore[operator]
            ages.add(there[dog[4]] == "Ghent" and dog[2] <= 4)  # type: ignore[operator]
    assert towns == ages == {True, False}


def test_orphans_and_nulls_come_where_they_are_asked_for(pool: Pool) -> None:
    orphans = [recipe for recipe in RECIPES if recipe.kind == "orphans"]
    nulls = [recipe for recipe in RECIPES if recipe.kind == "nulls"]
    lost = nothing = 0
    for seed in range(10):
        rows = cells(drawn(pool, orphans[0], seed))
        lost += sum(row[4] not in {owner[0] for owner in rows["owner"]} for row in rows["dog"])
        nothing += sum(row[1] is None for row in cells(drawn(pool, nulls[0], seed))["dog"])
    assert lost and nothing


def test_a_copy_is_written_both_ways_with_its_views(pool: Pool, tmp_path: Path) -> None:
    draft = drawn(pool, RECIPES[0], 0)
    found = list[list[tuple[object, ...]]]()
    for backwards in (False, True):
        path = tmp_path / f"{backwards}.sqlite"
        write_copy(draft, path, backwards=backwards)
        connection = sqlite3.connect(path)
        found.append(connection.execute("SELECT * FROM dog").fetchall())
        connection.execute("SELECT * FROM old_dog").fetchall()
        connection.close()
    assert found[0] == found[1][::-1] == [tuple(row.cells) for row in draft.rows["dog"]]
    assert found[0]
