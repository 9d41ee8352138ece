"""Comparison words around a mention, as an operator."""

from __future__ import annotations

import re

from value_index.matches import MatchOperator
from value_index.text.comparison_words import OR_LESS, OR_MORE

_DOWNWARD = "less|fewer|under|below|before|lower|smaller|shorter|younger|earlier|cheaper|lighter|slower|lesser|prior"
_BEFORE: tuple[tuple[str, MatchOperator], ...] = (
    (r"(?:no|not) (?:more|greater|larger|higher|later|older) than|at most|up to|(?:a )?maximum (?:of|is)|not exceed\w*",
     "<="),
    (r"(?:no|not) (?:less|fewer|lower|smaller|earlier|younger) than|at least|(?:a )?minimum (?:of|is)|since|starting (?:from|in)",
     ">="),
    (r"(?:not|n t|isn t|aren t|other than|except(?: for)?|excluding|besides|without|apart from|rather than|instead of"
     r"|not (?:in|from|named|called|at|a|the|an))", "!="),
    (rf"(?:{_DOWNWARD})(?: \w+)?(?: than| to| or equal to)", "<"),
    (r"(?:under|below|before|less|fewer|until|prior to|smaller|lower|younger)", "<"),
    (r"(?:more|greater|larger|bigger|higher|older|longer|later|taller|heavier|faster|\w+er|above|over)(?: \w+)? than",
     ">"),
    (r"(?:over|above|after|exceed\w*|beyond|more|greater|older|larger|higher)", ">"),
    (r"between(?: \S+){1,6} and|between|ranging from|from \S+ to", "between"),
    (r"(?:contain\w*|includ\w*|substring|with the words?|the (?:words?|letters?|phrase|prefix|string)|start\w* with"
     r"|begin\w* with|end\w* with|keyword)", "like"),
)  # fmt: skip
_AFTER: tuple[tuple[str, MatchOperator], ...] = (
    (rf"(?:\w+ )?(?:or|and) (?:{'|'.join(OR_MORE)})|onwards?|at least", ">="),
    (rf"(?:\w+ )?(?:or|and) (?:{'|'.join(OR_LESS)})|at most", "<="),
)  # fmt: skip
_BEFORE_PATTERNS: tuple[tuple[re.Pattern[str], MatchOperator], ...] = tuple(
    (re.compile(rf"(?:^|\s)(?:{text})(?: the| a| an| is| that of)?$"), op) for text, op in _BEFORE
)
_AFTER_PATTERNS: tuple[tuple[re.Pattern[str], MatchOperator], ...] = tuple(
    (re.compile(rf"^(?:{text})(?=\s|$)"), op) for text, op in _AFTER
)
_REVERSED_BY_EQUAL: dict[MatchOperator, MatchOperator] = {">": ">=", "<": "<="}


def operator_hint(before: str, after: str) -> MatchOperator:
    """Return what the words around a mention ask for; `=` where they ask nothing.

    Args:
        before: the folded text before the mention.
        after: the folded text after it.

    >>> operator_hint("students older than", ""), operator_hint("with", "or more seats"), operator_hint("in", "")
    ('>', '>=', '=')
    """
    for pattern, operator in _AFTER_PATTERNS:
        if pattern.search(after[:40]):
            return operator
    tail = before[-60:]
    equal = re.search(r"(?: than)? or equal(?:s)? to$", tail)
    if equal:
        strict = operator_hint(tail[: equal.start()] + " than", "")
        return _REVERSED_BY_EQUAL.get(strict, strict)
    for pattern, operator in _BEFORE_PATTERNS:
        if pattern.search(tail):
            return operator
    return "="
