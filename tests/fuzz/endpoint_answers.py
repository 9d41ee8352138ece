"""Answers of an endpoint: chat completions with parts exchanged, and the texts in them."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from nodes.llm.chat_completion import Malformed, Refused, read_completion, read_json, refusal
from nodes.llm.endpoint import Endpoint
from nodes.llm.faults import fault_line
from nodes.llm.messages import json_text
from nodes.llm.sql_text import sql_text
from tests.fuzz.json_inputs import broken_json

MESSAGE = {"role": "assistant", "content": "```sql\nSELECT 1\n```", "reasoning_content": "so be it"}
PARTS = [{"type": "thinking", "thinking": [{"text": "a"}]}, {"type": "text", "text": "SELECT 1"}]
CALL = {"id": "1", "function": {"name": "f", "arguments": "{}"}}
USAGE = {"prompt_tokens": 5, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 1}}


def _answer(message: dict[str, Any]) -> dict[str, Any]:
    choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
    return {"id": "a", "object": "chat.completion", "choices": [choice], "usage": USAGE, "model": "m"}


RIGHT: list[Any] = [
    _answer(MESSAGE),
    _answer({**MESSAGE, "content": PARTS}),
    _answer({**MESSAGE, "content": None, "tool_calls": [CALL]}),
    {"error": {"message": "Rate limit exceeded", "code": 429, "type": "rate_limit"}},
    [{"error": {"code": 400, "status": "INVALID", "message": "no"}}],
    {"detail": [{"loc": ["body"], "msg": "field required"}]},
]
MARKS = (
    "```sql", "```", "\n", "\n\n", "SELECT", "WITH a AS (SELECT 1)", "FROM t", "<answer>", "</answer>", "[SQL]", "[/SQL]", "`", "/*",
    "*/", "--", ";", "</s>", "The answer is", ":", '{"sql": "SELECT 1"}', "{", "}", "(", ")", "'", '"', "\\_", "\ud800", "SQLQuery:",
)  # fmt: skip
_TEXTS = st.lists(st.sampled_from(MARKS) | st.text(max_size=6), max_size=25).map(" ".join)
ENDPOINT_ANSWERS = broken_json(RIGHT) | _TEXTS
_ENDPOINT = Endpoint(base_url="http://localhost:1/v1", model="m")


def read_answer(answer: bytes | str) -> None:
    """Read a body as the client does, and the text in it as SQL and as JSON."""
    if isinstance(answer, str):
        sql_text(answer)
        json_text(answer)
        return
    try:
        found = read_completion(answer)
    except (Malformed, Refused) as trouble:
        assert "\n" not in fault_line(trouble, _ENDPOINT, "key").text
    else:
        json.dumps(found.body)
        found.text.encode()
        sql_text(found.text)
    try:
        refusal(400, read_json(answer))
    except Malformed:
        return
