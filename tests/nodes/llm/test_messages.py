from __future__ import annotations

import doctest

import pytest

from nodes.llm import messages
from nodes.llm.messages import json_text


def test_examples() -> None:
    assert doctest.testmod(messages).failed == 0


@pytest.mark.parametrize(
    ("text", "found"),
    [('{"a": 1}', '{"a": 1}'), ('```json\n{"a": {}}\n```', '{"a": {}}'), ("none", "none"), ("} {", "} {"), ("", "")],
)
def test_json_between_words(text: str, found: str) -> None:
    assert json_text(text) == found
