"""Shown: what the agent has seen of a database, and the context that its graph works on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from agent.config import Config
from eval.interact.play.sketch import sketch
from nodes.knowledge.load import known_schema, load_knowledge
from nodes.node import Context
from value_index.engines.sqlite.database import SQLiteDatabase
from value_index.index import ValueIndex
from value_index.knowledge.errors import KnowledgeError
from value_index.knowledge.store import Knowledge
from value_index.models import FrozenModel

DATABASE = "shown"


class Shown(FrozenModel):
    """Texts of the benchmark's services; "" for what was not shown."""

    schema_text: str
    column_meanings: str = ""
    knowledge: str = ""

    def context(self, folder: Path, config: Config) -> Context:
        """Make a database, a value index and a knowledge store of it.

        Args:
            folder: where the files of one task are kept.
        """
        folder.mkdir(parents=True, exist_ok=True)
        database = SQLiteDatabase.open(sketch(self.schema_text, folder / f"{DATABASE}.sqlite"))
        known = self._known(folder, database, match_descriptions=config.match_descriptions)
        context = Context(known_schema(database.schema, known), database, ValueIndex.build(database), known)
        for node in config.settings.values():
            node.prepare(context)
        return context

    def _known(self, folder: Path, database: SQLiteDatabase, *, match_descriptions: bool) -> Knowledge | None:
        """Read knowledge and meanings as files of `--knowledge` are read; an entry that cannot be used is passed over."""
        paths: list[Path] = []
        if entries := _json(self.knowledge):
            rows = [entry for entry in entries if isinstance(entry, dict) and "knowledge" in entry]
            path = folder / "shown_kb.jsonl"
            path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
            paths += [path] if rows else []
        if meanings := _json(self.column_meanings):
            path = folder / "shown_column_meaning_base.json"
            path.write_text(json.dumps(meanings), encoding="utf-8")
            paths.append(path)
        try:
            return load_knowledge(paths, database, match_descriptions=match_descriptions)
        except KnowledgeError:
            return None


def _json(text: str) -> Any:
    try:
        return json.loads(text) if text else None
    except ValueError:
        return None
