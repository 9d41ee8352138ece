"""name_requirements: names that the words give and no column stores ("the clients in Berlin")."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nodes.coverage.inquiry import Inquiry
from nodes.coverage.requirement import Option, Requirement
from nodes.lexical.evidence import display_columns
from nodes.lexical.lexicon import STOPWORDS
from nodes.lexical.utterance import stem
from nodes.plan import ColumnTerm, LiteralTerm, Operator, Predicate
from value_index.schema import ColumnRef

_NAME = re.compile(
    r"(?<![.?!|]\s)(?<=\s)[A-Z][\w'-]*(?:\s+(?:of\s+|the\s+|de\s+)?[A-Z][\w'-]*)*|[\"“](?P<quoted>[^\"”]{1,60})[\"”]"
)
_PLACES = tuple(map(stem, ("city", "town", "country", "state", "location", "place", "region", "nation", "continent", "county",
                           "district", "address", "origin", "nationality")))  # fmt: skip
_PLACED = frozenset(("in", "from", "at", "near", "of"))
_CALLED = frozenset(("named", "called", "titled", "by", "name", "title"))
_NO_NAMES = frozenset(("i", "id", "ids", "ok", "okay", "yes", "no", "sql", "usa", "january", "february", "march", "april", "may", "june",
                       "july", "august", "september", "october", "november", "december", "monday", "tuesday", "wednesday",
                       "thursday", "friday", "saturday", "sunday"))  # fmt: skip


def name_requirements(inquiry: Inquiry) -> Iterator[Requirement]:
    """Yield an equality with the user's own word, which no row meets, so that a filter is never dropped in silence.

    "List the clients in Berlin" where no client is: `city = 'Berlin'`.
    """
    text, utterance = inquiry.utterance.text, inquiry.utterance
    if text.istitle() or text.isupper() or len(utterance.segments) > 1:
        return
    periods = [utterance.span(p.start, p.stop) for p in inquiry.periods]
    for match in _NAME.finditer(text):
        name = match["quoted"] or match.group()
        start, end = utterance.span(match.start(), match.end())
        if text[: match.start()].rstrip()[-1:] in ".?!|":
            continue  # the first word of a sentence
        if end > start and not _is_explained(inquiry, start, end, periods) and name.casefold() not in _NO_NAMES:
            before = utterance.words[start - 1].text if start else ""
            options = _options(inquiry, name, before, start, end)
            if options:
                strength = 0.9 if before in _PLACED | _CALLED or match["quoted"] else 0.5
                yield Requirement("name", name, start, end, strength, options, excludes=inquiry.is_denied(start))


def _is_explained(inquiry: Inquiry, start: int, end: int, periods: list[tuple[int, int]]) -> bool:
    """Tell whether the words name something of the schema, a stored value, or a time."""
    words = inquiry.utterance.words[start:end]
    if all(word.text in STOPWORDS or word.text in _NO_NAMES or word.is_number for word in words):
        return True
    named = any(
        m.start < end and start < m.end and m.candidates[0][1] >= 0.5 for m in inquiry.evidence.mentions.columns
    )
    tabled = any(m.start < end and start < m.end and m.score >= 0.5 for m in inquiry.evidence.mentions.tables)
    timed = any(first < end and start < last for first, last in periods)
    return named or tabled or timed or _is_stored(inquiry, start, end)


def _is_stored(inquiry: Inquiry, start: int, end: int) -> bool:
    for match in inquiry.matches:
        first, last = inquiry.span(match.mention)
        if first < end and start < last and not (match.kind == "fuzzy" and inquiry.is_known_name(match.mention)):
            return True
    return False


def _options(inquiry: Inquiry, name: str, before: str, start: int, end: int) -> tuple[Option, ...]:
    shown = {ref for table in inquiry.schema.tables for ref in display_columns(table)}
    operator: Operator = "!=" if inquiry.is_denied(start) else "="
    found: list[tuple[float, ColumnRef]] = []
    for ref in inquiry.schema.columns:
        if inquiry.schema.describe(ref).kind == "text" and not inquiry.profiles.of(ref).date_form:
            fit = _fit(inquiry, ref, before, start, end, is_shown=ref in shown)
            if fit > 0.4:
                found.append((fit, ref))
    found.sort(key=lambda item: -item[0])
    return tuple(
        Option(
            ref,
            (Predicate(left=ColumnTerm.of(ref), operator=operator, right=(LiteralTerm(value=name),)),),
            fit / found[0][0],
        )
        for fit, ref in found[:4]
    )


def _fit(inquiry: Inquiry, ref: ColumnRef, before: str, start: int, end: int, *, is_shown: bool) -> float:
    stems = inquiry.column_stems(ref)
    place = next((1.0 - 0.05 * rank for rank, word in enumerate(_PLACES) if word in stems), 0.0)
    fit = 0.6 * inquiry.table_score(ref.table) + 0.8 * inquiry.near(ref, start, end)
    if before in _PLACED and place:
        fit += place
    elif (before in _CALLED or (not place and before not in _PLACED)) and is_shown:
        fit += 0.5
    return fit if fit > 0.6 or inquiry.table_score(ref.table) else 0.0
