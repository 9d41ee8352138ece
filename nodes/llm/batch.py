"""Batch: prompts written into a file that a batch service answers, and answers read from the file that it gives back.

The format is OpenAI's, which `vllm run-batch` reads too: a line a request, told apart by `custom_id`. A prompt is asked once, however
often it comes.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, cast

from nodes.llm.chat_completion import Malformed, Refused, read_completion
from nodes.llm.endpoint import Endpoint
from nodes.llm.messages import EndpointError, Prompt, Reply
from nodes.llm.reply import read_reply
from nodes.llm.request import request
from nodes.state import Stage
from value_index.errors import TurnSQLError


class Batch:
    """Answers from a file of answers; what it lacks is written into a file of requests, and its turn is left."""

    def __init__(self, endpoint: Endpoint, *, answers: Path | None, requests: Path | None) -> None:
        self.endpoint = endpoint
        self._answers = _read(answers) if answers else {}
        self._requests = requests
        self._asked = set[str]()
        if requests:
            _create(requests)

    async def complete(self, prompt: Prompt, *, turn_id: str, stage: Stage) -> Reply:
        """Answer a prompt; see Completer."""
        key = prompt.sha256(self.endpoint.decisive())
        why = "it is in no file of answers"
        if line := self._answers.get(key):
            try:
                return read_reply(read_completion(_body(line)), prompt, self.endpoint, 0.0)
            except (Malformed, Refused) as error:
                why = f"the batch gave no answer ({error})" if str(error) else "the batch gave no answer"
        if self._requests is None:
            raise EndpointError(f"{stage} of turn {turn_id!r}: {why}")
        if key not in self._asked:
            self._asked.add(key)
            self._write(self._requests, key, prompt)
        raise EndpointError(f"{stage} of turn {turn_id!r}: asked in {self._requests}")

    def _write(self, path: Path, key: str, prompt: Prompt) -> None:
        body = request(self.endpoint, prompt, self.endpoint.structured)
        line = {"custom_id": key, "method": "POST", "url": "/v1/chat/completions", "body": body}
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


def check_batch(answers: Path | None, requests: Path | None) -> None:
    """Check that answers can be read and that requests would be a new file.

    Raises:
        TurnSQLError: It is not so.
    """
    if answers:
        _read(answers)
    if requests and requests.exists():
        raise TurnSQLError(f"{requests} is there already: give --batch-out a new file")
    if requests and not requests.absolute().parent.is_dir():
        raise TurnSQLError(f"cannot write {requests}: there is no such folder")


def count_requests(path: Path) -> int:
    """Return how many requests a file holds."""
    with path.open(encoding="utf-8") as file:
        return sum(1 for _ in file)


def _create(path: Path) -> None:
    """Begin a file of requests, which hold values of the database.

    Raises:
        TurnSQLError: It is there already, or cannot be written.
    """
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        raise TurnSQLError(f"{path} is there already: give --batch-out a new file") from None
    except OSError as error:
        raise TurnSQLError(f"cannot write {path}: {error.strerror}") from error


def _read(path: Path) -> dict[str, dict[str, Any]]:
    """Read the answers of a batch by what they answer.

    Raises:
        TurnSQLError: A line is none.
    """
    found: dict[str, dict[str, Any]] = {}
    try:
        with path.open(encoding="utf-8") as file:
            for number, text in enumerate(file, start=1):
                line = json.loads(text) if text.strip() else {"custom_id": ""}
                if not isinstance(line, dict) or not isinstance(line.get("custom_id"), str):
                    raise TurnSQLError(f"{path}:{number}: no answer of a batch: it has no custom_id")
                found[line["custom_id"]] = cast("dict[str, Any]", line)
    except OSError as error:
        raise TurnSQLError(f"cannot read {path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise TurnSQLError(f"{path}: no file of answers, a JSON object a line: {error}") from error
    return found


def _body(line: dict[str, Any]) -> bytes:
    """Return the body of an answer as the endpoint sent it.

    Raises:
        Malformed: There is none.
    """
    response = line.get("response")
    body = cast("dict[str, Any]", response).get("body") if isinstance(response, dict) else None
    if body is None:
        raise Malformed(json.dumps(line.get("error"))[:200])
    return json.dumps(body).encode()
