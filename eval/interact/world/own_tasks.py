"""own_tasks: the project's own tasks, and what they say of their databases, from the texts beside this file."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from value_index.models import FrozenModel

DATA = Path(__file__).parent / "data"


class Marked(NamedTuple):
    """A term that can be read in several ways."""

    term: str
    snippet: str
    meaning: str
    more: str = ""
    """What the user adds."""


class Hidden(NamedTuple):
    """A term whose knowledge is withheld."""

    term: str
    knowledge: int
    snippet: str


class Entry(NamedTuple):
    """One entry of a knowledge base."""

    id: int
    knowledge: str
    description: str
    definition: str
    type: str
    children: tuple[int, ...]


class OwnTask(FrozenModel):
    """A task as it is written."""

    id: str
    ask: str
    """The ambiguous request."""
    clear: str
    marked: tuple[Marked, ...] = ()
    hidden: tuple[Hidden, ...] = ()
    order: bool = False
    gold: str
    checks: tuple[tuple[str, str], ...] = ()
    """Queries of a task that changes the database, each with one that gives the rows which it must give afterwards."""
    then: str | None = None
    """The follow-up."""
    then_gold: str = ""
    then_order: bool = False


class OwnDatabase(FrozenModel):
    """One database with its tasks."""

    knowledge: tuple[Entry, ...]
    meanings: dict[str, str]
    """What each `table.column` means."""
    tasks: tuple[OwnTask, ...]

    def entry(self, key: int) -> Entry:
        """Return an entry of the knowledge base."""
        return next(each for each in self.knowledge if each.id == key)


@cache
def own_databases() -> dict[str, OwnDatabase]:
    """Return the databases by name."""
    return {path.stem: _read(path) for path in sorted(DATA.glob("*.yaml"))}


def record(name: str, database: OwnDatabase, task: OwnTask) -> dict[str, Any]:
    """Return a task in the official form, gold and all."""
    category = "Management" if task.checks else "Query"
    written: dict[str, Any] = {
        "instance_id": task.id,
        "selected_database": name,
        "query": task.clear,
        "amb_user_query": task.ask,
        "user_query_ambiguity": {
            "critical_ambiguity": [_marked(each) for each in task.marked],
            "non_critical_ambiguity": [_order(task.gold)] if task.order else [],
        },
        "knowledge_ambiguity": [_hidden(each, database) for each in task.hidden],
        "non_critical_ambiguity": [],
        "preprocess_sql": [],
        "clean_up_sql": [],
        "category": category,
        "conditions": {"decimal": -1, "distinct": False, "order": task.order},
        "high_level": False,
        "difficulty_tier": "Challenging" if len(task.marked) + len(task.hidden) > 1 else "Moderate",
        "sol_sql": [task.gold.strip()],
        "test_cases": [test_case(task)] if task.checks else [],
        "external_knowledge": [each.knowledge for each in task.hidden],
        "follow_up": None,
    }
    if task.then is not None:
        written["follow_up"] = {
            "query": task.then,
            "category": "Query",
            "conditions": {"decimal": -1, "distinct": False, "order": task.then_order},
            "type": "topic_pivot" if task.checks else "constraint_change",
            "sol_sql": [task.then_gold.strip()],
            "test_cases": [],
            "external_knowledge": [each.knowledge for each in task.hidden],
        }
    return written


def test_case(task: OwnTask) -> str:
    """Return the Python that judges a task which changes its database."""
    pairs = [(check.strip(), rows.strip()) for check, rows in task.checks]
    return (
        "def test_case(pred_sqls, sol_sqls, db_name, conn):\n"
        f"    pairs = {pairs!r}\n"
        "    for check, rows in pairs:\n"
        "        found, error, late = execute_queries([check], db_name, conn)\n"
        "        assert not error and not late, error or 'too slow'\n"
        "        assert ex_base([check], [rows], db_name, conn) == 1, (check, found)\n"
    )


def _marked(each: Marked) -> dict[str, Any]:
    meaning = f"{each.meaning}; {each.more}" if each.more else each.meaning
    kind = {"term": each.term, "sql_snippet": each.snippet, "is_mask": False, "type": "semantic_ambiguity"}
    return {**kind, "meaning": meaning}


def _hidden(each: Hidden, database: OwnDatabase) -> dict[str, Any]:
    entry = database.entry(each.knowledge)
    return {
        "term": each.term,
        "sql_snippet": each.snippet,
        "is_mask": False,
        "type": "knowledge_linking_ambiguity",
        "deleted_knowledge": each.knowledge,
        "meaning": f"{entry.knowledge}, that is {entry.definition}",
    }


def _order(gold: str) -> dict[str, Any]:
    """Mark how the result is sorted: no ambiguity that counts, but one that may be asked about."""
    snippet = gold.rpartition("ORDER BY")[2].partition("LIMIT")[0].strip()
    return {"term": "sort order", "sql_snippet": f"ORDER BY {snippet}", "is_mask": False, "type": "sort_ambiguity"}


def _read(path: Path) -> OwnDatabase:
    return OwnDatabase.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
