"""Record and replay: every answer of a language model kept in one SQLite file, found again by what was asked."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from nodes.llm.endpoint import Endpoint
from nodes.llm.messages import (
    Completer,
    EndpointError,
    Prompt,
    Reply,
)
from nodes.state import Stage
from value_index.errors import TurnSQLError

APPLICATION_ID = 0x54534C52
"""Marks the file as a recording, so that no other database is taken for one."""


class Cassette:
    """Answers from the file; what it lacks is asked of the source and kept, or refused where there is no source.

    An answer is addressed by the model's settings and the prompt: after a change of a node, only the prompts that
    change with it are asked again. The turn and the stage are kept beside it for a reader.
    """

    def __init__(self, path: Path, endpoint: Endpoint, *, source: Completer | None = None) -> None:
        self.endpoint = endpoint
        self._path = path
        self._source = source
        self._connection = _open(path, create=source is not None)

    async def complete(self, prompt: Prompt, *, turn_id: str, stage: Stage) -> Reply:
        """Answer a prompt; see Completer."""
        key = prompt.sha256(self.endpoint.decisive())
        kept = self._find(key)
        if kept:
            return kept
        if self._source is None:
            raise EndpointError(
                f"{self._path} holds no answer for {stage} of turn {turn_id!r}: the prompt or the model's settings "
                "changed since it was recorded; record again with an endpoint",
                fatal=True,
            )
        reply = await self._source.complete(prompt, turn_id=turn_id, stage=stage)
        with self._connection:
            self._connection.execute(
                "INSERT OR IGNORE INTO answer (key, turn, stage, model, prompt, reply) VALUES (?, ?, ?, ?, ?, ?)",
                (key, turn_id, stage, self.endpoint.model, prompt.model_dump_json(), reply.model_dump_json()),
            )
        # Where two asked the same at once, the first answer stands, as it will in a replay.
        return self._find(key) or reply

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _find(self, key: str) -> Reply | None:
        row = self._connection.execute("SELECT reply FROM answer WHERE key = ?", (key,)).fetchone()
        return Reply.model_validate_json(row[0]) if row else None


def read_cassette(path: Path) -> list[tuple[Prompt, Reply]]:
    """Return everything that was asked and answered.

    Raises:
        TurnSQLError: there is no such file, or it is no recording.
    """
    connection = _open(path, create=False)
    rows = connection.execute("SELECT prompt, reply FROM answer").fetchall()
    connection.close()
    return [(Prompt.model_validate_json(prompt), Reply.model_validate_json(reply)) for prompt, reply in rows]


def _open(path: Path, *, create: bool) -> sqlite3.Connection:
    if not create and not path.is_file():
        raise TurnSQLError(f"there is no recording {str(path)!r}: make one with --record")
    connection = None
    try:
        connection = sqlite3.connect(path, timeout=30)
        mark = connection.execute("PRAGMA application_id").fetchone()[0]
        tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if mark != APPLICATION_ID and (tables or not create):
            raise TurnSQLError(f"{str(path)!r} is no recording of answers: give another file")
        if create:
            connection.executescript(
                f"PRAGMA journal_mode = WAL; PRAGMA application_id = {APPLICATION_ID};"
                "CREATE TABLE IF NOT EXISTS answer (key TEXT PRIMARY KEY, turn TEXT NOT NULL, stage TEXT NOT NULL,"
                " model TEXT NOT NULL, prompt TEXT NOT NULL, reply TEXT NOT NULL) WITHOUT ROWID;"
            )
    except (sqlite3.Error, TurnSQLError) as error:
        if connection:
            connection.close()
        if isinstance(error, TurnSQLError):
            raise
        raise TurnSQLError(f"cannot use {str(path)!r} as a recording of answers: {error}") from error
    return connection
