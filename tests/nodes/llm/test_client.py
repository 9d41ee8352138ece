from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest
from pydantic import ValidationError

from nodes.llm.capabilities import WORD
from nodes.llm.client import DEAD_AFTER, LLM
from nodes.llm.endpoint import Endpoint, Prices
from nodes.llm.messages import (
    EndpointError,
    Message,
    Prompt,
    Reply,
)
from tests.fake_endpoint import Answer, FakeEndpoint, Response, fake_endpoint, fault, queue, said

KEY = "sk-planted-0123456789"
ASKED = Prompt(messages=(Message(role="system", content="Write SQL."), Message(role="user", content="How many?")))
JSON = ASKED.model_copy(update={"output": {"type": "object"}, "name": "plan"})
GRAMMAR = 'root ::= "x"'
RETRY_AT_ONCE = {"retry-after-ms": "1"}


def ask(answer: Answer, prompt: Prompt = ASKED, times: int = 1, **settings: Any) -> tuple[list[Reply], FakeEndpoint]:
    async def run(base_url: str) -> list[Reply]:
        endpoint = Endpoint(base_url=base_url, model="m", key_env="MY_KEY", **{"max_retries": 2, **settings})
        llm = LLM(endpoint, key=KEY)
        try:
            return [await llm.complete(prompt, turn_id="0", stage="sql_generation") for _ in range(times)]
        finally:
            await llm.close()

    with fake_endpoint(answer) as server:
        return asyncio.run(run(server.base_url)), server


def refused(answer: Answer, prompt: Prompt = ASKED, **settings: Any) -> EndpointError:
    with pytest.raises(EndpointError) as raised:
        ask(answer, prompt, **settings)
    assert "\n" not in str(raised.value) and KEY not in str(raised.value)
    return raised.value


def test_an_answer_with_its_usage_and_price() -> None:
    prices = Prices.model_validate({"prompt": 1.0, "cached": 0.1, "completion": 10.0, "read_on": "2026-11-01"})
    (reply,), server = ask(queue(said("SELECT 1")), prices=prices)
    assert (reply.text, reply.outcome) == ("SELECT 1", "complete")
    usage = reply.usage
    assert (usage.prompt_tokens, usage.cached_tokens, usage.completion_tokens) == (100, 60, 10)
    assert usage.price == pytest.approx((40 * 1.0 + 60 * 0.1 + 10 * 10.0) / 1e6)
    assert server.keys == [f"Bearer {KEY}"]
    (body,) = server.requests
    assert body["model"] == "m" and body["temperature"] == 0 and body["seed"] == 0 and body["max_tokens"] == 1024


@pytest.mark.parametrize(
    ("response", "text", "outcome"),
    [
        (said("SELECT", finish="length"), "SELECT", "truncated"),
        (said(""), "", "empty"),
        (said(None), "", "empty"),
        (said(None, refusal="I cannot"), "", "refused"),
        (said("", finish="content_filter"), "", "refused"),
        (said("<think>\nhm\n</think>\n\nSELECT 1"), "SELECT 1", "complete"),
        (said("hm</think>SELECT 1"), "SELECT 1", "complete"),
        (said("SELECT 1", reasoning_content="hm"), "SELECT 1", "complete"),
    ],
)
def test_answers_that_are_not_whole_are_typed(response: Response, text: str, outcome: str) -> None:
    (reply,), _ = ask(queue(response))
    assert (reply.text, reply.outcome) == (text, outcome)


@pytest.mark.parametrize(
    "trouble",
    [
        fault(429, **RETRY_AT_ONCE),
        fault(500, **RETRY_AT_ONCE),
        fault(503, **RETRY_AT_ONCE),
        Response(body=b"<html>wait</html>", content_type="text/html"),
        Response(body=b'{"choices": [{"mess'),
        Response(body=b"{}"),
    ],
    ids=["429", "500", "503", "html", "torn", "empty object"],
)
def test_what_passes_is_tried_again(trouble: Response) -> None:
    (reply,), server = ask(queue(trouble, said("SELECT 1")))
    assert reply.text == "SELECT 1" and len(server.requests) == 2


