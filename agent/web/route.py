"""Route: one operation of the HTTP API, typed, from which both the server and its OpenAPI document are made."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from value_index.errors import TurnSQLError, first_problem

Body = TypeVar("Body", bound=BaseModel)
Method = Literal["GET", "POST", "DELETE"]
THREAD_PATTERN = r"^[^/\\\x00-\x1f\x7f-\x9f]{1,100}$"
"""Names of threads: of any letters, without what ends a path or a line."""


@dataclass(frozen=True)
class Call(Generic[Body]):
    """One request, read and checked."""

    request: Request
    path: Mapping[str, Any]
    """What the path names: `thread`, `number`, `id`."""
    body: Body

    @property
    def thread(self) -> str:
        """Name of the thread."""
        return self.path["thread"]


@dataclass(frozen=True)
class Route:
    """One operation."""

    method: Method
    path: str
    """Path as OpenAPI writes it: `/api/threads/{thread}`."""
    summary: str
    answers: type[BaseModel] | str
    """What it gives: a model, or the media type of a text."""
    handler: Callable[[Call[Any]], Awaitable[BaseModel | Response]]
    takes: type[BaseModel] | None = None
    streams: bool = False
    """Whether it gives server-sent events unless JSON is asked for."""
    problems: tuple[int, ...] = ()
    """Statuses of its own beside those that any request may get."""


class BadRequestError(TurnSQLError):
    """A request that does not say what it must, with the HTTP status that tells so."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


PARAMETERS: dict[str, tuple[TypeAdapter[Any], dict[str, Any]]] = {
    "thread": (
        TypeAdapter(str),
        {"type": "string", "minLength": 1, "maxLength": 100, "pattern": THREAD_PATTERN},
    ),
    "number": (TypeAdapter(int), {"type": "integer", "minimum": 1, "maximum": 1_000_000}),
    "id": (TypeAdapter(str), {"type": "string", "pattern": "^[0-9a-f]{16}$"}),
}
"""What stands in paths: how it is read, and its JSON schema."""


async def read_call(route: Route, request: Request) -> Call[Any]:
    """Read a request as its route wants it.

    Raises:
        BadRequestError: it is something else.
    """
    path = {name: _parameter(name, value) for name, value in request.path_params.items()}
    return Call(request, path, await _body(route, request) if route.takes else None)  # type: ignore[arg-type]


def _parameter(name: str, text: str) -> Any:
    schema = PARAMETERS[name][1]
    if schema["type"] == "integer":
        if not re.fullmatch("[0-9]{1,7}", text) or not schema["minimum"] <= int(text) <= schema["maximum"]:
            raise BadRequestError(422, f"{name} must be a whole number from {schema['minimum']}")
        return int(text)
    if not re.fullmatch(schema["pattern"].strip("^$"), text) or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise BadRequestError(422, f"the path names no {name}: {_SHAPES[name]}")
    return text


_SHAPES = {"thread": "1 to 100 characters without / and control characters", "id": "16 hexadecimal digits"}


async def _body(route: Route, request: Request) -> BaseModel:
    assert route.takes is not None
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != "application/json":
        raise BadRequestError(415, "send JSON, with Content-Type: application/json")
    try:
        found = json.loads(await request.body(), parse_constant=_no_number)
        return route.takes.model_validate_json(json.dumps(found).encode())
    except ValidationError as error:
        raise BadRequestError(422, first_problem(error)) from error
    except (ValueError, RecursionError) as error:
        raise BadRequestError(400, "the body is not JSON") from error


def _no_number(word: str) -> Any:
    raise ValueError(f"{word} is no JSON")
