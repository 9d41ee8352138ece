"""pattern_requirements: parts of texts that the words ask for ("contains Pe", "starts with La")."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nodes.coverage.inquiry import Inquiry
from nodes.coverage.requirement import Option, Requirement
from nodes.lexical.evidence import display_columns
from nodes.lexical.lexicon import SUPERLATIVES
from nodes.plan import ColumnTerm, LiteralTerm, Operator, Predicate
from value_index.schema import ColumnRef

_TEXT = r"[\"'“‘]?(?P<text>[^\"'”’\s?.!,]+(?-i:(?: [A-Z][\w-]*)*))[\"'”’]?"
_FIELD = r"(?:in|as part of|within|inside|somewhere in) (?:the |their |its |his |her )?(?:\w+ ){0,2}?(?:name|names|title|titles|word|address|email|description|text|note|notes|body|label|subject|subjects|headline|heading|caption|topic|comment|comments|review|remarks?)"
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), template)
    for pattern, template in (
        (rf"\b(?:start|starts|starting|begin|begins|beginning)s? with (?:the )?(?:letters? |word )?{_TEXT}", "{}%"),
        (rf"\b(?:end|ends|ending)s? (?:with|in|on) (?:the )?(?:letters? |word )?{_TEXT}", "%{}"),
        (rf"\b(?:contain|contains|containing) (?:the )?(?:letters? |words? |work |text |string |substring |phrase |keyword )?{_TEXT}", "%{}%"),
        (rf"\b(?:with|have|has|having|hold|holds) (?:the )?(?:letters? |words? |text |string )?{_TEXT} {_FIELD}\b", "%{}%"),
    )
)  # fmt: skip
NOT_LETTERS = re.compile(r"^(?:the|a|an|at|more|less|no|any|all|than|only|their|its|number|least|most)$", re.IGNORECASE)


def pattern_requirements(inquiry: Inquiry) -> Iterator[Requirement]:
    """Yield a LIKE over the columns that are named, or that stand for a row of a named table.

    "Which products start with La?": `product_name LIKE 'La%'`.
    """
    found: dict[int, Requirement] = {}
    for pattern, template in _PATTERNS:
        for match in pattern.finditer(inquiry.utterance.text):
            start, end = inquiry.utterance.span(*match.span("text"))
            if end == start or NOT_LETTERS.match(match["text"]):
                continue
            if match["text"] in SUPERLATIVES and not inquiry.utterance.is_quoted(start):
                continue  # "starting with the oldest" is an order
            first, _ = inquiry.utterance.span(match.start(), match.start() + 1)
            options = _options(inquiry, template.format(match["text"]), start, end, denied=inquiry.is_denied(first))
            if options:
                found.setdefault(start, Requirement("pattern", match["text"], start, end, 0.8, options))
    yield from found.values()


def _options(inquiry: Inquiry, pattern: str, start: int, end: int, *, denied: bool) -> tuple[Option, ...]:
    shown = {ref for table in inquiry.schema.tables for ref in display_columns(table)}
    operator: Operator = "not like" if denied else "like"
    found: list[tuple[float, ColumnRef]] = []
    for ref in inquiry.schema.columns:
        if inquiry.schema.describe(ref).kind == "text":
            near, table = inquiry.near(ref, start, end), inquiry.table_score(ref.table)
            if near >= 0.4 or (ref in shown and table >= 0.5):
                found.append((near + 0.8 * (ref in shown) * table + 0.1, ref))
    found.sort(key=lambda item: -item[0])
    return tuple(
        Option(
            ref,
            (Predicate(left=ColumnTerm.of(ref), operator=operator, right=(LiteralTerm(value=pattern),)),),
            score / found[0][0],
        )
        for score, ref in found[:4]
    )