@pytest.mark.parametrize(
    ("status", "words"),
    [(401, "set MY_KEY"), (403, "set MY_KEY"), (404, "set model and base_url")],
)
def test_what_does_not_pass_says_what_to_set(status: int, words: str) -> None:
    error = refused(queue(fault(status, f"your key {KEY} is wrong\nreally")))
    assert words in str(error) and error.fatal


def test_a_context_that_is_too_small_is_no_fault_of_the_endpoint() -> None:
    error = refused(queue(fault(400, "This model's maximum context length is 4096 tokens")))
    assert "set context_tokens" in str(error) and not error.fatal


def test_a_server_that_speaks_something_else() -> None:
    error = refused(lambda body: Response(body=b"<html>hello</html>", content_type="text/html"), max_retries=1)
    assert "base_url" in str(error)


def test_an_endpoint_that_is_not_there() -> None:
    async def run() -> None:
        llm = LLM(Endpoint(base_url="http://127.0.0.1:9/v1", model="m", max_retries=0), key=KEY)
        await llm.complete(ASKED, turn_id="0", stage="sql_generation")

    with pytest.raises(EndpointError, match=r"cannot reach http://127.0.0.1:9/v1 .*set base_url") as raised:
        asyncio.run(run())
    assert raised.value.fatal


def test_an_endpoint_that_speaks_no_tls() -> None:
    async def run(base_url: str) -> None:
        llm = LLM(Endpoint(base_url=base_url.replace("http:", "https:"), model="m", max_retries=0))
        await llm.complete(ASKED, turn_id="0", stage="sql_generation")

    with (
        fake_endpoint(queue()) as server,
        pytest.raises(EndpointError, match=r"set base_url to http:// .*SSL") as raised,
    ):
        asyncio.run(run(server.base_url))
    assert raised.value.fatal


def test_an_endpoint_whose_certificate_nobody_vouches_for() -> None:
    async def run() -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(Path(__file__).parents[2] / "self_signed.pem")
        server = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0, ssl=context)
        port = server.sockets[0].getsockname()[1]
        llm = LLM(Endpoint(base_url=f"https://127.0.0.1:{port}/v1", model="m", max_retries=0), key=KEY)
        try:
            await llm.complete(ASKED, turn_id="0", stage="sql_generation")
        finally:
            await llm.close()
            server.close()

    with pytest.raises(EndpointError, match=r"SSL_CERT_FILE .*self.signed") as raised:
        asyncio.run(run())
    assert raised.value.fatal and "\n" not in str(raised.value)


def test_an_endpoint_that_accepts_and_stays_silent() -> None:
    async def run() -> None:
        server = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        endpoint = Endpoint(base_url=f"http://127.0.0.1:{port}/v1", model="m", max_retries=1, timeout=0.2)
        llm = LLM(endpoint)
        try:
            await llm.complete(ASKED, turn_id="0", stage="sql_generation")
        finally:
            await llm.close()
            server.close()

    started = perf_counter()
    with pytest.raises(EndpointError, match=r"did not answer: no answer within 0.2 s") as raised:
        asyncio.run(run())
    assert perf_counter() - started < 10 and not raised.value.fatal


def test_an_endpoint_that_answers_nothing_any_more_is_dead() -> None:
    async def run(base_url: str) -> list[bool]:
        llm = LLM(Endpoint(base_url=base_url, model="m", max_retries=0))
        fatal: list[bool] = []
        for _ in range(DEAD_AFTER):
            with pytest.raises(EndpointError) as raised:
                await llm.complete(ASKED, turn_id="0", stage="sql_generation")
            fatal.append(raised.value.fatal)
        return fatal

    with fake_endpoint(lambda body: fault(500)) as server:
        assert asyncio.run(run(server.base_url)) == [False] * (DEAD_AFTER - 1) + [True]


