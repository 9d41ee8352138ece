"""Traces: OpenTelemetry spans of turns, stages, calls and queries, under OpenInference's names.

Off unless TURNSQL_TRACES is set; then the variables of OpenTelemetry itself say where the spans go. Questions and SQL are in
them; rows, prompts and answers of a model are not, unless the variable says `values`.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, cast

from nodes.llm.endpoint import Endpoint
from nodes.llm.messages import Completer, Prompt, Reply
from nodes.node import Context
from nodes.state import GraphState, Stage
from value_index.database import Database, Result
from value_index.errors import TurnSQLError
from value_index.render import json_rows, strict_json

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer

VARIABLE = "TURNSQL_TRACES"
OFF = ("", "0", "off", "no", "false")
ON = ("1", "on", "yes", "true")
VALUES = "values"
SHOWN_ROWS = 20
Kind = Literal["AGENT", "CHAIN", "LLM", "TOOL"]
"""Kinds of OpenInference: a turn, a stage, a call of a model, a query."""
Note = Callable[[Mapping[str, Any]], None]
"""Writes attributes into the span; None is left out."""


class TracesError(TurnSQLError):
    """Traces that were asked for and cannot be made."""


@dataclass(frozen=True)
class Tracing:
    """Makes spans."""

    tracer: Tracer
    values: bool
    """Whether rows, prompts and answers are written into them."""

    @contextmanager
    def span(self, name: str, kind: Kind, facts: Mapping[str, Any]) -> Generator[Note]:
        """Open a span for a block; an error that leaves it marks it, with its text if values are written."""
        from opentelemetry.trace import Status, StatusCode

        with self.tracer.start_as_current_span(
            name, record_exception=self.values, set_status_on_exception=self.values
        ) as span:

            def note(facts: Mapping[str, Any]) -> None:
                for key, value in facts.items():
                    if value is not None:
                        span.set_attribute(key, value)

            note({"openinference.span.kind": kind, **facts})
            try:
                yield note
            except BaseException as error:
                if not self.values:
                    span.set_status(Status(StatusCode.ERROR, type(error).__name__))
                raise


_active: Tracing | None = None


def start(environment: Mapping[str, str]) -> None:
    """Switch traces on if the environment asks for them.

    Raises:
        TracesError: the variable says something else, or the extra `otel` is not installed.
    """
    asked = environment.get(VARIABLE, "").strip().lower()
    if asked in OFF or _active:
        return
    if asked not in (*ON, VALUES):
        raise TracesError(f"{VARIABLE} is on, off or values, not {asked!r}")
    try:
        from opentelemetry import trace
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise TracesError(f"{VARIABLE} needs the extra `otel`: pip install 'turnsql[otel]'") from error
    if not isinstance(trace.get_tracer_provider(), TracerProvider):  # one of the program around us stays
        provider = TracerProvider(resource=Resource.create({"service.name": "turnsql"}))
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        trace.set_tracer_provider(provider)
    use(Tracing(trace.get_tracer("turnsql"), asked == VALUES))


def use(tracing: Tracing | None) -> None:
    """Make spans with a tracer of the caller's, or none any more."""
    global _active
    _active = tracing


def _nothing(facts: Mapping[str, Any]) -> None:
    """Note nothing."""


_NO_SPAN: AbstractContextManager[Note] = nullcontext(_nothing)


def turn_span(context: Context, utterance: str, thread: str | None) -> AbstractContextManager[Note]:
    """Open the span of a turn, its query included."""
    if _active is None:
        return _NO_SPAN
    facts = {"input.value": utterance, "session.id": thread, "turnsql.database": context.database.address}
    return _active.span("turnsql.turn", "AGENT", facts)


def turn_facts(state: GraphState, result: Result | None) -> dict[str, Any]:
    """Return what is noted of an answered turn."""
    return {
        "output.value": state.sql,
        "turnsql.turn_id": state.turn_id,
        "turnsql.confidence": state.plans[0].confidence if state.plans else None,
        "turnsql.no_question": state.no_question.kind if state.no_question else None,
        "turnsql.outcome": result.outcome if result else None,
    }


def stage_span(stage: Stage, variant: str) -> AbstractContextManager[Note]:
    """Open the span of one run of a stage."""
    if _active is None:
        return _NO_SPAN
    return _active.span(f"turnsql.{stage}", "CHAIN", {"turnsql.stage": stage, "turnsql.variant": variant})


def watched(context: Context) -> Context:
    """Return a context whose queries and calls make spans; itself where traces are off."""
    if _active is None or isinstance(context.database, WatchedDatabase):
        return context
    llm = WatchedCompleter(context.llm, _active) if context.llm else None
    database = cast(Database, WatchedDatabase(context.database, _active))
    return replace(context, database=database, llm=llm)


class WatchedDatabase:
    """A database whose statements make spans."""

    def __init__(self, database: Database, tracing: Tracing) -> None:
        self._database, self._tracing = database, tracing

    def __getattr__(self, name: str) -> Any:
        return getattr(self._database, name)

    def execute(self, sql: str, **bounds: Any) -> Result:
        """Run one statement; see Database."""
        facts = {"tool.name": "sql", "input.value": sql, "db.query.text": sql}
        with self._tracing.span(
            "turnsql.query", "TOOL", facts | {"db.system.name": self._database.schema.dialect}
        ) as note:
            result = self._database.execute(sql, **bounds)
            note({"turnsql.outcome": result.outcome, "db.response.returned_rows": len(result.rows)})
            if self._tracing.values:
                note(
                    {
                        "output.value": strict_json(json_rows(result)[:SHOWN_ROWS]),
                        "output.mime_type": "application/json",
                    }
                )
        return result


@dataclass(frozen=True)
class WatchedCompleter:
    """A completer whose calls make spans."""

    completer: Completer
    tracing: Tracing

    @property
    def endpoint(self) -> Endpoint:
        """Who answers."""
        return self.completer.endpoint

    async def complete(self, prompt: Prompt, *, turn_id: str, stage: Stage) -> Reply:
        """Answer a prompt; see Completer."""
        facts = {"llm.model_name": self.endpoint.model, "turnsql.stage": stage}
        with self.tracing.span("turnsql.call", "LLM", facts) as note:
            if self.tracing.values:
                note(_messages("llm.input_messages", [(each.role, each.content) for each in prompt.messages]))
            reply = await self.completer.complete(prompt, turn_id=turn_id, stage=stage)
            usage = reply.usage
            note(
                {
                    "llm.token_count.prompt": usage.prompt_tokens,
                    "llm.token_count.completion": usage.completion_tokens,
                    "llm.token_count.total": usage.prompt_tokens + usage.completion_tokens,
                    "llm.token_count.prompt_details.cache_read": usage.cached_tokens,
                    "llm.cost.total": usage.price,
                    "turnsql.outcome": reply.outcome,
                }
            )
            if self.tracing.values:
                note(_messages("llm.output_messages", [("assistant", reply.text)]))
        return reply


def _messages(name: str, messages: list[tuple[str, str]]) -> dict[str, str]:
    """Return messages as OpenInference flattens them."""
    facts: dict[str, str] = {}
    for place, (role, content) in enumerate(messages):
        facts |= {f"{name}.{place}.message.role": role, f"{name}.{place}.message.content": content}
    return facts
