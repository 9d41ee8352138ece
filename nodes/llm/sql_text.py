"""sql_text: the SQL of a model's answer, in whatever fences, tags, JSON or prose it stands."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from nodes.sql.errors import SQLError
from nodes.sql.parsing.parse import parse
from value_index.schema import Schema

MOST_CHARS = 12_000
"""The characters of an answer that are searched, half from its begin and half from its end; SQL is far shorter."""
MOST_TRIED = 24
"""Texts of a block that are tried by the parser."""
MOST_PARSED = 40_000
"""Characters that the parser is given for one answer: it takes some two microseconds for each."""
_NO_SCHEMA = Schema(database_id="", tables=())
_MARKS = re.compile(r"</s>|<\|[a-z_]+\|>|<eos>|<end_of_turn>|\[/?INST\]", re.IGNORECASE)
"""Ends of turns that a server left in the text."""
_ESCAPED = re.compile(r"\\([_*])(?!['%])")
"""What Markdown escapes, and SQL does only in a pattern."""
_TAGGED = re.compile(
    r"<(answer|sql|final|query|final_sql)>(.*?)(?:</\1>|\Z)|\[SQL\](.*?)(?:\[/SQL\]|\Z)", re.DOTALL | re.IGNORECASE
)
_FENCE = re.compile(r"```[ \t]*(?:\w+[ \t]*(?=\n|\Z)|(?:sql|sqlite)\b)?", re.IGNORECASE)
_INLINE = re.compile(r"`([^`\n]+)`")
_COMMENT = re.compile(r"('(?:[^']|'')*'|\"(?:[^\"]|\"\")*\")|/\*.*?\*/|--[^\n]*", re.DOTALL)
_WORD = r"select\b|with(?=\s+(?:recursive\s+)?[\w\"`\[\]]+\s*(?:\([^()]*\)\s*)?as\b)|values(?=\s*\()"
_START = re.compile(
    rf"(?:^|(?<=[\n:`>*;]))[ \t>*]*(\(*\s*(?:{_WORD}))|(?<=[\s!?.,*])(\(*(?-i:SELECT\b|WITH\s+\w+\s+AS\b))",
    re.IGNORECASE,
)
"""A lower-case word begins SQL only at the begin of a line, a quotation or a list: elsewhere it is a sentence's."""
_GOES_ON = re.compile(
    r"\s*(?:[(),*]|\w+\s+AS\s*\(|(?!(?-i:[A-Z][a-z]))(?:select|from|where|group|order|having|limit|offset|union|intersect"
    r"|except|join|left|inner|cross|on|and|or|values|case|when|then|else|end|in|not)\b)",
    re.IGNORECASE,
)
"""What a line after an empty one begins with if it is more of the SQL."""
_INNER = re.compile(r"(?:\(|\b(?:union|all|intersect|except|as))\s*\Z", re.IGNORECASE)
"""What stands before a SELECT that is part of another."""
_FROM = re.compile(r"\bfrom\b", re.IGNORECASE)
_KEYS = ("sql", "query", "sqlite", "sql_query", "final_sql", "answer", "final_answer")


def sql_text(text: str) -> str:
    r"""Return the SQL of an answer; "" if there is none.

    What is tagged comes before what is fenced, the last fence before the first, prose last; of the texts of one place
    the first that parses and reads from a table, and never a part of one. If nothing parses, the first text that begins
    like SQL, so that its fault can be named.

    >>> sql_text("The query is:\n```sql\nSELECT 1;\n```")
    'SELECT 1'
    """
    half = MOST_CHARS // 2
    text = text if len(text) <= MOST_CHARS else f"{text[:half]}\n\n{text[-half:]}"
    text = _ESCAPED.sub(r"\1", _own_turn(text))
    spoilt, parser = "", _Parser()
    for block, fenced in _blocks(text):
        found, parses = _of_block(block, parser, fenced=fenced)
        if parses:
            return found
        spoilt = spoilt or found
    return spoilt