def test_ways_of_asking_for_json_fall_back_and_the_last_is_kept() -> None:
    unknown = fault(400, "response_format json_schema is not supported")
    answers = queue(unknown, fault(422, "extra field structured_outputs"), said("{}"), said("{}"))
    _, server = ask(answers, JSON, times=2)
    asked = [(body.get("response_format", {}).get("type"), "structured_outputs" in body) for body in server.requests]
    assert asked == [("json_schema", False), (None, True), ("json_object", False), ("json_object", False)]
    assert "JSON object" in server.requests[-1]["messages"][0]["content"]


def test_json_that_cannot_be_read_is_malformed() -> None:
    replies, _ = ask(queue(said('Sure: {"a": 1}'), said('{"a": ')), JSON, times=2)
    assert [reply.outcome for reply in replies] == ["complete", "malformed"]


def test_another_bad_request_does_not_fall_back() -> None:
    assert "temperature" in str(refused(queue(fault(400, "temperature must be 1")), JSON))


def test_switches_reach_the_wire() -> None:
    _, server = ask(
        queue(said("x")),
        ASKED,
        thinking=False,
        reasoning_effort="low",
        temperature=None,
        token_limit="max_completion_tokens",
        extra_body={"top_k": 1},
    )
    (body,) = server.requests
    assert body["chat_template_kwargs"] == {"enable_thinking": False}
    assert body["reasoning_effort"] == "low" and body["top_k"] == 1 and body["max_completion_tokens"] == 1024
    assert "temperature" not in body and "max_tokens" not in body


@pytest.mark.parametrize(
    ("field", "sent"), [("structured_outputs", {"grammar": GRAMMAR}), ("grammar", GRAMMAR), ("ebnf", GRAMMAR)]
)
def test_a_grammar_is_tried_once_and_then_sent(field: str, sent: Any) -> None:
    bounded = ASKED.model_copy(update={"grammar": GRAMMAR})
    replies, server = ask(queue(said(WORD), said("x"), said("x")), bounded, times=2, grammar=field)
    assert [reply.text for reply in replies] == ["x", "x"]
    assert [body[field] == sent for body in server.requests] == [False, True, True]


@pytest.mark.parametrize("answer", [said("Hello!"), fault(400, "unknown field structured_outputs")])
def test_an_endpoint_that_does_not_heed_a_grammar_is_said_so(answer: Response) -> None:
    error = refused(queue(answer), ASKED.model_copy(update={"grammar": GRAMMAR}))
    assert error.fatal and 'set grammar = "off" in [nodes.sql_generation]' in str(error)


def test_the_address_of_an_answer_ignores_where_the_server_stands() -> None:
    here = Endpoint(base_url="http://a/v1", model="m")
    there = Endpoint(base_url="http://b/v1", model="m", key_env="K", timeout=3, max_retries=1)
    other = Endpoint(base_url="http://a/v1", model="n")
    assert ASKED.sha256(here.decisive()) == ASKED.sha256(there.decisive()) != ASKED.sha256(other.decisive())
    assert ASKED.sha256(here.decisive()) != ASKED.sha256(here.decisive(), sample=1) != JSON.sha256(here.decisive())


@pytest.mark.parametrize("pad", [0, 100, *range(270, 301), 400])
def test_the_key_is_hidden_before_a_message_is_cut(pad: int) -> None:
    said = str(refused(queue(fault(400, "E" * pad + " " + KEY))))
    assert not any(KEY[:length] in said for length in range(4, len(KEY)))


