"""The client of an OpenAI-compatible endpoint: the only file that knows the openai package."""

from __future__ import annotations

import asyncio
import random
import socket
import ssl
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import openai

from nodes.llm.capabilities import heeds_grammar
from nodes.llm.chat_completion import ChatCompletion, Malformed, Refused, read_completion, read_json, refusal
from nodes.llm.endpoint import FALLBACKS, Endpoint, StructuredOutput
from nodes.llm.faults import (
    Late,
    TooLong,
    Trouble,
    Unreachable,
    fault_line,
    is_about_context,
    is_about_format,
)
from nodes.llm.messages import EndpointError, Prompt, Reply
from nodes.llm.reply import read_reply
from nodes.llm.request import request
from nodes.state import Stage

DEAD_AFTER = 5
"""Calls failed one after the other, each after all its retries, that make an endpoint dead."""
BACKOFF = 0.25
"""Seconds before a request is sent again; doubled each time, up to eight."""
LONGEST_WAIT = 60.0
"""Seconds that an endpoint may ask to wait."""
MOST_BYTES = 4_000_000
"""The most bytes of an unpacked answer: a thousand times what SQL takes."""
TROUBLES = (Refused, Malformed, Unreachable, Late, TooLong)


SERVED_SECONDS = 5.0
"""How long an endpoint may take to say what it serves; no answer is none the worse for it."""


class LLM:
    """One model at one endpoint, safe for many calls at once."""

    def __init__(self, endpoint: Endpoint, *, key: str = "") -> None:
        self.endpoint = endpoint
        self._key = key
        self._way: StructuredOutput = endpoint.structured
        self._ways_taken = set[StructuredOutput]()
        self._failed = 0
        self._answered = False
        self._heeds_grammar: bool | None = None
        self._probing = asyncio.Lock()
        self._client = openai.AsyncOpenAI(
            base_url=endpoint.base_url,
            api_key=key or "none",
            timeout=endpoint.timeout,
            max_retries=0,
            # Of a call's processor time httpx takes a third more than aiohttp. Followed, a redirect carries the prompt on.
            http_client=openai.DefaultAioHttpClient(follow_redirects=False, event_hooks={"response": [_read_bounded]}),
        )
        if not (urlsplit(endpoint.base_url).hostname or "").endswith("openai.com"):
            # Read from OPENAI_ORG_ID and OPENAI_PROJECT_ID, which are no one else's business.
            self._client.organization = self._client.project = None

    async def complete(self, prompt: Prompt, *, turn_id: str, stage: Stage) -> Reply:
        """Answer a prompt; see Completer."""
        if prompt.grammar:
            await self._insist_on_grammar()
        start = perf_counter()
        try:
            answer = await self._ask(prompt)
        except TROUBLES as trouble:
            raise self._fault(trouble) from trouble
        return read_reply(answer, prompt, self.endpoint, perf_counter() - start)

    async def raw(self, body: dict[str, Any], *, plain: bool = False) -> dict[str, Any] | None:
        """Send a body as it stands; the answer as JSON values, None if the endpoint refuses the body.

        Args:
            plain: whether a refusal is an error too, since every endpoint should take such a body.

        Raises:
            EndpointError: there is no answer.
        """
        try:
            return (await self._send(body)).body
        except TROUBLES as trouble:
            refused = isinstance(trouble, Refused) and (trouble.status in (400, 422) or is_about_format(trouble))
            if refused and not plain:
                return None
            raise self._fault(trouble) from trouble

    async def served(self) -> dict[str, Any]:
        """Return what the endpoint says of the model behind the name: its file or base, its size; {} if it says nothing."""
        try:
            found = (await asyncio.wait_for(self._client.models.list(), SERVED_SECONDS)).data
        except (openai.OpenAIError, TimeoutError, ValueError):
            return {}
        named = next((each for each in found if each.id == self.endpoint.model), found[0] if len(found) == 1 else None)
        told = named.model_dump(mode="json") if named else {}
        return {name: told[name] for name in ("id", "root", "parent", "meta") if told.get(name) is not None}

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
        """Send a prompt; where it is refused, in the next ways of asking for JSON.

        What goes through without a schema was refused for the schema, in whatever words and under whatever status.
        """
        first = self._way
        try:
            answer = await self._send(request(self.endpoint, prompt, first))
        except Refused as trouble:
            if prompt.logprobs and _may_be_about_format(trouble):
                return await self._ask(prompt.model_copy(update={"logprobs": False}))
            if prompt.output is None or not self._may_fall_back(trouble):
                raise
            for way in FALLBACKS[FALLBACKS.index(first) + 1 :]:
                try:
                    # What did not pass with all the tries that there are is tried once in every other way.
                    answer = await self._send(
                        request(self.endpoint, prompt, way), retries=0 if trouble.passing else None
                    )
                except Refused as again:
                    if not self._may_fall_back(again):
                        raise
                    continue
                if FALLBACKS.index(self._way) < FALLBACKS.index(way):
                    self._way = way
                return answer
            raise
        self._ways_taken.add(first)
        return answer

    def _may_fall_back(self, trouble: Refused) -> bool:
        """Tell whether a request may go through without its schema: a server's error too, before it ever took one."""
        if trouble.passing and trouble.status not in (408, 429) and self._way not in self._ways_taken:
            return not is_about_context(trouble)
        return _may_be_about_format(trouble)

    async def _send(self, body: dict[str, Any], *, retries: int | None = None) -> ChatCompletion:
        """Send a request, again as long as its fault may pass and tries are left."""
        most = self.endpoint.max_retries if retries is None else retries
        for attempt in range(most + 1):
            wait = min(BACKOFF * 2 ** (attempt + 1), 8.0) * random.uniform(0.75, 1.0)
            try:
                answer = await self._once(body)
            except TROUBLES as trouble:
                lasting = isinstance(trouble, Refused) and (not trouble.passing or is_about_format(trouble))
                if lasting or isinstance(trouble, TooLong) or attempt == most:
                    raise
                if isinstance(trouble, Refused) and trouble.wait is not None:
                    wait = trouble.wait
            else:
                self._failed, self._answered = 0, True
                return answer
            await asyncio.sleep(wait)
        raise AssertionError("the last attempt returns or raises")

    async def _once(self, body: dict[str, Any]) -> ChatCompletion:
        """Send a request once, within the time that it may take as a whole."""
        try:
            async with asyncio.timeout(self.endpoint.timeout):
                # The body is sent as it stands: the client's typed call would walk through it, for a fifth of its time.
                sent = await self._client.post(
                    "/chat/completions", cast_to=openai.HttpxBinaryResponseContent, body=body
                )
        except openai.APIStatusError as error:
            raise _refused(error) from error
        except (openai.OpenAIError, aiohttp.ClientError, OSError, ValueError) as error:
            raise _unreachable(error) from error
        return read_completion(sent.content)

    def _fault(self, trouble: Trouble) -> EndpointError:
        """Say in one line what failed; one prompt that is dropped costs a turn, an endpoint that is dead ends a run."""
        self._failed += 1
        line = fault_line(trouble, self.endpoint, self._key)
        dead = self._failed >= DEAD_AFTER and not (isinstance(trouble, Refused) and is_about_context(trouble))
        is_down = isinstance(trouble, Unreachable | Late) or (isinstance(trouble, Refused) and trouble.passing)
        fatal = line.fatal or dead or (line.set_up and not self._answered)
        return EndpointError(line.text, fatal=fatal, elsewhere=is_down)


