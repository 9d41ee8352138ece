"""is_paraphrase: whether two questions ask the same in other words; it rather misses one than takes another question for it."""

from __future__ import annotations

from functools import lru_cache

from nodes.lexical.utterance import Utterance

_FILLERS = frozenset((
    "a", "an", "the", "of", "in", "on", "at", "me", "my", "we", "our", "us", "i", "you", "your", "please",
    "show", "list", "give", "tell", "find", "display", "return", "provide", "get", "let", "know", "want",
    "like", "need", "see", "look", "can", "could", "would", "will", "is", "are", "was", "were", "be", "been",
    "do", "does", "did", "has", "have", "had", "there", "that", "this", "these", "those", "what", "which",
    "who", "all", "and", "s", "it", "its", "their"
))  # fmt: skip
"""Words without which a question asks the same. Counting, comparing, denying and directing words are none of them."""
_DIRECTED = frozenset(
    ("from", "to", "than", "before", "after", "between", "over", "under", "not", "without", "by", "per")
)
"""Words that say of their neighbours which is which: where one stands, the order of the words counts."""


def is_paraphrase(question: str, other: str) -> bool:
    """Tell whether two questions have the same words, but for endings, fillers and, as a rule, order.

    >>> is_paraphrase("What is the name of each shop in Kiel?", "List each Kiel shop's names, please")
    True
    >>> is_paraphrase("List the shops in Kiel", "How many shops in Kiel?")
    False
    """
    return _key(question) == _key(other)


@lru_cache(maxsize=4096)
def _key(text: str) -> tuple[str, ...]:
    words = tuple(word for word in Utterance.of(text).words if word.text not in _FILLERS)
    stems = tuple(word.stem for word in words)
    return stems if any(word.text in _DIRECTED for word in words) else tuple(sorted(stems))