@pytest.mark.parametrize(
    "refusal",
    [
        fault(400, "The provided JSON schema contains features not supported by xgrammar."),
        fault(400, "no"),
        fault(404, "No endpoints found that can handle the requested parameters."),
        fault(500, "Input should be 'text' or 'json_object'"),
        fault(501, "guided decoding is not supported"),
    ],
    ids=lambda response: str(response.status),
)
def test_what_goes_through_without_a_schema_was_refused_for_it(refusal: Response) -> None:
    def answer(body: dict[str, Any]) -> Response:
        plain = "response_format" not in body and "structured_outputs" not in body
        return said("{}") if plain else refusal

    (reply, _), server = ask(answer, JSON, times=2)
    assert reply.outcome == "complete" and len(server.requests) == 5


@pytest.mark.parametrize("refusal", [fault(500, "EngineCore encountered an issue"), fault(503, "no"), fault(409, "no")])
def test_a_schema_that_no_try_gets_through_is_left_out(refusal: Response) -> None:
    def answer(body: dict[str, Any]) -> Response:
        plain = "response_format" not in body and "structured_outputs" not in body
        return said("{}") if plain else refusal

    (reply, _), server = ask(answer, JSON, times=2, max_retries=1)
    assert reply.outcome == "complete" and len(server.requests) == 2 + 3 + 1


def test_a_server_in_trouble_is_asked_no_other_way_once_it_took_a_schema() -> None:
    answers = queue(said("{}"), fault(500), fault(500), said("{}"))
    with fake_endpoint(answers) as server:

        async def run() -> None:
            llm = LLM(Endpoint(base_url=server.base_url, model="m", max_retries=1))
            await llm.complete(JSON, turn_id="0", stage="sql_generation")
            with pytest.raises(EndpointError):
                await llm.complete(JSON, turn_id="1", stage="sql_generation")
            await llm.close()

        asyncio.run(run())
    assert len(server.requests) == 3


@pytest.mark.parametrize("told", [KEY[:12], KEY[5:], KEY.upper(), KEY[:9] + "..." + KEY[-9:]])
def test_a_stretch_of_the_key_is_hidden_too(told: str) -> None:
    shown = str(refused(queue(fault(401, f"Incorrect API key provided: {told}.")))).lower()
    assert not any(KEY[at : at + 8].lower() in shown for at in range(len(KEY) - 7))


def test_a_refusal_that_is_not_about_the_schema_is_told_as_it_was() -> None:
    error = refused(lambda body: fault(400, "context length exceeded" if "response_format" in body else "other"), JSON)
    assert "set context_tokens" in str(error)


@pytest.mark.parametrize(
    ("status", "words", "advice"),
    [
        (400, "the request exceeds the available context size. try increasing the context size or enable context shift",
         "set context_tokens and max_tokens"),
        (400, "prompt is too long: 250000 tokens > 200000 maximum", "set context_tokens and max_tokens"),
        (400, "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
         "set context_tokens and max_tokens"),
        (400, "'max_tokens' or 'max_completion_tokens' is too large: 1024. This model's maximum context length is 512",
         "set context_tokens and max_tokens"),
        (413, "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096: too long",
         "set context_tokens and max_tokens"),
        (400, "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
         'set token_limit = "max_completion_tokens"'),
        (400, "'temperature' does not support 0 with this model. Only the default (1) value is supported.",
         'set temperature = "default"'),
        (400, "`temperature` is deprecated for this model.", 'set temperature = "default"'),
        (400, 'Invalid JSON payload received. Unknown name "seed": Cannot find field.', 'set seed = "default"'),
    ],
    ids=lambda value: str(value)[:40],
)  # fmt: skip
def test_refusals_in_all_servers_words_have_advice(status: int, words: str, advice: str) -> None:
    assert advice in str(refused(queue(fault(status, words))))


def test_a_redirect_is_not_followed() -> None:
    elsewhere = Response(status=307, headers={"Location": "http://127.0.0.1:9/login?token=abc"})
    error = refused(queue(elsewhere))
    assert error.fatal and "set base_url (to http://127.0.0.1:9/login)" in str(error)


