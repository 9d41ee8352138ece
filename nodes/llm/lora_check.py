"""Whether a LoRA adapter changes what its base model says: a server may load one that it then ignores, without a word."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nodes.llm.capabilities import Raw, say
from nodes.state import StateModel

PROMPTS = (
    "Write a SQLite query that counts the rows of the table customer.",
    "Plan of the query:\nselect city.name\nfrom city\nwhere city.population > 100000\norder by city.name",
    "What does the query SELECT name FROM airline WHERE country = 'France' show?",
)
"""Fixed, so that two probes compare."""
TOKENS = 16
"""The tokens of each answer."""
SMALLEST = 1e-3
"""A difference of log probabilities that rounding does not make; twice what the base differs from itself, where that is more."""


class AdapterEffect(StateModel):
    """What an adapter changed on the fixed prompts."""

    prompts: int
    other_words: int
    """Prompts that adapter and base answer in other words."""
    difference: float | None
    """The largest difference of a token's log probability where they say the same; None if the endpoint gives none."""
    noise: float
    """The same between two answers of the base."""

    @property
    def silent(self) -> bool:
        """Whether nothing tells the adapter from its base."""
        return not self.other_words and (self.difference or 0.0) <= max(SMALLEST, 2 * self.noise)

    def describe(self) -> str:
        """Say it in one line."""
        moved = "" if self.difference is None else f", log probabilities differ by up to {self.difference:.4f}"
        return f"{self.other_words} of {self.prompts} prompts answered in other words{moved}"


async def adapter_effect(llm: Raw, base: str) -> AdapterEffect:
    """Ask the endpoint's model, which is an adapter, and its base the same, at temperature 0.

    Raises:
        EndpointError: there is no answer.
    """
    asked = [
        (await _tokens(llm, text, base), await _tokens(llm, text, None), await _tokens(llm, text, base))
        for text in PROMPTS
    ]
    pairs = [(adapter, first) for first, adapter, _ in asked]
    differences = [_difference(*pair) for pair in pairs]
    known = [difference for difference in differences if difference is not None]
    return AdapterEffect(
        prompts=len(PROMPTS),
        other_words=sum(_words(adapter) != _words(first) for adapter, first in pairs),
        difference=max(known) if known else None,
        noise=max((_difference(first, again) or 0.0 for first, _, again in asked), default=0.0),
    )


Tokens = Sequence[tuple[str, float | None]]
"""The tokens of an answer with their log probabilities; one text without any where the endpoint gives none."""


async def _tokens(llm: Raw, text: str, model: str | None) -> Tokens:
    """Return the answer to a prompt."""
    body: dict[str, Any] = {"temperature": 0.0, llm.endpoint.token_limit: TOKENS, **({"model": model} if model else {})}
    answer = await say(llm, text, **body, logprobs=True) or await say(llm, text, **body)
    choice = answer["choices"][0] if answer else {}
    try:
        scored = [(str(token["token"]), float(token["logprob"])) for token in choice["logprobs"]["content"]]
    except (KeyError, TypeError, ValueError):
        scored = []
    return scored or [((choice.get("message", {}).get("content") or ""), None)]


def _words(tokens: Tokens) -> list[str]:
    return [token for token, _ in tokens]


def _difference(left: Tokens, right: Tokens) -> float | None:
    """Return the largest difference as far as both say the same; None without log probabilities."""
    largest = None
    for (one, first), (other, second) in zip(left, right, strict=False):
        if one != other or first is None or second is None:
            break
        largest = max(largest or 0.0, abs(first - second))
    return largest
