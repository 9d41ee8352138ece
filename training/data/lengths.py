"""How long rows are in tokens: counted with a tokenizer where one is given, else estimated on the safe side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from nodes.llm.endpoint import CHARACTERS_PER_TOKEN
from nodes.llm.messages import Message
from training.settings import TrainingError
from value_index.models import FrozenModel

Counter = Callable[[Sequence[Message]], int]


class Lengths(FrozenModel):
    """Tokens of the rows of one set."""

    rows: int
    median: int
    p95: int
    most: int
    total: int
    limit: int
    counted_by: str
    """A tokenizer, or `estimate`."""

    @classmethod
    def of(cls, found: Sequence[int], limit: int, counted_by: str) -> Lengths:
        """Summarise lengths; all zero if there are none."""
        ordered = sorted(found) or [0]
        at = lambda share: ordered[min(len(ordered) - 1, int(share * len(ordered)))]  # noqa: E731
        return cls(
            rows=len(found), median=at(0.5), p95=at(0.95), most=ordered[-1], total=sum(found), limit=limit, counted_by=counted_by
        )  # fmt: skip


def estimate(messages: Sequence[Message]) -> int:
    """Return tokens by length alone: more than there will be, since a token of schemas and SQL is mostly longer."""
    overhead = 8 * len(messages)
    return overhead + int(sum(len(message.content) for message in messages) / CHARACTERS_PER_TOKEN)


def counter(tokenizer: str | None) -> tuple[Counter, str]:
    """Return how to count the tokens of a row, and what that is called.

    Args:
        tokenizer: a model's folder or hub name; an estimate where None.

    Raises:
        TrainingError: It cannot be opened, or has no chat template, or one that refuses the messages.
    """
    if tokenizer is None:
        return estimate, "estimate"
    try:
        from transformers import AutoTokenizer
    except ImportError as error:
        raise TrainingError(f"counting tokens needs {error.name}: uv pip install -e '.[train]'") from error
    try:
        found: Any = AutoTokenizer.from_pretrained(tokenizer, local_files_only=Path(tokenizer).exists())
    except (OSError, ValueError) as error:
        raise TrainingError(f"cannot open the tokenizer {tokenizer!r}: {' '.join(str(error).split())[:200]}") from error
    if not getattr(found, "chat_template", None):
        raise TrainingError(f"the tokenizer {tokenizer!r} has no chat template: give an instruction-tuned model's")

    def count(messages: Sequence[Message]) -> int:
        from jinja2 import TemplateError

        chat = [message.model_dump() for message in messages]
        try:
            return len(found.apply_chat_template(chat, tokenize=True, return_dict=False))
        except TemplateError as error:
            raise TrainingError(
                f"the chat template of {tokenizer!r} refuses a system, a user and an assistant message: {error}"
            ) from error

    return count, tokenizer