@dataclass
class _Parser:
    """The parser, for as long as an answer may take."""

    left: int = MOST_PARSED

    def takes(self, text: str) -> bool:
        """Whether a text is one query."""
        self.left -= len(text)
        if self.left < 0:
            return False
        try:
            parse(text, _NO_SCHEMA)
        except SQLError:
            return False
        return True


def _blocks(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the places where the SQL may stand, the likeliest first, and whether nothing but SQL stands there."""
    if inner := _json_sql(text):
        yield inner, True
    for match in reversed(list(_TAGGED.finditer(text))):
        yield from _fences(match[2] or match[3] or "")
        yield (match[2] or match[3] or ""), True
    yield from _fences(text)
    for match in reversed(list(_INLINE.finditer(text))):
        if " " in match[1]:
            yield match[1], True
    for piece in _FENCE.split(text):
        yield piece, False


def _fences(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the fenced parts, the last first; a fence without its fellow opens if SQL follows it, and else closes."""
    pieces = _FENCE.split(text)
    fenced = pieces[1::2]
    if len(pieces) == 2 and not _START.search(pieces[1]):
        fenced = []
    for piece in reversed(fenced):
        if inner := _json_sql(piece):
            yield inner, True
        yield piece, True


def _json_sql(text: str) -> str:
    """Return the SQL that stands in a JSON object; "" if the text is none."""
    start, end = text.find("{"), text.rfind("}")
    if start < 0 or end < start or text[:start].strip(" \n`json[:"):
        return ""
    try:
        found: Any = json.loads(text[start : end + 1], strict=False)
    except (ValueError, RecursionError):
        return ""
    named = {str(key).lower(): value for key, value in found.items()}
    return next((named[key] for key in _KEYS if isinstance(named.get(key), str)), "")


def _own_turn(text: str) -> str:
    """Cut a text where another turn begins that the model made up, unless no SQL stands before."""
    for mark in _MARKS.finditer(text):
        if _START.search(text, 0, mark.start()):
            return text[: mark.start()]
    return _MARKS.sub("\n", text)


def _of_block(block: str, parser: _Parser, *, fenced: bool) -> tuple[str, bool]:
    """Return the first query of a block that parses, else what begins like SQL; and whether it parses."""
    plain = _COMMENT.sub(lambda match: match[1] or " ", block)
    starts = [match.start(1) if match[1] else match.start(2) for match in _START.finditer(plain)]
    starts = [start for start in starts if not _INNER.search(plain[max(0, start - 40) : start])][:MOST_TRIED]
    found: list[str] = []
    for start in starts:
        ends = islice(_ends(plain[start:], fenced=fenced), MOST_TRIED)
        found += islice((each for each in ends if parser.takes(each)), 1)
        if found and _FROM.search(found[-1]):
            return found[-1], True
    if found or not starts:
        return max(found, key=len, default=""), bool(found)
    return next(iter(_ends(plain[starts[0] :], fenced=fenced)), ""), False


def _ends(text: str, *, fenced: bool) -> Iterator[str]:
    """Yield the text cut where SQL may end: first where it ends by the rules, then shorter and shorter."""
    whole = _natural(text, fenced=fenced)
    yield from _tidied(whole)
    for match in reversed(list(re.finditer(r";|\n", whole))):
        # Cut within the query, a text would still parse and mean something else.
        if match[0] == ";" or not _GOES_ON.match(whole, match.end()):
            yield from _tidied(whole[: match.start()])


def _natural(text: str, *, fenced: bool) -> str:
    """Cut a text at a semicolon that ends a line, and in prose at an empty line that no SQL follows."""
    for match in re.finditer(r";[ \t]*(?=\n|\Z)|\n[ \t]*\n", text):
        if match[0].startswith(";") or (not fenced and not _GOES_ON.match(text, match.end())):
            return text[: match.start()]
    return text


def _tidied(text: str) -> Iterator[str]:
    """Yield a text without what surrounds it, and then without what ends a sentence."""
    bare = text.strip().rstrip("`").rstrip("; \n")
    if bare.endswith("**"):
        bare = bare[:-2].rstrip("; \n")
    if bare:
        yield bare
    if bare and bare[-1] in ".\"'>":
        yield bare[:-1].rstrip(".;\"' \n")
