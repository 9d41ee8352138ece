"""Generated questions: the same for the same seed, every query runs, and the plan is the query's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.demo.build import build
from eval.gold.plan_form import canonical
from nodes.sql.joins.fill import with_joins
from nodes.sql.to_plan import to_plan
from training.data.generated.phrasing import a, plural, singular
from training.data.generated.schema_rich import GeneratedQuestion, generate
from training.data.generated.schema_templates import TEMPLATES
from value_index.database import Database
from value_index.engines.sqlite.database import SQLiteDatabase

DEMO = ("air_network", "bookshop", "clinic")


@pytest.fixture(scope="module")
def databases() -> dict[str, Database]:
    return {path.stem: SQLiteDatabase.open(path) for path in build()}


@pytest.fixture(scope="module")
def pairs(databases: dict[str, Database]) -> dict[str, tuple[GeneratedQuestion, ...]]:
    return {name: generate(db.schema, db, seed=7, count=60) for name, db in databases.items()}


def test_the_same_arguments_give_the_same_pairs(
    databases: dict[str, Database], pairs: dict[str, tuple[GeneratedQuestion, ...]]
) -> None:
    database = databases["clinic"]
    assert generate(database.schema, database, seed=7, count=60) == pairs["clinic"]
    assert generate(database.schema, database, seed=8, count=60) != pairs["clinic"]


@pytest.mark.parametrize("name", DEMO)
def test_every_query_runs_and_gives_rows(
    databases: dict[str, Database], pairs: dict[str, tuple[GeneratedQuestion, ...]], name: str
) -> None:
    assert len(pairs[name]) == 60
    for pair in pairs[name]:
        result = databases[name].execute(pair.sql)
        assert result.outcome == "rows" and result.rows, pair


@pytest.mark.parametrize("name", DEMO)
def test_the_plan_is_the_querys_own(
    databases: dict[str, Database], pairs: dict[str, tuple[GeneratedQuestion, ...]], name: str
) -> None:
    schema = databases[name].schema
    for pair in pairs[name]:
        assert canonical(with_joins(pair.plan, schema)) == canonical(to_plan(pair.sql, schema)), pair.sql


def test_no_question_and_no_query_is_there_twice(pairs: dict[str, tuple[GeneratedQuestion, ...]]) -> None:
    for found in pairs.values():
        assert len({pair.question for pair in found}) == len({pair.sql for pair in found}) == len(found)


def test_every_template_is_used_and_most_queries_are_more_than_one_table(
    pairs: dict[str, tuple[GeneratedQuestion, ...]],
) -> None:
    everything = [pair for found in pairs.values() for pair in found]
    assert {pair.kind for pair in everything} == {template.__name__.strip("_") for template in TEMPLATES}
    assert sum("JOIN" in pair.sql or pair.sql.count("SELECT") > 1 for pair in everything) > len(everything) / 2


def test_a_database_with_nothing_to_ask_gives_nothing(tmp_path: Path) -> None:
    import sqlite3

    path = tmp_path / "bare.sqlite"
    sqlite3.connect(path).executescript("CREATE TABLE thing (id INTEGER PRIMARY KEY)")
    database = SQLiteDatabase.open(path)
    assert generate(database.schema, database, seed=1, count=5) == ()


@pytest.mark.parametrize(
    ("one", "many"),
    [
        ("city", "cities"),
        ("box", "boxes"),
        ("address", "addresses"),
        ("day", "days"),
        ("staff", "staff"),
        ("class", "classes"),
    ],
)
def test_nouns_change_number(one: str, many: str) -> None:
    assert plural(one) == many == plural(many)
    assert singular(many) == one == singular(one)
    assert a(many).endswith(f" {one}")
