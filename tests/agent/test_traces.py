"""Spans of a turn, its stages, calls and queries, as a collector of the test's own receives them."""

from __future__ import annotations

import asyncio
import gzip
import os
import subprocess
import sys
import threading
import timeit
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from time import process_time
from typing import Any

import pytest

pytest.importorskip("opentelemetry.sdk", reason="the extra `otel` is not installed")

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from agent import traces
from agent.answer import answer_once
from agent.config import Config
from agent.traces import TracesError, Tracing, WatchedCompleter, stage_span, start, use, watched
from nodes.llm.endpoint import Endpoint
from nodes.llm.messages import EndpointError, Message, Prompt, Reply
from nodes.node import Context
from nodes.state import STAGES, Usage
from tests.agent.conftest import ROOT

SECRET = "lamp"
"""A value that the database stores and no question says."""


class Collector:
    """Takes spans over HTTP as OTLP sends them."""

    def __init__(self) -> None:
        self.spans: list[dict[str, Any]] = []
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                body = gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body
                collector.take(ExportTraceServiceRequest.FromString(body))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self, request: ExportTraceServiceRequest) -> None:
        for group in request.resource_spans:
            for scope in group.scope_spans:
                for span in scope.spans:
                    facts = {each.key: getattr(each.value, each.value.WhichOneof("value")) for each in span.attributes}
                    self.spans.append({"name": span.name, "id": span.span_id, "parent": span.parent_span_id, **facts})


@pytest.fixture
def collector() -> Generator[Collector]:
    made = Collector()
    yield made
    made.server.shutdown()


def asked(database: Path, collector: Collector, said: str) -> str:
    """Ask in a process of its own; return what it prints."""
    address = f"http://127.0.0.1:{collector.server.server_port}"
    environment = {**os.environ, "TURNSQL_TRACES": said, "OTEL_EXPORTER_OTLP_ENDPOINT": address}
    command = [sys.executable, "-m", "turnsql", "ask", "List the names of the items.", "--db", str(database)]
    command += ["--config", str(ROOT / "configs" / "lexical.toml")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    return done.stdout


def test_a_collector_gets_a_turn_its_stages_and_its_query(database_file: Path, collector: Collector) -> None:
    assert SECRET in asked(database_file, collector, "on")
    by_name = {span["name"]: span for span in collector.spans}
    turn = by_name["turnsql.turn"]
    assert turn["openinference.span.kind"] == "AGENT" and turn["parent"] == b""
    assert turn["input.value"] == "List the names of the items." and turn["output.value"] == "SELECT name FROM item"
    for stage in STAGES:
        assert by_name[f"turnsql.{stage}"]["openinference.span.kind"] == "CHAIN"
        assert by_name[f"turnsql.{stage}"]["parent"] == turn["id"]
    query = by_name["turnsql.query"]
    assert query["openinference.span.kind"] == "TOOL" and query["parent"] == turn["id"]
    assert query["input.value"] == "SELECT name FROM item" and query["db.response.returned_rows"] == 3
    assert SECRET not in repr(collector.spans), "no value of a row"


def test_rows_are_in_the_spans_if_asked_for(database_file: Path, collector: Collector) -> None:
    asked(database_file, collector, "values")
    (query,) = (span for span in collector.spans if span["name"] == "turnsql.query")
    assert query["output.value"] == '[["lamp"], ["chair"], [null]]'


@pytest.mark.parametrize("said", ["", "off", "0"])
def test_nothing_is_sent_unless_it_is_set(database_file: Path, collector: Collector, said: str) -> None:
    asked(database_file, collector, said)
    assert collector.spans == []


def test_another_word_is_one_line() -> None:
    with pytest.raises(TracesError, match="on, off or values"):
        start({"TURNSQL_TRACES": "perhaps"})


@contextmanager
def recorded(*, values: bool) -> Generator[InMemorySpanExporter]:
    """Keep the spans of a block."""
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    use(Tracing(provider.get_tracer("test"), values))
    try:
        yield exporter
    finally:
        use(None)


class Model:
    """A model with one answer."""

    endpoint = Endpoint(base_url="http://127.0.0.1:1/v1", model="small")

    async def complete(self, prompt: Prompt, *, turn_id: str, stage: Any) -> Reply:
        if prompt.name == "broken":
            raise EndpointError("the key sk-123 is refused")
        return Reply(text="SELECT 1", usage=Usage(prompt_tokens=7, completion_tokens=2, cached_tokens=5))


def call(*, values: bool, name: str = "sql") -> ReadableSpan:
    prompt = Prompt(messages=(Message(role="user", content="private"),), name=name)
    with recorded(values=values) as exporter:
        assert traces._active
        watched_model = WatchedCompleter(Model(), traces._active)
        try:
            asyncio.run(watched_model.complete(prompt, turn_id="t", stage="sql_generation"))
        except EndpointError:
            assert name == "broken"
    (span,) = exporter.get_finished_spans()
    return span


def test_a_call_has_its_model_and_tokens_and_no_text() -> None:
    facts = dict(call(values=False).attributes or {})
    assert facts["openinference.span.kind"] == "LLM" and facts["llm.model_name"] == "small"
    counts = {name.removeprefix("llm.token_count."): facts[name] for name in facts if "token_count" in name}
    assert counts == {"prompt": 7, "completion": 2, "total": 9, "prompt_details.cache_read": 5}
    assert "private" not in repr(facts)


def test_a_call_has_its_messages_if_asked_for() -> None:
    facts = dict(call(values=True).attributes or {})
    assert facts["llm.input_messages.0.message.content"] == "private"
    assert facts["llm.output_messages.0.message.role"] == "assistant"


def test_an_error_marks_its_span_and_tells_no_more_than_its_kind() -> None:
    span = call(values=False, name="broken")
    assert not span.status.is_ok and span.status.description == "EndpointError" and not span.events


def test_a_turn_in_process_is_one_trace(skip: Config, context: Context) -> None:
    config = Config.load(ROOT / "configs" / "lexical.toml")
    with recorded(values=False) as exporter:
        answer = asyncio.run(answer_once(config, context, "List the names of the items.", history=()))
    assert answer.ok and len({span.context.trace_id for span in exporter.get_finished_spans() if span.context}) == 1


def test_without_traces_nothing_is_made(context: Context) -> None:
    assert watched(context) is context
    made = timeit.timeit(lambda: stage_span("plan_emission", "compact").__enter__(), timer=process_time, number=100_000)
    assert made / 100_000 < 20e-6, "a turn opens eight"
