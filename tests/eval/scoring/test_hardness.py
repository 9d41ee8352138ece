"""Spider's hardness and the SQL features, off the plan."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from eval.datasets import load
from eval.gold.outputs import GoldBook
from eval.scoring.hardness import (
    FEATURES,
    HARDNESS,
    features,
    hardness,
)


@pytest.mark.parametrize(
    ("sql", "expected", "used"),
    [
        ("SELECT name FROM city", "easy", ()),
        ("SELECT count(*) FROM city WHERE people > 5", "easy", ("where", "aggregate")),
        ("SELECT name, people FROM city", "medium", ()),
        ("SELECT T1.name FROM shop AS T1 JOIN city AS T2 ON T1.city_id = T2.id WHERE T2.name = 'Lyon'", "medium",
         ("join", "where")),
        ("SELECT name FROM city WHERE id NOT IN (SELECT city_id FROM shop)", "hard", ("where", "nested")),
        ("SELECT name FROM city UNION SELECT name FROM shop", "hard", ("set_operation",)),
        ("SELECT country, count(*) FROM city GROUP BY country HAVING count(*) > 1 ORDER BY count(*) DESC LIMIT 1", "hard",
         ("group_by", "having", "order_by", "limit", "aggregate")),
        ("SELECT DISTINCT name, people FROM city WHERE people > (SELECT avg(people) FROM city) ORDER BY name", "extra",
         ("where", "order_by", "nested", "distinct", "aggregate")),
    ],
)  # fmt: skip
def test_classes_and_features(archive: Path, sql: str, expected: str, used: tuple[str, ...]) -> None:
    plan = GoldBook(load("cosql", archive, "dev")).plan_of("shop_1", sql)
    assert plan is not None
    assert hardness(plan) == expected
    assert features(plan) == used
    assert expected in HARDNESS and set(used) <= set(FEATURES)


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "folder", "file"),
    [
        ("cosql", "cosql_dataset", "sql_state_tracking/cosql_dev.json"),
        ("sparc", "sparc", "dev.json"),
        ("spider", "spider_data", "dev.json"),
    ],
)
def test_agrees_with_the_official_rules_on_the_official_parses(
    data_folder: Path, name: str, folder: str, file: str
) -> None:
    dataset = load(name, data_folder / folder, "dev")
    book = GoldBook(dataset)
    rows = json.loads((data_folder / folder / file).read_text())
    for dialogue in dataset.dialogues:
        row = rows[dialogue.index]
        for position, turn in enumerate(row.get("interaction", [row])):
            plan = book.plan(dialogue.index, position)
            if plan is not None:
                assert hardness(plan) == _official(turn["sql"]), turn["query"]


def _official(sql: dict[str, Any]) -> str:
    """The rules of the official evaluation, on its own parse."""
    conditions = sql["where"][::2] + sql["having"][::2] + sql["from"]["conds"][::2]
    connectors = sql["where"][1::2] + sql["having"][1::2] + sql["from"]["conds"][1::2]
    first = sum(bool(sql[part]) for part in ("where", "groupBy", "orderBy")) + (sql["limit"] is not None)
    first += len(sql["from"]["table_units"]) - 1 + connectors.count("or") + sum(unit[1] == 9 for unit in conditions)
    second = sum(isinstance(unit[at], dict) for unit in conditions for at in (3, 4))
    second += sum(sql[part] is not None for part in ("intersect", "except", "union"))
    ordered = [column for unit in (sql["orderBy"] or ("", ()))[1] for column in unit[1:] if column]
    units = [*sql["select"][1], *sql["where"][::2], *sql["groupBy"], *ordered, *sql["having"]]
    others = (sum(unit[0] != 0 for unit in units) > 1) + sum(
        len(part) > 1 for part in (sql["select"][1], sql["where"], sql["groupBy"])
    )
    if first <= 1 and others == 0 and second == 0:
        return "easy"
    if second == 0 and ((others <= 2 and first <= 1) or (first <= 2 and others < 2)):
        return "medium"
    if second == 0 and ((others > 2 and first <= 2) or (2 < first <= 3 and others <= 2)):
        return "hard"
    return "hard" if first <= 1 and others == 0 and second <= 1 else "extra"
