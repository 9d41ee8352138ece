"""Every shape of answer seen in public is an answer, a refusal or no chat completion, never a fault of ours."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodes.llm.chat_completion import Malformed, Refused, read_completion

PARTS = [{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}, {"type": "text", "text": "SELECT 1"}]


def body(content: Any = "SELECT 1", **more: Any) -> bytes:
    message = {"role": "assistant", "content": content}
    return json.dumps({"choices": [{"finish_reason": "stop", "message": message}], **more}).encode()


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (PARTS, "SELECT 1"),
        (["SELECT ", {"text": "1"}], "SELECT 1"),
        ([[["x"]], None, 7], ""),
        ({"type": "text", "text": "SELECT 1"}, "SELECT 1"),
        ({"sql": "SELECT 1"}, '{"sql": "SELECT 1"}'),
        (None, ""),
        (5, "5"),
        ("SELECT '\ud800'", "SELECT '\ufffd'"),
    ],
    ids=str,
)
def test_contents(content: Any, text: str) -> None:
    assert read_completion(body(content)).text == text


@pytest.mark.parametrize(
    ("usage", "tokens"),
    [
        ({"prompt_tokens": None, "completion_tokens": None, "total_tokens": None}, (0, 0, 0)),
        ({}, (0, 0, 0)),
        (None, (0, 0, 0)),
        ([1], (0, 0, 0)),
        ({"prompt_tokens": 5}, (5, 0, 0)),
        ({"completion_tokens": 5.5, "prompt_tokens": "7"}, (7, 0, 5)),
        ({"prompt_tokens": -5, "completion_tokens": 10**400}, (0, 0, 0)),
        ({"prompt_tokens": 3, "prompt_tokens_details": {"cached_tokens": 9}}, (3, 3, 0)),
        ({"prompt_tokens": 9, "prompt_cache_hit_tokens": 4}, (9, 4, 0)),
        ({"prompt_tokens": float("nan"), "completion_tokens": float("inf")}, (0, 0, 0)),
    ],
    ids=str,
)
def test_usage_is_advisory(usage: Any, tokens: tuple[int, int, int]) -> None:
    found = read_completion(body(usage=usage))
    assert found.text == "SELECT 1"
    assert (found.usage.prompt_tokens, found.usage.cached_tokens, found.usage.completion_tokens) == tokens


@pytest.mark.parametrize(
    ("answer", "status", "said"),
    [
        ({"choices": None, "error": {"message": "Rate limit exceeded", "code": 429}}, 429, "Rate limit exceeded"),
        ({"error": {"message": "slow down", "type": "rate_limit_error"}}, 429, "slow down"),
        ({"error": {"message": "boom"}}, 500, "boom"),
        ({"error": "boom"}, 500, "boom"),
        ({"object": "error", "message": "too long", "code": 400}, 400, "too long"),
        ({"choices": [{"error": {"code": 502, "message": "up"}, "message": {"content": ""}}]}, 502, "up"),
    ],
    ids=str,
)
def test_an_error_inside_an_answer_is_one(answer: Any, status: int, said: str) -> None:
    with pytest.raises(Refused, match=said) as raised:
        read_completion(json.dumps(answer).encode())
    assert raised.value.status == status


@pytest.mark.parametrize(
    "content",
    [b"", b"<html>", b"[" * 100_000, b'{"a":' * 100_000, b'{"a":' + b"9" * 5000 + b"}", b"null", b"7", b'{"choices": 5}',
     b'{"choices": [null]}', b'{"choices": ["x"]}', b'{"choices": {"0": 1}}', b'{"choices": [{"message": null}]}',
     b'{"choices": [{"message": "x"}]}', b'{"choices": []}'],
    ids=lambda content: str(content[:30]),
)  # fmt: skip
def test_what_is_no_chat_completion(content: bytes) -> None:
    with pytest.raises(Malformed):
        read_completion(content)


def test_texts_in_other_encodings_are_read() -> None:
    assert read_completion(body("é").decode().encode("utf-16")).text == "é"
    assert read_completion(b"\xef\xbb\xbf" + body()).text == "SELECT 1"
    assert read_completion(body().replace(b"SELECT 1", b"SELECT '\xe9'")).text == "SELECT '\ufffd'"


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["choices", "message", "content", "text", "type", "error", "usage", "code", "prompt_tokens",
                         "completion_tokens", "finish_reason", "refusal", "tool_calls", "function", "arguments"]),
        inner, max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


@given(VALUES, VALUES, VALUES)
def test_no_json_is_a_fault_of_ours(content: Any, usage: Any, error: Any) -> None:
    for answer in (content, {"choices": content}, {"choices": [{"message": {"content": content, "tool_calls": error}}],
                   "usage": usage}, {"choices": [content], "error": error}, {"error": content}):  # fmt: skip
        try:
            found = read_completion(json.dumps(answer).encode())
            found.text.encode()
        except (Malformed, Refused) as trouble:
            str(trouble)
