"""A small release in the official layout, over a farm in SQLite."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

FARM = """
CREATE TABLE field (field_id INTEGER PRIMARY KEY, name TEXT NOT NULL, hectares NUMERIC NOT NULL);
CREATE TABLE harvest (
  field_id INTEGER NOT NULL REFERENCES field (field_id), year INTEGER NOT NULL, crop TEXT NOT NULL, tonnes NUMERIC NOT NULL
);
INSERT INTO field VALUES (1, 'North', 4.5), (2, 'River', 2.25), (3, 'Hill', 4.5);
INSERT INTO harvest VALUES
  (1, 2023, 'wheat', 27.333), (1, 2024, 'wheat', 31.5), (2, 2024, 'rye', 9.0), (3, 2024, 'wheat', 18.25);
"""
KNOWLEDGE: list[dict[str, Any]] = [
    {"id": 0, "knowledge": "Yield", "description": "How well a field bears.", "definition": "tonnes over hectares",
     "type": "calculation_knowledge", "children_knowledge": -1},
    {"id": 1, "knowledge": "Good Field", "description": "A field that bears well.", "definition": "Yield of at least 5",
     "type": "domain_knowledge", "children_knowledge": [0]},
]  # fmt: skip
TASK: dict[str, Any] = {
    "instance_id": "farm_1", "selected_database": "farm", "query": "names of fields of over 4 hectares",
    "amb_user_query": "Which fields are big?",
    "user_query_ambiguity": {
        "critical_ambiguity": [{"term": "big", "sql_snippet": "hectares > 4", "is_mask": False, "type": "semantic"}],
        "non_critical_ambiguity": [],
    },
    "knowledge_ambiguity": [{"term": "good", "sql_snippet": "tonnes / hectares >= 5", "deleted_knowledge": 1}],
    "category": "Query", "conditions": {"decimal": -1, "distinct": False, "order": False},
    "follow_up": {"query": "And their wheat of 2024, most first?", "category": "Query", "conditions": {"order": True}},
    "sol_sql": [], "test_cases": [], "external_knowledge": [],
}  # fmt: skip
GOLD: dict[str, Any] = {
    "instance_id": "farm_1", "sol_sql": ["SELECT name FROM field WHERE hectares > 4"], "test_cases": [],
    "external_knowledge": [1],
    "follow_up": {"sol_sql": "SELECT f.name, h.tonnes FROM field f JOIN harvest h ON f.field_id = h.field_id "
                  "WHERE f.hectares > 4 AND h.crop = 'wheat' AND h.year = 2024 ORDER BY h.tonnes DESC"},
}  # fmt: skip
MANAGEMENT: dict[str, Any] = {
    "instance_id": "farm_M_1", "selected_database": "farm", "amb_user_query": "Keep the good fields somewhere.",
    "category": "Management", "sol_sql": "CREATE TABLE good AS SELECT name FROM field WHERE hectares > 4",
    "test_cases": [
        "def test_case(pred_sqls, sol_sqls, db_name, conn):\n"
        "    rows, error, late = execute_queries(['SELECT name FROM good'], db_name, conn)\n"
        "    assert not error and not late, error\n"
        "    assert sorted(rows) == [('Hill',), ('North',)], rows\n"
    ],
    "follow_up": {"query": "How many are kept?", "category": "Query", "sol_sql": ["SELECT COUNT(*) FROM good"]},
}  # fmt: skip


def make_release(folder: Path, *tasks: dict[str, Any], name: str = "bird_interact_data.jsonl") -> Path:
    """Write tasks, the farm and its texts as a release."""
    place = folder / "farm"
    place.mkdir(parents=True, exist_ok=True)
    write_lines(folder / name, *(tasks or (TASK,)))
    write_lines(place / "farm_kb.jsonl", *KNOWLEDGE)
    (place / "farm_schema.txt").write_text(FARM)
    (place / "farm_column_meaning_base.json").write_text(json.dumps({"farm|Field|NAME": "What it is called"}))
    with closing(sqlite3.connect(place / "farm.sqlite")) as connection:
        connection.executescript(FARM)
    return folder


def write_lines(path: Path, *rows: Any) -> Path:
    """Write rows as JSON lines."""
    path.write_text("".join(f"{row if isinstance(row, str) else json.dumps(row)}\n" for row in rows))
    return path
