"""The official rules against the official code's own verdicts, and its known faults."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.scoring.verdicts import Executions, judge
from eval.scoring.verdicts.official import equal_results, without_distinct
from value_index.engines.sqlite.database import SQLiteDatabase


@pytest.mark.data
def test_every_published_verdict_is_reproduced(data_folder: Path) -> None:
    lines = (data_folder / "scoring" / "official_verdicts.jsonl").read_text().splitlines()
    pairs = [json.loads(line) for line in lines]
    databases = {
        name: SQLiteDatabase.open(data_folder / "database" / name / f"{name}.sqlite")
        for name in {p["db"] for p in pairs}
    }
    executions = Executions()
    disagreeing = [
        pair
        for pair in pairs
        for verdicts in [judge(databases[pair["db"]], pair["gold"], pair["pred"], executions=executions)]
        if (verdicts.official, verdicts.official_keep_distinct) != (pair["official"], pair["official_keep_distinct"])
    ]
    assert disagreeing == []
    assert len(pairs) == 1500


def test_one_and_one_point_nought_differ_where_they_sort_a_row_differently() -> None:
    assert equal_results([(1, 5)], [(1.0, 5)], ordered=False)
    assert not equal_results([(1, "1.")], [(1.0, "1.")], ordered=False)


def test_symmetric_columns_may_swap() -> None:
    assert equal_results([(1, 2), (2, 1)], [(2, 1), (1, 2)], ordered=True)


@pytest.mark.parametrize(
    ("sql", "stripped"),
    [
        ("SELECT DISTINCT a FROM t", "SELECT  a FROM t"),
        ("SELECT count(distinct(a)) FROM t", "SELECT count((a)) FROM t"),
        ("SELECT 'distinct', \"distinct\", [distinct] FROM t", "SELECT 'distinct', \"distinct\", [distinct] FROM t"),
        ("SELECT a -- distinct\nFROM t", "SELECT a -- distinct\nFROM t"),
        ("SELECT distinctly FROM t; SELECT 2", "SELECT distinctly FROM t;"),
    ],
)
def test_distinct_goes_as_a_token_not_as_text(sql: str, stripped: str) -> None:
    assert without_distinct(sql) == stripped
