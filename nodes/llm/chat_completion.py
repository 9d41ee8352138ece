"""ChatCompletion: an endpoint's answer, read from foreign JSON field by field; nothing in it is trusted."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Literal, cast

from nodes.state import Usage

_SURROGATES = re.compile("[\ud800-\udfff]")
_TRUNCATED = {"length", "max_tokens", "max_output_tokens"}
_REFUSED = {"content_filter", "safety", "refusal", "recitation", "prohibited_content", "blocklist", "sensitive"}
_TEXT_PARTS = ("text", "output_text")
"""Types of the parts of a content that are the answer; the others are reasoning, images, citations."""


class Malformed(Exception):
    """A body that is no chat completion: a proxy's page, a torn body."""


class Refused(Exception):
    """An endpoint's no: an HTTP status, or an error that stands in an answer of status 200."""

    def __init__(self, status: int, message: str, *, retry: bool | None = None, wait: float | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.passing = status in (408, 409, 429) or status >= 500 if retry is None else retry
        """Whether the same request may be answered later."""
        self.wait = wait
        """Seconds that the endpoint asks to wait; None if it says nothing."""


@dataclass(frozen=True)
class ChatCompletion:
    """What an endpoint answered."""

    text: str
    elsewhere: str
    """What stands in the reasoning or in a tool call; some servers put a whole JSON answer there."""
    ended: Literal["complete", "truncated", "refused"]
    usage: Usage
    """Tokens as far as they are told; a count that is none is 0, since an answer is worth more than its bill."""
    body: dict[str, Any]
    """The whole answer, its content as one text."""

    @property
    def first_token(self) -> dict[str, float]:
        """Log probabilities of what the first token could have been; {} where the server gave none that can be read."""
        told = _object(self.body["choices"][0].get("logprobs"))
        tokens = told.get("content") if told else None
        first = _object(cast("list[Any]", tokens)[0]) if isinstance(tokens, list) and tokens else None
        offered = first.get("top_logprobs") if first else None
        found = [_object(token) for token in cast("list[Any]", offered)] if isinstance(offered, list) else []
        return {
            str(token.get("token")): float(token["logprob"])
            for token in found
            if token and isinstance(token.get("logprob"), int | float)
        }


def read_completion(content: bytes) -> ChatCompletion:
    """Read a body.

    Raises:
        Malformed: it is no chat completion.
        Refused: it is an error, under whatever status it came.
    """
    body = _object(read_json(content))
    if body is None:
        raise Malformed
    choices = body.get("choices")
    choice = _object(choices[0]) if isinstance(choices, list) and choices else None
    message = _object(choice.get("message")) if choice else None
    for holder in (choice, body):
        if (
            holder
            and (holder.get("error") or holder.get("object") == "error")
            and not (message and message.get("content"))
        ):
            raise refusal(200, holder)
    if choice is None or message is None:
        raise Malformed
    reason = str(choice.get("finish_reason")).lower()
    text = _content(message.get("content"))
    refused = reason in _REFUSED or bool(message.get("refusal"))
    return ChatCompletion(
        text=text,
        elsewhere=_elsewhere(message),
        ended="truncated" if reason in _TRUNCATED else "refused" if refused else "complete",
        usage=_usage(body.get("usage")),
        body={**body, "choices": [{**choice, "message": {**message, "content": text}}]},
    )


def read_json(content: bytes) -> Any:
    """Read JSON of any encoding and depth.

    Raises:
        Malformed: it is none.
    """
    try:
        return json.loads(content.decode(json.detect_encoding(content), errors="replace"))
    except (ValueError, RecursionError) as error:
        raise Malformed from error


def refusal(status: int, body: Any, **how: Any) -> Refused:
    """Return what an error says, as whatever it is worded: an object, a text, a list, a code instead of a status."""
    first = cast(list[Any], body)[0] if isinstance(body, list) and body else body
    holder = _object(first) or {"error": first}
    error = holder.get("error") or holder.get("detail") or holder.get("message") or holder
    inner = _object(error) or {}
    code = inner.get("code") or inner.get("status") or holder.get("code") or inner.get("type") or ""
    said = inner.get("message") or error
    message = said if isinstance(said, str) else json.dumps(said, ensure_ascii=False)
    message = message if first else f"status {status} without a word"
    if status < 400:
        told = int(code) if str(code).isascii() and str(code).isdigit() and len(str(code)) == 3 else 0
        limited = "rate" in str(code).lower() and "limit" in str(code).lower()
        status = told if 400 <= told < 600 else 429 if limited else 500
    return Refused(status, message, **how)


def _content(content: Any) -> str:
    """Return the text of a content: a text, a list of parts, or the JSON itself."""
    if isinstance(content, str):
        return _SURROGATES.sub("\ufffd", content)
    if isinstance(content, list):
        return "".join(_part(part) for part in cast(list[Any], content))
    inner = _object(content)
    if inner is not None:
        return _content(inner["text"]) if isinstance(inner.get("text"), str) else json.dumps(inner)
    return "" if content is None else str(content)


def _part(part: Any) -> str:
    if isinstance(part, str):
        return _content(part)
    inner = _object(part)
    return _content(inner.get("text")) if inner and inner.get("type", "text") in _TEXT_PARTS else ""


def _elsewhere(message: dict[str, Any]) -> str:
    calls = message.get("tool_calls")
    call = _object(calls[0]) if isinstance(calls, list) and calls else message
    function = _object((call or {}).get("function") or message.get("function_call")) or {}
    found = function.get("arguments") or message.get("reasoning_content") or message.get("reasoning")
    return _content(found)


def _usage(usage: Any) -> Usage:
    told = _object(usage) or {}
    details = _object(told.get("prompt_tokens_details")) or {}
    prompt = _count(told.get("prompt_tokens"))
    cached = _count(details.get("cached_tokens") or told.get("prompt_cache_hit_tokens"))
    return Usage(
        prompt_tokens=prompt,
        cached_tokens=min(cached, prompt),
        completion_tokens=_count(told.get("completion_tokens")),
    )


def _count(value: Any) -> int:
    try:
        number = float(value) if isinstance(value, (int, float, str)) else 0.0
    except (ValueError, OverflowError):
        return 0
    return int(number) if 0 <= number < 1e12 else 0


def _object(value: Any) -> dict[str, Any] | None:
    return cast(dict[str, Any], value) if isinstance(value, dict) else None
