"""KnowledgeError: a file of knowledge that cannot be used."""

from __future__ import annotations

from value_index.errors import TurnSQLError


class KnowledgeError(TurnSQLError):
    """Names the file, the line and what is wrong there."""
