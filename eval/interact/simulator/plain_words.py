"""in_plain_words: a part of SQL as somebody says it who knows none; leaks_sql: whether an answer gives SQL away."""

from __future__ import annotations

import re
from collections.abc import Iterable

from eval.interact.simulator.knows import clauses

_WORDS = (
    (r"\bCAST\s*\((.+?)\s+AS\s+\w+(?:\s+PRECISION)?\)", r"\1"),
    (r"\bCOUNT\s*\(\s*(?:\*|1)\s*\)", "the number of rows"),
    (r"\bCOUNT\s*\(\s*DISTINCT\s+([^()]*)\)", r"the number of different \1"),
    (r"\bCOUNT\s*\(([^()]*)\)", r"the number of \1"),
    (r"\bSUM\s*\(([^()]*)\)", r"the sum of \1"),
    (r"\bAVG\s*\(([^()]*)\)", r"the average of \1"),
    (r"\bMIN\s*\(([^()]*)\)", r"the lowest \1"),
    (r"\bMAX\s*\(([^()]*)\)", r"the highest \1"),
    (r"\bIS\s+NOT\s+NULL\b", "is known"),
    (r"\bIS\s+NULL\b", "is not known"),
    (r"\bNOT\s+IN\b", "is none of"),
    (r"\bIN\b", "is one of"),
    (r"\bBETWEEN\b", "between"),
    (r"\bNOT\s+LIKE\b", "does not look like"),
    (r"\bLIKE\b", "looks like"),
    (r"\bORDER\s+BY\b", "sorted by"),
    (r"\bLIMIT\s+(\d+)", r" the first \1 of them"),
    (r"\bDESC\b", "with the highest first"),
    (r"\bASC\b", "with the lowest first"),
    (r"\bDISTINCT\b", "different"),
    (r"\bCASE\b|\bEND\b", " "),
    (r"\bWHEN\b", "if"),
    (r"\bTHEN\b", "then"),
    (r"\bELSE\b", "otherwise"),
    (r"\bAND\b", "and"),
    (r"\bOR\b", "or"),
    (r"\bAS\s+\w+", " "),
    (r"<>|!=", " is not "),
    (r">=", " at least "),
    (r"<=", " at most "),
    (r">", " more than "),
    (r"<", " less than "),
    (r"=", " is "),
    (r"\*", " times "),
    (r"/", " divided by "),
    (r"\+", " plus "),
)
_STATEMENT = re.compile(
    r"```|(?-i:\bSELECT\b.+\bFROM\b)|\bselect\s+(?:\*|[\w.]+(?:\s*,\s*[\w.]+)*)\s+from\s+\w+|\b(?:INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|CREATE\s+(?:TABLE|VIEW)|ALTER\s+TABLE)\b"
    r"|\bGROUP\s+BY\b|\bORDER\s+BY\b|\bJOIN\b.+\bON\b",
    re.IGNORECASE | re.DOTALL,
)
_SHORTEST = 8
"""Characters of a piece of SQL that say anything of it."""


def in_plain_words(sql: str) -> str:
    """Say a condition, an expression or an order in words; tables and brackets go.

    >>> in_plain_words("AVG(d.delay_minutes) > 60 AND d.status <> 'cancelled'")
    'the average of delay minutes more than 60 and status is not cancelled'
    """
    text = re.sub(r"--[^\n]*|/\*.*?\*/", " ", sql, flags=re.DOTALL)
    text = re.sub(r"\b[A-Za-z_]\w*\.(?=[A-Za-z_\"])", "", text)
    for pattern, words in _WORDS:
        text = re.sub(pattern, words, text, flags=re.IGNORECASE)
    text = re.sub(r"(?<=[a-z])_(?=[a-z])", " ", text, flags=re.IGNORECASE)
    return " ".join(re.sub(r"[();]", " ", re.sub(r"[\"']", "", text)).split())


def leaks_sql(answer: str, gold: Iterable[str]) -> bool:
    """Whether an answer holds a statement, or a clause of the gold letter by letter."""
    if _STATEMENT.search(answer):
        return True
    said = _folded(answer)
    parts = (_folded(text) for sql in gold for _, text in clauses(sql))
    return any(len(part) >= _SHORTEST and not re.fullmatch(r"\w+", part) and part in said for part in parts)


def _folded(text: str) -> str:
    return re.sub(r"\s+", "", text).casefold()
