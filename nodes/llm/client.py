"""The client of an OpenAI-compatible endpoint: the only file that knows the openai package."""

from __future__ import annotations

import asyncio
import json
import random
import re
from time import perf_counter
from typing import Any, cast

import openai
from openai.types.chat import ChatCompletion

from nodes.llm.capabilities import heeds_grammar
from nodes.llm.endpoint import FALLBACKS, Endpoint, StructuredOutput
from nodes.llm.messages import (
    EndpointError,
    Prompt,
    Reply,
    json_text,
)
from nodes.llm.request import request
from nodes.state import ReplyOutcome, Stage, Usage

DEAD_AFTER = 5
"""Calls failed one after the other, each after all its retries, that make an endpoint dead."""
BACKOFF = 0.25
"""Seconds before a malformed answer is asked for again; doubled each time, up to eight."""
TLS_ADVICE = "set base_url to http:// where it speaks no TLS, or SSL_CERT_FILE to the authority that it is known by"
_THOUGHT = re.compile(r"\A\s*(?:<think>)?.*?</think>", re.DOTALL)


class Malformed(Exception):
    """An answer that is no chat completion: a proxy's page, a torn body."""


class LLM:
    """One model at one endpoint, safe for many calls at once."""

    def __init__(self, endpoint: Endpoint, *, key: str = "") -> None:
        self.endpoint = endpoint
        self._key = key
        self._way: StructuredOutput = endpoint.structured
        self._failed = 0
        self._heeds_grammar: bool | None = None
        self._probing = asyncio.Lock()
        self._client = openai.AsyncOpenAI(
            base_url=endpoint.base_url,
            api_key=key or "none",
            timeout=endpoint.timeout,
            max_retries=endpoint.max_retries,
            # Of a call's processor time httpx takes a third more than aiohttp.
            http_client=openai.DefaultAioHttpClient(),
        )

    async def complete(self, prompt: Prompt, *, turn_id: str, stage: Stage) -> Reply:
        """Answer a prompt; see Completer."""
        if prompt.grammar:
            await self._insist_on_grammar()
        start = perf_counter()
        try:
            answer = await self._ask(prompt)
        except (openai.OpenAIError, Malformed) as error:
            raise self._fault(error) from error
        self._failed = 0
        return self._reply(answer, prompt, perf_counter() - start)

    async def raw(self, body: dict[str, Any]) -> dict[str, Any] | None:
        """Send a body as it stands; the answer as JSON values, None where the endpoint refuses the body.

        Raises:
            EndpointError: there is no answer.
        """
        try:
            return (await self._send(body)).model_dump(mode="json")
        except (openai.BadRequestError, openai.UnprocessableEntityError):
            return None
        except (openai.OpenAIError, Malformed) as error:
            raise self._fault(error) from error

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def _insist_on_grammar(self) -> None:
        """Try once whether grammars are heeded: without that, a run would measure free text and call it bounded."""
        async with self._probing:
            if self._heeds_grammar is None:
                self._heeds_grammar = await heeds_grammar(self)
        if not self._heeds_grammar:
            where = f"{self.endpoint.base_url} ({self.endpoint.model})"
            wanted = 'set grammar = "off" in [nodes.sql_generation], or in [endpoint] what it calls a grammar'
            raise EndpointError(f"{where} does not decode by a grammar: {wanted}", fatal=True)

    async def _ask(self, prompt: Prompt) -> ChatCompletion:
        """Send a prompt, in the next way of asking for JSON where the endpoint refuses one."""
        while True:
            way = self._way
            try:
                return await self._send(request(self.endpoint, prompt, way))
            except (openai.BadRequestError, openai.UnprocessableEntityError) as error:
                if prompt.output is None or way == "none" or not _is_about_format(error):
                    raise
                if self._way == way:
                    self._way = FALLBACKS[FALLBACKS.index(way) + 1]

    async def _send(self, body: dict[str, Any]) -> ChatCompletion:
        """Send a request again while its answer is malformed: the client itself retries only what HTTP calls a fault."""
        for attempt in range(self.endpoint.max_retries + 1):
            if attempt:
                await asyncio.sleep(min(BACKOFF * 2**attempt, 8.0) * random.uniform(0.75, 1.0))
            try:
                # The body is sent as it stands: the client's typed call would walk through it, for a fifth of its time.
                sent = self._client.post("/chat/completions", cast_to=ChatCompletion, body=body)
                # Whatever is no JSON comes back as text.
                answer = cast(ChatCompletion | str, await sent)
            except (json.JSONDecodeError, openai.APIResponseValidationError):
                continue
            if isinstance(answer, ChatCompletion) and answer.choices:
                return answer
        raise Malformed("its answers are no chat completions: is base_url the one that ends in /v1?")

    def _reply(self, answer: ChatCompletion, prompt: Prompt, seconds: float) -> Reply:
        choice = answer.choices[0]
        text = _THOUGHT.sub("", choice.message.content or "").strip()
        outcome: ReplyOutcome = "complete" if text else "empty"
        if choice.finish_reason == "length":
            outcome = "truncated"
        elif choice.finish_reason == "content_filter" or choice.message.refusal:
            outcome = "refused"
        elif text and prompt.output and not _is_json(json_text(text)):
            outcome = "malformed"
        usage = _usage(answer, seconds)
        prices = self.endpoint.prices
        priced = usage.model_copy(update={"price": prices.price(usage)}) if prices else usage
        return Reply(text=text, outcome=outcome, usage=priced)

    def _fault(self, error: openai.OpenAIError | Malformed) -> EndpointError:
        """Say in one line what failed and what to set; the key never stands in it."""
        self._failed += 1
        where = f"{self.endpoint.base_url} ({self.endpoint.model})"
        said = " ".join(str(error).split())[:300]
        if self._key:
            said = said.replace(self._key, "***")
        key = self.endpoint.key_env or "key_env in [endpoint]"
        match error:
            case openai.AuthenticationError() | openai.PermissionDeniedError():
                return EndpointError(f"{where} refused the key: set {key} ({said})", fatal=True)
            case openai.NotFoundError():
                return EndpointError(f"{where} has no such model or path: set model and base_url ({said})", fatal=True)
            case openai.BadRequestError() if ("context" in said and "token" in said) or "too long" in said:
                return EndpointError(f"{where} has too small a context: set context_tokens and max_tokens ({said})")
            case openai.APITimeoutError() if isinstance(_root(error), TimeoutError):
                said = f"no answer within {self.endpoint.timeout:g} s"
            case openai.APIConnectionError():
                cause = " ".join(str(_root(error)).split())
                tls = "SSL" in cause or "certificate" in cause
                advice = TLS_ADVICE if tls else "set base_url, or start it"
                return EndpointError(f"cannot reach {where}: {advice} ({cause})", fatal=True)
            case _:
                pass
        return EndpointError(f"{where} did not answer: {said}", fatal=self._failed >= DEAD_AFTER)


def _usage(answer: ChatCompletion, seconds: float) -> Usage:
    usage = answer.usage
    if usage is None:
        return Usage(seconds=seconds)
    details = usage.prompt_tokens_details
    return Usage(
        prompt_tokens=usage.prompt_tokens,
        cached_tokens=(details.cached_tokens or 0) if details else 0,
        completion_tokens=usage.completion_tokens,
        seconds=seconds,
    )


def _root(error: BaseException) -> BaseException:
    """Return what an error comes from: aiohttp's refused connections reach us as timeouts."""
    while error.__cause__:
        error = error.__cause__
    return error


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _is_about_format(error: openai.APIStatusError) -> bool:
    said = str(error).lower()
    return any(word in said for word in ("response_format", "json_schema", "structured", "json_object", "extra"))
