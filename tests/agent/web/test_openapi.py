"""Schemathesis asks what the OpenAPI document allows, and what it does not: no answer is a fault of the server."""

from __future__ import annotations

import socket
import threading
from collections.abc import Generator
from contextlib import suppress
from typing import Any

import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.testclient import TestClient

from agent.web.rate_limit import RateLimit
from agent.web.wire import AnswerShown
from tests.agent.web.conftest import Serve

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


def test_the_document_describes_every_route(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    assert document["openapi"] == "3.1.0" and {"/api/database", "/api/sql"} <= document["paths"].keys()
    assert set(AnswerShown.model_fields) <= document["components"]["schemas"]["AnswerShown"]["properties"].keys()


@pytest.fixture
def address(serve: Serve) -> Generator[str]:
    """Serve on a port of its own: requests that no client library lets through reach it too."""
    app = serve(requests=RateLimit(1e6, 1e6)).app
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, http="h11", ws="none", lifespan="off", log_level="critical"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join(10)


def test_no_request_of_any_kind_is_a_fault_and_every_answer_is_as_described(client: TestClient, address: str) -> None:
    document = client.get("/openapi.json").json()
    # Plans hold plans: to draw one at random takes longer than all else together.
    document["components"]["schemas"]["Plan"] = {"type": "object"}
    schema = schemathesis.openapi.from_dict(document)
    seen = set[str]()
    for result in schema.get_all_operations():
        operation = result.ok()
        for mode in (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE):

            @settings(
                max_examples=4,
                deadline=None,
                database=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(case=operation.as_strategy(generation_mode=mode))
            def ask(case: Any) -> None:
                answer = case.call(base_url=address)
                assert answer.status_code < 500, answer.text
                case.validate_response(answer, checks=CHECKS)

            with suppress(Unsatisfiable):  # nothing can be wrong of a request that says nothing
                ask()
            seen.add(operation.label)
    assert len(seen) == sum(len(path) for path in document["paths"].values())
