"""Rows as tokens: the loss is on the answer, templates that do not fit are named, nothing is cut."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jinja2 import TemplateError

from nodes.llm.messages import Message
from training.settings import TrainingError
from training.sft.config import SftConfig
from training.sft.rows import ChatRow
from training.sft.tokens import UNLEARNT, encoded

ROW = ChatRow(
    messages=(
        Message(role="system", content="S"),
        Message(role="user", content="Q"),
        Message(role="assistant", content="SELECT 1"),
    ),
    stage="sql_generation", database_id="farm", database=Path("farm.sqlite"), gold="SELECT 1",
)  # fmt: skip


def chatml(messages: list[dict[str, str]], *, add_generation_prompt: bool = False) -> str:
    said = "".join(f"<{message['role'][0]}>{message['content']}$" for message in messages)
    return said + "<a>" * add_generation_prompt


def refusing(messages: list[dict[str, str]], **words: Any) -> str:
    raise TemplateError("System role not supported")


def rewriting(messages: list[dict[str, str]], *, add_generation_prompt: bool = False) -> str:
    return ("thinks" if add_generation_prompt else "") + chatml(messages, add_generation_prompt=add_generation_prompt)


class Tokenizer:
    """A token a character, and a chat template."""

    def __init__(self, template: Callable[..., str]) -> None:
        self._template = template

    def apply_chat_template(self, messages: list[dict[str, str]], *, tokenize: bool, **words: Any) -> str:
        assert not tokenize
        return self._template(messages, **words)

    def __call__(self, texts: list[str], *, add_special_tokens: bool) -> dict[str, list[list[int]]]:
        assert not add_special_tokens
        return {"input_ids": [[ord(letter) for letter in text] for text in texts]}


def test_the_loss_is_on_the_answer_alone_unless_the_whole_is_learnt() -> None:
    (row,) = encoded([ROW], Tokenizer(chatml), SftConfig())
    learnt = [token for token in row["labels"] if token != UNLEARNT]
    assert "".join(map(chr, learnt)) == "SELECT 1$"
    assert "".join(map(chr, row["input_ids"])) == "<s>S$<u>Q$<a>SELECT 1$"
    (whole,) = encoded([ROW], Tokenizer(chatml), SftConfig(whole=True))
    assert whole["labels"] == whole["input_ids"]


@pytest.mark.parametrize(
    ("template", "says"),
    [
        (refusing, "refuses a system, a user and an assistant message: System role not supported"),
        (rewriting, "writes a prompt in another way once it is answered"),
    ],
)
def test_a_chat_template_that_cannot_be_trained_on_is_one_line(template: Callable[..., str], says: str) -> None:
    with pytest.raises(TrainingError, match=says):
        encoded([ROW], Tokenizer(template), SftConfig())


def test_a_row_longer_than_the_settings_allow_is_refused_never_cut() -> None:
    with pytest.raises(
        TrainingError, match=r"train row 2 \(farm\) has 42 tokens, the settings allow 30: raise longest"
    ):
        long = ROW.model_copy(
            update={"messages": (ROW.messages[0], Message(role="user", content="Q" * 21), ROW.messages[2])}
        )
        encoded([ROW, long], Tokenizer(chatml), SftConfig(longest=30))
