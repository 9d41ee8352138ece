# pyright: basic
"""Chat rows as the tokens to train on."""

from __future__ import annotations

from collections.abc import Sequence

from jinja2 import TemplateError

from training.settings import TrainingError
from training.sft.config import SftConfig
from training.sft.rows import ChatRow

UNLEARNT = -100
"""The label of a token that carries no loss."""


def encoded(rows: Sequence[ChatRow], tokenizer, config: SftConfig) -> list[dict[str, list[int]]]:
    """Return rows as tokens, cut where serving cuts: the prompt with the answer's heading, then the answer.

    Raises:
        TrainingError: the chat template refuses the messages or rewrites a prompt once it is answered, or a row is too long.
    """
    if not rows:
        return []
    asked = [_written(row.prompt, tokenizer, config, add_generation_prompt=True) for row in rows]
    whole = [_written([*row.prompt, *row.completion], tokenizer, config) for row in rows]
    if not all(text.startswith(start) for start, text in zip(asked, whole, strict=True)):
        raise TrainingError("the chat template of the base writes a prompt in another way once it is answered")
    answers = [text[len(start) :] for start, text in zip(asked, whole, strict=True)]
    found: list[dict[str, list[int]]] = []
    starts, ends = (tokenizer(texts, add_special_tokens=False)["input_ids"] for texts in (asked, answers))
    for number, (start, end) in enumerate(zip(starts, ends, strict=True), 1):
        if len(start) + len(end) > config.longest:
            raise TrainingError(
                f"train row {number} ({rows[number - 1].database_id}) has {len(start) + len(end)} tokens, the settings allow "
                f"{config.longest}: raise longest, or make shorter rows"
            )
        found.append(
            {"input_ids": [*start, *end], "labels": [*(start if config.whole else [UNLEARNT] * len(start)), *end]}
        )
    return found


def _written(messages: list[dict[str, str]], tokenizer, config: SftConfig, **words: bool) -> str:
    try:
        return tokenizer.apply_chat_template(messages, tokenize=False, **words, **config.template)
    except TemplateError as error:
        raise TrainingError(
            f"the chat template of the base refuses a system, a user and an assistant message: {error}"
        ) from error
