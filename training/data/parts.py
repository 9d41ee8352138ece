"""Rows made so far, kept on disk while a mix is made: a kill at any byte loses at most the turn that was being made."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from eval.datasets import DataError
from training.data.chat import ChatRow

NAME = "rows.jsonl.partial"


class PartFile:
    """An appended file of turns, each with its rows; its first line says what it was made from."""

    def __init__(self, folder: Path, fingerprint: str) -> None:
        """Take up an earlier attempt at the same mix, or start one.

        Raises:
            DataError: The folder holds another mix, or something else.
        """
        self._path = folder / NAME
        self.done: dict[str, list[ChatRow]] = {}
        """Rows by the key of their turn."""
        if folder.exists() and not folder.is_dir():
            raise DataError(f"{folder} is a file: give --out a new folder")
        folder.mkdir(parents=True, exist_ok=True)
        if self._path.exists():
            self._take_up(fingerprint)
        elif any(folder.iterdir()):
            raise DataError(f"{folder} is not empty: give --out a new folder")
        else:
            self._write({"fingerprint": fingerprint})

    def add(self, key: str, rows: Sequence[ChatRow]) -> None:
        """Keep the rows of a turn.

        Raises:
            DataError: The disk is full or gone; what was written stays.
        """
        self.done[key] = list(rows)
        self._write({"key": key, "rows": [row.model_dump(mode="json") for row in rows]})

    def remove(self) -> None:
        """Delete the file: the mix itself is written."""
        self._path.unlink()

    def _take_up(self, fingerprint: str) -> None:
        lines = list(self._whole_lines())
        try:
            if not lines or json.loads(lines[0])["fingerprint"] != fingerprint:
                raise DataError(
                    f"{self._path.parent} was begun with other settings, data or code: give --out a new folder"
                )
            for line in lines[1:]:
                found = json.loads(line)
                self.done[found["key"]] = [ChatRow.model_validate(row) for row in found["rows"]]
        except (ValueError, LookupError, TypeError, RecursionError) as error:
            raise DataError(f"{self._path} is damaged: give --out a new folder") from error
        with self._path.open("r+b") as handle:
            handle.truncate(sum(len(line) for line in lines))

    def _whole_lines(self) -> Iterator[bytes]:
        with self._path.open("rb") as handle:
            yield from (line for line in handle if line.endswith(b"\n"))

    def _write(self, value: object) -> None:
        """Append a line, unbuffered: what a kill tears is the last line at most."""
        try:
            descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
            try:
                data = memoryview(json.dumps(value, ensure_ascii=False).encode() + b"\n")
                while data:
                    data = data[os.write(descriptor, data) :]
            finally:
                os.close(descriptor)
        except OSError as error:
            raise DataError(
                f"cannot write {self._path}: {error.strerror}: make room, then run the command again; nothing is lost"
            ) from error
