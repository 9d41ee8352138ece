"""The demo's own data: every gold query is right to run, and every trap bites."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from eval.datasets import Dataset, load
from eval.demo.build import DEMO_DATA, build
from eval.scoring.verdicts import judge
from nodes.node import Context
from tests.nodes.library import answered
from value_index.index import ValueIndex
from value_index.text.natural_names import load_natural_names

FAILURE_MODES = {
    "filter_amnesia",
    "table_misattribution",
    "join_fan_out",
    "projection_drift",
    "value_grounding",
    "history_misalignment",
}
DIALOGUES: list[dict[str, Any]] = json.loads((DEMO_DATA / "sql_state_tracking" / "cosql_dev.json").read_text("utf-8"))
TURNS = [
    pytest.param(dialogue["database_id"], turn, id=f"{index}/{position}")
    for index, dialogue in enumerate(DIALOGUES)
    for position, turn in enumerate(dialogue["interaction"])
]


@pytest.fixture(scope="module")
def demo() -> Iterator[Dataset]:
    build()
    dataset = load("cosql", DEMO_DATA, "dev")
    yield dataset
    dataset.close()


def test_it_is_large_enough_and_holds_the_conversation_of_the_readme() -> None:
    assert len(DIALOGUES) >= 16 and len(TURNS) >= 60
    opening = [turn["utterance"] for turn in DIALOGUES[0]["interaction"][:2]]
    assert opening == ["Which airlines fly to Boston?", "Only show the ones from France."]


def test_every_failure_mode_has_traps_in_every_database() -> None:
    modes: Counter[tuple[str, str]] = Counter(
        (dialogue["database_id"], trap["failure_mode"])
        for dialogue in DIALOGUES
        for turn in dialogue["interaction"]
        for trap in turn["traps"]
    )
    databases = {dialogue["database_id"] for dialogue in DIALOGUES}
    assert set(modes) == {(database, mode) for database in databases for mode in FAILURE_MODES}


def test_a_first_turn_has_no_history_to_forget_or_misread() -> None:
    first = [dialogue["interaction"][0] for dialogue in DIALOGUES]
    of_history = {"filter_amnesia", "history_misalignment"}
    assert not [t["utterance"] for t in first if of_history & {trap["failure_mode"] for trap in t["traps"]}]


@pytest.mark.parametrize(("database_id", "turn"), TURNS)
def test_gold_runs_and_is_not_vacuous(demo: Dataset, database_id: str, turn: dict[str, Any]) -> None:
    result = demo.open_database(database_id).execute(turn["query"])
    assert result.outcome == "rows", result.message
    assert any(cell not in (None, 0) for row in result.rows for cell in row)


@pytest.mark.parametrize(("database_id", "turn"), TURNS)
def test_gold_has_no_ties(demo: Dataset, database_id: str, turn: dict[str, Any]) -> None:
    """Scanning tables backwards changes which of several equals comes first, and nothing else."""
    with closing(sqlite3.connect(demo.database_path(database_id))) as connection:
        forwards = connection.execute(turn["query"]).fetchall()
        connection.execute("PRAGMA reverse_unordered_selects = ON")
        backwards = connection.execute(turn["query"]).fetchall()
    if "ORDER BY" not in turn["query"].rsplit(")", 1)[-1]:
        forwards, backwards = sorted(forwards), sorted(backwards)
    for left, right in zip(forwards, backwards, strict=True):
        assert left == pytest.approx(right)


@pytest.mark.parametrize(("database_id", "turn"), TURNS)
def test_every_trap_bites(demo: Dataset, database_id: str, turn: dict[str, Any]) -> None:
    database = demo.open_database(database_id)
    assert turn["traps"]
    for trap in turn["traps"]:
        assert database.execute(trap["query"]).outcome == "rows"
        assert judge(database, turn["query"], trap["query"]).value is False, trap["failure_mode"]


def test_tables_json_says_what_the_databases_say(demo: Dataset) -> None:
    names = load_natural_names(DEMO_DATA / "tables.json")
    for path in build():
        bare = sqlite3.connect(path)
        with closing(bare):
            tables = [row[0] for row in bare.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            columns = {(t, row[1]) for t in tables for row in bare.execute(f"PRAGMA table_info({t})")}
            keys = {
                ((t, row[3]), (row[2], row[4])) for t in tables for row in bare.execute(f"PRAGMA foreign_key_list({t})")
            }
            assert bare.execute("PRAGMA foreign_key_check").fetchall() == []
        assert set(names[path.stem].tables) == set(tables)
        assert set(names[path.stem].columns) == columns
        assert set(names[path.stem].foreign_keys) == keys


@pytest.mark.parametrize(("dialogue", "turn", "code"), [(0, 1, "FR"), (0, 3, "IE")])
def test_a_country_is_grounded_to_its_code_through_its_row(demo: Dataset, dialogue: int, turn: int, code: str) -> None:
    """ "The ones from France", "the ones from Ireland instead": no table of countries is in play."""
    said = [(each["utterance"], each["query"]) for each in DIALOGUES[dialogue]["interaction"][: turn + 1]]
    database = demo.open_database(DIALOGUES[dialogue]["database_id"])
    context = Context(database.schema, database, ValueIndex.build(database))
    values = answered(context, said[turn][0], *said[:turn]).grounded_values
    assert values is not None
    first = values[0]
    assert (str(first.column), first.value, first.provenance) == ("airline.country_code", code, "via_row")
    assert str(first.via) == "country.name"
