"""fault_line: what went wrong at an endpoint, in one line that says what to set; every server words it in its own way."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nodes.llm.chat_completion import Malformed, Refused
from nodes.llm.endpoint import Endpoint

SAID = 300
"""Characters shown of what an endpoint says."""
STRETCH = 8
"""Characters of a key in a row that are hidden."""
TLS_ADVICE = "set base_url to http:// where it speaks no TLS, or SSL_CERT_FILE to the authority that it is known by"
_CONTEXT = re.compile(
    r"context.{0,30}(length|size|window|limit)|too long|too many (input |prompt )?tokens|reduce the length"
    r"|exceeds? .{0,60}(context|tokens?\b|n_ctx)|n_ctx|(token|input|prompt) (count|length|limit).{0,40}exceed"
    r"|maximum.{0,30}(tokens|prompt|input|context)|longer than the",
    re.IGNORECASE,
)
"""vLLM, llama.cpp, SGLang, Ollama, OpenAI, Anthropic, Gemini, TGI."""
_FORMAT = re.compile(
    r"response.?format|json.?schema|structured|json_object|guided|xgrammar|outlines|grammar|extra (field|input)",
    re.IGNORECASE,
)
_UNSUPPORTED = re.compile(
    r"unsupported|not supported|does not support|unknown|unrecognized|not permitted|invalid|deprecated", re.I
)
_PARAMETERS = {
    "max_completion_tokens": 'token_limit = "max_completion_tokens"',
    "max_tokens": 'token_limit = "max_completion_tokens"',
    "temperature": 'temperature = "default"',
    "seed": 'seed = "default"',
    "reasoning_effort": "no reasoning_effort",
    "chat_template_kwargs": "no thinking",
    "enable_thinking": "no thinking",
}
"""Parameters that some models refuse, and what to set then."""


class Unreachable(Exception):
    """A connection that was not made, or ended before an answer."""

    def __init__(self, cause: str, *, refused: bool) -> None:
        super().__init__(cause)
        self.refused = refused
        """Whether nobody listens there, so that it may be the wrong address."""


class Late(Exception):
    """An answer that took longer than `timeout`."""


class TooLong(Exception):
    """A body of more bytes than any answer has."""


Trouble = Refused | Malformed | Unreachable | Late | TooLong


@dataclass(frozen=True)
class FaultLine:
    """A fault in words."""

    text: str
    fatal: bool = False
    """Whether it is about the endpoint and not about one prompt, whatever was answered before."""
    set_up: bool = False
    """Whether it is about the configuration, and so fatal unless something was answered before."""


def is_about_context(trouble: Refused) -> bool:
    """Tell whether a prompt was refused because it and its answer do not fit."""
    return trouble.status in (400, 413, 422, 500) and bool(_CONTEXT.search(str(trouble)))


def is_about_format(trouble: Refused) -> bool:
    """Tell whether a refusal speaks of the way in which JSON is asked for, under whatever status."""
    return trouble.status not in (401, 403, 404, 429) and bool(_FORMAT.search(str(trouble)))


def fault_line(trouble: Trouble, endpoint: Endpoint, key: str) -> FaultLine:
    """Say in one line what failed and what to set; the key never stands in it."""
    where = f"{endpoint.base_url} ({endpoint.model})"
    said = " ".join(_masked(str(trouble), key).split())[:SAID]
    match trouble:
        case Refused():
            return _refusal(trouble, where, said, endpoint)
        case Unreachable() if not trouble.refused:
            return FaultLine(f"{where} did not answer: the connection broke ({said})")
        case Unreachable():
            tls = "SSL" in said or "certificate" in said
            advice = TLS_ADVICE if tls else "set base_url, or start it"
            return FaultLine(f"cannot reach {where}: {advice} ({said})", set_up=True)
        case Late():
            return FaultLine(f"{where} did not answer: no answer within {endpoint.timeout:g} s")
        case TooLong():
            return FaultLine(f"{where} did not answer: {said}")
        case Malformed():
            wrong = "its answers are no chat completions: is base_url the one that ends in /v1?"
            return FaultLine(f"{where} did not answer: {wrong}")


def _refusal(trouble: Refused, where: str, said: str, endpoint: Endpoint) -> FaultLine:
    if 300 <= trouble.status < 400:
        return FaultLine(f"{where} sends requests on, which are not followed: set base_url ({said})", fatal=True)
    if is_about_context(trouble):
        return FaultLine(f"{where} has too small a context: set context_tokens and max_tokens ({said})")
    if trouble.status in (401, 403, 407):
        key = endpoint.key_env or "key_env in [endpoint]"
        return FaultLine(f"{where} refused the key: set {key} ({said})", fatal=True)
    if trouble.status == 404:
        return FaultLine(f"{where} has no such model or path: set model and base_url ({said})", fatal=True)
    if trouble.status in (400, 422) and _UNSUPPORTED.search(said):
        for name, setting in _PARAMETERS.items():
            if name in said:
                return FaultLine(f"{where} refuses {name}: set {setting} in [endpoint] ({said})", set_up=True)
    return FaultLine(f"{where} did not answer: {said}")


def _masked(said: str, key: str) -> str:
    """Hide the key and whatever stretch of it is told, before anything is cut: half a key is a key.

    >>> _masked("no such key: SK-1234567890AB", "sk-1234567890abcdef")
    'no such key: ***'
    """
    if not key:
        return said
    size = min(STRETCH, len(key))
    stretches = {key[at : at + size].lower() for at in range(len(key) - size + 1)}
    small = said.lower() if len(said.lower()) == len(said) else said
    hidden = {
        place
        for at in range(len(said) - size + 1)
        if small[at : at + size] in stretches
        for place in range(at, at + size)
    }
    shown = "".join("\0" if at in hidden else letter for at, letter in enumerate(said))
    return re.sub("\0+", "***", shown)