async def _read_bounded(response: Any) -> None:
    """Read a body before the client does, as far as an answer may go: an endless one would fill the memory."""
    parts: list[bytes] = []
    size = 0
    async for part in response.aiter_bytes():
        size += len(part)
        if size > MOST_BYTES:
            raise TooLong(f"its answer has more than {MOST_BYTES:,} bytes")
        parts.append(part)
    response._content = b"".join(parts)  # where httpx looks for a body that was read


def _refused(error: openai.APIStatusError) -> Refused:
    """Read what an endpoint says against a request."""
    headers = error.response.headers
    try:
        body = read_json(error.response.content)
    except Malformed:
        body = error.response.text
    if 300 <= error.status_code < 400:
        return Refused(error.status_code, "to " + headers.get("location", "nowhere").partition("?")[0])
    asked = {"true": True, "false": False}.get(headers.get("x-should-retry", ""))
    return refusal(error.status_code, body, retry=asked, wait=_wait(headers))


def _wait(headers: Any) -> float | None:
    """Return the seconds that an endpoint asks to wait; None if it asks for none that make sense."""
    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            wait = float(headers.get(name, "")) / unit
        except ValueError:
            continue
        if 0 <= wait <= LONGEST_WAIT:
            return wait
    return None


def _unreachable(error: Exception) -> Trouble:
    """Tell a connection that fails from one that is silent: aiohttp's refused connections reach us as timeouts."""
    root: BaseException = error
    while root.__cause__ and not isinstance(root.__cause__, asyncio.CancelledError):
        root = root.__cause__
    if isinstance(root, TimeoutError):
        return Late()
    nobody = isinstance(root, (ConnectionRefusedError, socket.gaierror, ssl.SSLError)) or "Cannot connect" in str(root)
    return Unreachable(str(root) or type(root).__name__, refused=nobody)


def _may_be_about_format(trouble: Refused) -> bool:
    """Tell whether the same request may go through without its schema."""
    if is_about_format(trouble):
        return True
    return not trouble.passing and trouble.status not in (401, 403, 407) and not is_about_context(trouble)
