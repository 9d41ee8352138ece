"""What an agent answers with: a database, the index of its values, and what is known about it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from nodes.knowledge.load import known_schema, load_knowledge
from nodes.node import Context
from value_index.index import ValueIndex
from value_index.opened import opened


def open_context(db: list[str], knowledge: Sequence[Path], match_descriptions: bool) -> Context:
    """Open the database and its value index, and read what is known about it."""
    database = opened(db)
    known = load_knowledge(knowledge, database, match_descriptions=match_descriptions)
    return Context(known_schema(database.schema, known), database, ValueIndex.of(database), known)
