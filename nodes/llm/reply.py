"""read_reply: an endpoint's answer to a prompt, without the model's reasoning."""

from __future__ import annotations

import json
import re

from nodes.llm.chat_completion import ChatCompletion
from nodes.llm.endpoint import Endpoint
from nodes.llm.messages import Prompt, Reply, json_text
from nodes.state import ReplyOutcome

_THOUGHT = re.compile(
    r"\A\s*(?:<(think|thinking|reasoning)>)?.*?</(?:think|thinking|reasoning)>|\A\s*\[THINK\].*?\[/THINK\]"
    r"|\A\s*(?:<(?:think|thinking|reasoning)>|\[THINK\]).*\Z",
    re.DOTALL,
)
"""Reasoning before an answer; what was begun and never ended is all there is."""


def read_reply(answer: ChatCompletion, prompt: Prompt, endpoint: Endpoint, seconds: float) -> Reply:
    """Return what an endpoint answered to a prompt, what it took, and how it ended."""
    text = _THOUGHT.sub("", answer.text).strip()
    if not text and prompt.output and _is_json(json_text(answer.elsewhere)):
        text = answer.elsewhere.strip()
    outcome: ReplyOutcome = "complete" if text else "empty"
    if answer.ended != "complete":
        outcome = answer.ended
    elif text and prompt.output and not _is_json(json_text(text)):
        outcome = "malformed"
    usage = answer.usage.model_copy(update={"seconds": seconds})
    prices = endpoint.prices
    priced = usage.model_copy(update={"price": prices.price(usage)}) if prices else usage
    return Reply(text=text, outcome=outcome, usage=priced, first_token=answer.first_token if prompt.logprobs else {})


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
