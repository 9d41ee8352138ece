"""A small data folder in the official layout, made from the demo: two databases to train on, one to measure on."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from eval.demo.build import DEMO_DATA, build

DIALOGUES: list[dict[str, Any]] = json.loads((DEMO_DATA / "sql_state_tracking" / "cosql_dev.json").read_text("utf-8"))
MIX = """
agent = "agent.toml"
context_tokens = 8192
seed = 7

[[sources]]
set = "cosql"
"""
AGENT = """
[nodes]
schema_linking = { variant = "lexical" }
value_grounding = { variant = "fuzzy" }
plan_emission = { variant = "llm" }
sql_generation = { variant = "llm" }

[endpoint]
base_url = "http://localhost:1/v1"
model = "none"
"""


def about(*names: str) -> list[dict[str, Any]]:
    """The demo's dialogues about some databases."""
    return [dialogue for dialogue in DIALOGUES if dialogue["database_id"] in names]


def write_data(folder: Path, train: list[dict[str, Any]], dev: list[dict[str, Any]]) -> Path:
    """Write `cosql_dataset` with both splits and every demo database."""
    root = folder / "cosql_dataset"
    (root / "sql_state_tracking").mkdir(parents=True)
    for path in build():
        shutil.copytree(path.parent, root / "database" / path.stem)
    shutil.copy(DEMO_DATA / "tables.json", root)
    for split, rows in (("train", train), ("dev", dev)):
        (root / "sql_state_tracking" / f"cosql_{split}.json").write_text(json.dumps(rows), encoding="utf-8")
    return folder


def write_mix(folder: Path, text: str = MIX, agent: str = AGENT) -> Path:
    """Write the settings of a mix and of its agent."""
    (folder / "agent.toml").write_text(agent, encoding="utf-8")
    (folder / "mix.toml").write_text(text, encoding="utf-8")
    return folder / "mix.toml"