def test_an_error_inside_an_answer_is_tried_again_as_its_status_is() -> None:
    limited = Response(body=b'{"choices": null, "error": {"message": "Rate limit exceeded", "code": 429}}')
    (reply,), server = ask(queue(limited, said("SELECT 1")))
    assert reply.text == "SELECT 1" and len(server.requests) == 2
    assert "Rate limit exceeded" in str(refused(lambda body: limited, max_retries=0))


def test_organisation_and_project_of_openai_go_to_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "org-1")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-1")
    _, server = ask(queue(said("x")))
    assert not {"openai-organization", "openai-project"} & {name.lower() for name in server.headers[0]}


def serve_bytes(
    write: Callable[[asyncio.StreamWriter], Awaitable[None]], times: int = 1, **settings: Any
) -> list[EndpointError]:
    """Ask a server that writes what it likes; the errors."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            await write(writer)
        writer.close()

    async def run() -> list[EndpointError]:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        llm = LLM(
            Endpoint(base_url=f"http://127.0.0.1:{port}/v1", model="m", **{"max_retries": 0, "timeout": 1, **settings})
        )
        errors: list[EndpointError] = []
        for _ in range(times):
            with pytest.raises(EndpointError) as raised:
                await llm.complete(ASKED, turn_id="0", stage="sql_generation")
            errors.append(raised.value)
        await llm.close()
        server.close()
        return errors

    return asyncio.run(run())


@pytest.mark.parametrize(
    "head", [b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"], ids=["head", "body"]
)
def test_the_timeout_bounds_the_whole_of_an_answer(head: bytes) -> None:
    async def drip(writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        while True:
            writer.write(b"H")
            await writer.drain()
            await asyncio.sleep(0.2)

    started = perf_counter()
    assert "no answer within 1 s" in str(serve_bytes(drip)[0]) and perf_counter() - started < 10


def test_the_size_of_an_answer_is_bounded() -> None:
    async def flood(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b" " * 65536)
            await writer.drain()

    assert "more than 4,000,000 bytes" in str(serve_bytes(flood, timeout=10)[0])


@pytest.mark.parametrize(
    "sent",
    [b"", b"hello", bytes(range(256)), b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
     b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello", b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n{}",
     b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 7\r\n\r\nnotgzip",
     b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: 1\r\n" % n for n in range(40_000)) + b"\r\n"],
    ids=lambda sent: str(sent[:40]),
)  # fmt: skip
def test_one_prompt_that_a_server_drops_is_no_dead_endpoint(sent: bytes) -> None:
    async def once(writer: asyncio.StreamWriter) -> None:
        writer.write(sent)
        await writer.drain()

    errors = serve_bytes(once, times=DEAD_AFTER)
    assert [error.fatal for error in errors] == [False] * (DEAD_AFTER - 1) + [True]
    assert "the connection broke" in str(errors[0]) and "\n" not in str(errors[0])


@pytest.mark.parametrize(
    "base_url",
    ["", "localhost:8000", "ftp://host/v1", "http://", "http://user:word@host/v1", "http://[bad", "http://h:99999/v1"],
)
def test_an_address_that_is_none_is_refused(base_url: str) -> None:
    with pytest.raises(ValidationError, match="base_url"):
        Endpoint(base_url=base_url, model="m")


def test_the_default_of_a_model_is_not_sent() -> None:
    _, server = ask(queue(said("x")), temperature="default", seed="default")
    assert not {"temperature", "seed"} & server.requests[0].keys()


def test_secrets_of_a_body_are_in_no_record() -> None:
    body = {"api_key": "s1", "top_k": 5, "stop_token_ids": [1], "provider": {"authorization": "s2", "token": "s3"}}
    kept = Endpoint(base_url="http://h/v1", model="m", extra_body=body).decisive()["extra_body"]
    assert kept == {
        "api_key": "***", "top_k": 5, "stop_token_ids": [1], "provider": {"authorization": "***", "token": "***"},
    }  # fmt: skip
