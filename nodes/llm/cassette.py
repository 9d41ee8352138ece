"""Record and replay: every answer of a language model kept in one SQLite file, found again by what was asked."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from pathlib import Path

from pydantic import ValidationError

from nodes.llm.endpoint import Endpoint
from nodes.llm.messages import (
    Completer,
    EndpointError,
    Prompt,
    Reply,
)
from nodes.state import Stage
from value_index.errors import TurnSQLError, reason

APPLICATION_ID = 0x54534C52
"""Marks the file as a recording, so that no other database is taken for one."""
SEALED = 1
"""The `user_version` of a file whose every answer has a seal; an earlier version's have none."""


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
                "INSERT OR IGNORE INTO answer (key, turn, stage, model, prompt, reply, seal) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (key, turn_id, stage, self.endpoint.model, *(texts := _texts(prompt, reply)), _seal(key, *texts)),
            )
        # Where two asked the same at once, the first answer stands, as it will in a replay.
        return self._find(key) or reply

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _find(self, key: str) -> Reply | None:
        rows = _read(self._connection, self._path, "WHERE key = ?", (key,))
        return rows[0][1] if rows else None


def check_recording(path: Path) -> None:
    """Check that a file is a recording.

    Raises:
        TurnSQLError: there is no such file, or it is none.
    """
    _open(path, create=False).close()


def read_cassette(path: Path) -> list[tuple[Prompt, Reply]]:
    """Return everything that was asked and answered.

    Raises:
        TurnSQLError: there is no such file, or it is no recording.
    """
    connection = _open(path, create=False)
    try:
        return _read(connection, path)
    finally:
        connection.close()


def _read(
    connection: sqlite3.Connection, path: Path, where: str = "", values: tuple[str, ...] = ()
) -> list[tuple[Prompt, Reply]]:
    """Read answers, each with its prompt.

    Raises:
        EndpointError: one is not what was recorded.
    """
    try:
        is_sealed = _is_sealed(connection)
        columns = "key, prompt, reply, " + ("seal" if is_sealed else "NULL")
        rows = connection.execute(f"SELECT {columns} FROM answer {where}", values).fetchall()
        for key, prompt, reply, seal in rows:
            if is_sealed and seal != _seal(key, prompt, reply):
                raise EndpointError(f"{path} holds an answer that was edited ({key[:12]}): record it again", fatal=True)
        return [(Prompt.model_validate_json(row[1]), Reply.model_validate_json(row[2])) for row in rows]
    except (sqlite3.Error, ValidationError, TypeError) as error:
        raise EndpointError(f"{path} is a damaged recording: make another with --record", fatal=True) from error


def _texts(prompt: Prompt, reply: Reply) -> tuple[str, str]:
    return prompt.model_dump_json(), reply.model_dump_json()


def _seal(key: str, prompt: str, reply: str) -> str:
    """Return the hash of a row: what proves that nobody edited it."""
    return hashlib.sha256("\0".join((key, prompt, reply)).encode()).hexdigest()


def _open(path: Path, *, create: bool) -> sqlite3.Connection:
    if not create and not path.is_file():
        raise TurnSQLError(f"there is no recording {str(path)!r}: make one with --record")
    connection = None
    try:
        if create:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))  # prompts hold values of the database
        connection = sqlite3.connect(path, timeout=30)
        mark = connection.execute("PRAGMA application_id").fetchone()[0]
        tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if mark != APPLICATION_ID and (tables or not create):
            raise TurnSQLError(f"{str(path)!r} is no recording of answers: give another file")
        if create:
            connection.executescript(
                f"PRAGMA journal_mode = WAL; PRAGMA application_id = {APPLICATION_ID};"
                "CREATE TABLE IF NOT EXISTS answer (key TEXT PRIMARY KEY, turn TEXT NOT NULL, stage TEXT NOT NULL,"
                " model TEXT NOT NULL, prompt TEXT NOT NULL, reply TEXT NOT NULL, seal TEXT) WITHOUT ROWID;"
            )
            _seal_all(connection)
    except (sqlite3.Error, OSError, TurnSQLError) as error:
        if connection:
            connection.close()
        if isinstance(error, TurnSQLError):
            raise
        raise TurnSQLError(f"cannot use {str(path)!r} as a recording of answers: {reason(error)}") from error
    return connection


def _seal_all(connection: sqlite3.Connection) -> None:
    """Give the answers of an earlier version their seals, and leave a file that has them as it is."""
    if _is_sealed(connection):
        return
    connection.execute("BEGIN IMMEDIATE")
    if not _is_sealed(connection):  # another process may have been faster
        if "seal" not in {row[1] for row in connection.execute("PRAGMA table_info(answer)")}:
            connection.execute("ALTER TABLE answer ADD COLUMN seal TEXT")
        connection.create_function("seal_of", 3, _seal, deterministic=True)
        connection.execute("UPDATE answer SET seal = seal_of(key, prompt, reply)")
        connection.execute(f"PRAGMA user_version = {SEALED}")
    connection.commit()


def _is_sealed(connection: sqlite3.Connection) -> bool:
    return connection.execute("PRAGMA user_version").fetchone()[0] >= SEALED
