"""openapi: the OpenAPI 3.1 document of the routes, made from their models."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from agent.web.route import PARAMETERS, Route
from agent.web.wire import Problem, StageShown

ANY_PROBLEM = {
    400: "The request is not understood.",
    403: "The page of another site asked, or the Host header names another server.",
    404: "There is no such thing.",
    429: "Too many requests: ask again in some seconds.",
}
PROBLEMS = {
    401: "The bearer token is missing or wrong.",
    409: "The thread cannot do that now: it is empty, open elsewhere, or another database's.",
    413: "The body is too large.",
    415: "The body is not JSON.",
    422: "A value is not what it must be.",
}
STREAM = "text/event-stream"


def openapi(routes: Sequence[Route], *, version: str, token: bool) -> dict[str, Any]:
    """Return the document.

    Args:
        routes: the operations.
        version: the program's.
        token: whether a bearer token is needed.
    """
    models = {kind for route in routes for kind in (route.takes, route.answers) if isinstance(kind, type)}
    used = sorted(models | {Problem, StageShown}, key=lambda kind: kind.__name__)
    _, definitions = models_json_schema(
        [(kind, "validation") for kind in used], ref_template="#/components/schemas/{model}"
    )
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, token=token)
    components: dict[str, Any] = {"schemas": definitions["$defs"]}
    if token:
        components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "TurnSQL", "version": version, "description": "Conversations about one database."},
        "paths": paths,
        "components": components,
        **({"security": [{"token": []}]} if token else {}),
    }


def _operation(route: Route, *, token: bool) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.handler.__name__,
        "summary": route.summary,
        "responses": {"200": _answer(route)} | {str(status): _problem(status) for status in _statuses(route, token)},
    }
    if names := re.findall(r"{(\w+)}", route.path):
        operation["parameters"] = [
            {"name": name, "in": "path", "required": True, "schema": PARAMETERS[name][1]} for name in names
        ]
    if route.takes:
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": _ref(route.takes)}}}
    return operation


def _answer(route: Route) -> dict[str, Any]:
    if isinstance(route.answers, str):
        return {"description": "Done.", "content": {route.answers: {"schema": {"type": "string"}}}}
    content: dict[str, Any] = {"application/json": {"schema": _ref(route.answers)}}
    if route.streams:
        # An event is `stage` (StageShown) or, last, `answer` (AnswerShown) or `error` (Problem).
        content[STREAM] = {"schema": {"type": "string"}}
    return {"description": "Done.", "content": content}


def _statuses(route: Route, token: bool) -> list[int]:
    taking = (413, 415, 422) if route.takes else ()
    named = (422,) if "{" in route.path else ()
    return sorted({*ANY_PROBLEM, *route.problems, *taking, *named, *((401,) if token else ())})


def _problem(status: int) -> dict[str, Any]:
    return {
        "description": (ANY_PROBLEM | PROBLEMS)[status],
        "content": {"application/json": {"schema": _ref(Problem)}},
    }


def _ref(kind: type[BaseModel]) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{kind.__name__}"}
