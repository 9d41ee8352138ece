"""value_requirements: the stored values that the words name."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.coverage.inquiry import Inquiry
from nodes.coverage.requirement import Option, Requirement
from nodes.coverage.requirements.coded import codes_apart
from nodes.coverage.requirements.measured import SECONDS
from nodes.lexical.evidence import display_columns
from nodes.plan import ColumnTerm, LiteralTerm, Operator, Predicate
from nodes.state import GroundedValue
from value_index.matches import ValueMatch, chance_of_any
from value_index.schema import ColumnRef

LEAST = 0.35
"""Score of the index below which words name no value."""
LEAST_OPTION = 0.15
"""Weight below which a reading is no option."""
USED_BEFORE, TABLE = 0.25, 0.15
"""What an option gains where the turn before compared its column, and where its table belongs to the turn."""

UNIT_WORDS = frozenset(("per", "each", "every", "by"))
"""Words before the unit of a grouping, whatever else they may spell."""
_OWNED = frozenset(("does", "do", "did", "by", "of"))
"""Words between things and whose they are: "albums by Nova"."""
LINKED = 0.8
"""Weight of the other end of a key, which stores the same values, beside that of the column found."""


def value_requirements(inquiry: Inquiry) -> Iterator[Requirement]:
    """Yield an equality, or its denial, for each value that value_grounding gave.

    "Only show the ones from France": `airline.country_code = 'FR'`, else `country.name = 'France'`.
    """
    apart = codes_apart(inquiry)
    for (start, end), matches in _groups(inquiry).items():
        best = chance_of_any((match.score, match.column, match.value, match.kind) for match in matches)
        words = {word.text for word in inquiry.utterance.words[start:end]}
        if words <= UNIT_WORDS or _is_unit(inquiry, start, end):
            continue  # "per category", "30 seconds": no one is called Per or Seconds here
        told = (start, end) in inquiry.values_told
        if end > start and best >= LEAST and (told or not _is_name(inquiry, start, end)):
            denied = inquiry.is_denied(start)
            matches = _not_among_themselves(inquiry, matches, start)
            options = _options(inquiry, matches, _grounded(inquiry, start, end), denied=denied)
            if options[0].column == apart:
                continue  # "of men and of women": figures of each, no condition
            yield Requirement("value", matches[0].mention, start, end, min(1.0, best + 0.2), options, excludes=denied)


def _is_unit(inquiry: Inquiry, start: int, end: int) -> bool:
    """Tell whether a word is the unit of the number before it."""
    words = inquiry.utterance.words
    return start > 0 and end == start + 1 and words[start - 1].is_number and words[start].stem in SECONDS


def _groups(inquiry: Inquiry) -> dict[tuple[int, int], list[ValueMatch]]:
    """Return the texts that the words name, by their words; of what value_grounding left out, nothing."""
    groups: dict[tuple[int, int], list[ValueMatch]] = {}
    for match in inquiry.matches:
        if (
            isinstance(match.value, str)
            and match.operator not in ("like", "not like")
            and not _is_another(inquiry, match)
        ):
            groups.setdefault(inquiry.span(match.mention), []).append(match)
    if inquiry.grounded is None:
        return groups
    kept = {
        span: matches for span, matches in groups.items() if _grounded(inquiry, *span) or span in inquiry.values_told
    }
    for value in inquiry.grounded:  # what the index does not find, such as gold
        span = inquiry.span(value.mention)
        if isinstance(value.value, str) and value.operator in ("=", "!=") and not _is_among(value, kept, span):
            given = ValueMatch(mention=value.mention, column=value.column, value=value.value, score=value.score)
            kept.setdefault(span, []).append(given)
    return kept


def _is_among(value: GroundedValue, groups: dict[tuple[int, int], list[ValueMatch]], span: tuple[int, int]) -> bool:
    """Tell whether the index finds a grounded value in words that it shares."""
    return any(
        (match.column, match.value) == (value.column, value.value)
        for (start, end), matches in groups.items()
        if start < span[1] and span[0] < end
        for match in matches
    )


def _grounded(inquiry: Inquiry, start: int, end: int) -> tuple[GroundedValue, ...]:
    """Return the grounded values whose mentions share words with a span."""
    found: list[GroundedValue] = []
    for value in inquiry.grounded or ():
        first, last = inquiry.span(value.mention)
        if first < end and start < last:
            found.append(value)
    return tuple(found)


def _is_another(inquiry: Inquiry, match: ValueMatch) -> bool:
    """Tell whether a near spelling is of a mention that is a known name of its own: Iceland is no misspelt Ireland."""
    return match.kind == "fuzzy" and inquiry.is_known_name(match.mention)


def _is_name(inquiry: Inquiry, start: int, end: int) -> bool:
    """Tell whether the words name a table or column of the schema at least as well as a value."""
    words = set(range(start, end))
    columns = any(words <= m.positions and m.candidates[0][1] >= 0.8 for m in inquiry.evidence.mentions.columns)
    tables = any(m.start <= start and end <= m.end and m.score >= 0.9 for m in inquiry.evidence.mentions.tables)
    text = inquiry.utterance.text[inquiry.utterance.words[start].start :][:1]
    return (columns or tables) and not (text.isupper() and start > 0)


def _not_among_themselves(inquiry: Inquiry, matches: list[ValueMatch], start: int) -> list[ValueMatch]:
    """Return the matches but for those among the names of what the value tells apart, where others are left.

    In "albums by Nova" and "how many albums does Nova have" Nova is whose they are, though one may be called Nova too.
    """
    before = inquiry.utterance.words[start - 1].text if start else ""
    if before not in _OWNED:
        return matches
    owned = {m.table for m in inquiry.named_tables if m.end in (start - 1, start - 2)}
    shown = {ref for name in owned if (table := inquiry.schema.table(name)) for ref in display_columns(table)}
    return [m for m in matches if m.column not in shown and m.kind in ("exact", "folded")] or matches


def _options(
    inquiry: Inquiry, matches: list[ValueMatch], grounded: tuple[GroundedValue, ...], *, denied: bool
) -> tuple[Option, ...]:
    before = {constraint.column for constraint in inquiry.evidence.constraints_before}
    best = max(match.score for match in matches)
    found: dict[tuple[ColumnRef, object], float] = {}
    for match in matches:
        weight = match.score / best
        weight += USED_BEFORE * (match.column in before) + TABLE * inquiry.table_score(match.column.table)
        weight += 0.3 * inquiry.near(match.column, *inquiry.span(match.mention))
        if any((each.column, each.value) == (match.column, match.value) for each in grounded):
            weight += 0.3
        found[match.column, match.value] = max(weight, found.get((match.column, match.value), 0.0))
    for (column, value), weight in list(found.items()):
        for other in inquiry.key_partners(column):
            found.setdefault((other, value), LINKED * weight)
    top = max(found.values())
    operator: Operator = "!=" if denied else "="
    ranked = sorted(found.items(), key=lambda item: -item[1])
    return tuple(
        Option(column, (Predicate(left=ColumnTerm.of(column), operator=operator, right=(LiteralTerm(value=value),)),), weight / top)  # pyright: ignore[reportArgumentType]
        for (column, value), weight in ranked
        if weight / top >= LEAST_OPTION
    )  # fmt: skip
