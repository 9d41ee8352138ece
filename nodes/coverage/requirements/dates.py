"""date_requirements: the stretches of time that the words name, on the columns that store times."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from nodes.coverage.calculations.sale_figures import sales_asked
from nodes.coverage.column_profile import ColumnProfile
from nodes.coverage.inquiry import Inquiry
from nodes.coverage.periods import Period
from nodes.coverage.requirement import Option, Requirement
from nodes.lexical.utterance import stem
from nodes.plan import Call, ColumnTerm, Condition, Junction, LiteralTerm, LiteralValue, Operator, Predicate, Term
from nodes.plan.traversal import conjunction
from value_index.schema import ColumnRef

MOST_OPTIONS = 6
CALENDAR = 3
"""Units of time of which a calendar has columns."""
_UNITS = frozenset(map(stem, ("year", "quarter", "month", "week", "weekday", "weekend", "day")))
_OF_RECORD = frozenset(map(stem, ("update", "updated", "modified", "changed", "inserted")))
"""Words of columns that say when a row was last written, which hardly anyone asks about."""

_OF_LIFE = frozenset(map(stem, ("birth", "birthday", "dob", "born", "die", "died", "death")))
"""Words of columns that say when somebody was born or died."""
_OF_SERVICE = frozenset(map(stem, ("hire", "hired", "hiredate", "left", "quit", "leave", "join", "joined", "start")))
"""Words of columns that say since or until when somebody works there."""


def date_requirements(inquiry: Inquiry) -> Iterator[Requirement]:
    """Yield a condition on a time for each period.

    "How many sales were there in 2024?": `sale_date >= '2024-01-01' AND sale_date < '2025-01-01'`.
    """
    text = inquiry.utterance.text
    for period in inquiry.periods:
        start, end = inquiry.utterance.span(period.start, period.stop)
        if end == start or _is_stored(inquiry, start, end):
            continue
        options = _options(inquiry, period, start, end)
        if options:
            yield Requirement("date", text[period.start : period.stop], start, end, period.strength, options)


def _is_stored(inquiry: Inquiry, start: int, end: int) -> bool:
    """Tell whether the words of a time are part of a longer stored text: the 2023/24 of a school year."""
    texts = (m for m in inquiry.matches if isinstance(m.value, str) and m.kind in ("exact", "folded"))
    spans = (inquiry.span(match.mention) for match in texts)
    return any(first <= start and end <= last and last - first > end - start for first, last in spans)


def _options(inquiry: Inquiry, period: Period, start: int, end: int) -> tuple[Option, ...]:
    found: list[tuple[float, ColumnRef, tuple[Condition, ...]]] = []
    for ref in inquiry.schema.columns:
        profile = inquiry.profiles.of(ref)
        conditions = time_conditions(profile, period) if profile.date_form else ()
        if conditions:
            found.append((time_fit(inquiry, profile, start, end), ref, conditions))
    found.sort(key=lambda item: -item[0])
    best = found[0][0] if found else 1.0
    return tuple(Option(ref, conditions, fit / best) for fit, ref, conditions in found[:MOST_OPTIONS])


def time_fit(inquiry: Inquiry, profile: ColumnProfile, start: int, end: int) -> float:
    """Return how well a column fits a period: named close by, of a table that belongs to the turn, said by a word."""
    ref = profile.ref
    stems = inquiry.column_stems(ref)
    homes = (ref.table, *tables_dated(inquiry, ref))
    table = max(map(inquiry.table_score, homes))
    own = {stem for stem in stems if len(stem) > 2} - {"date", "time", "year", "day"}
    said = len(own & set(inquiry.stems)) / max(1, len(own))
    first = next((c for c in inquiry.schema.columns if c.table == ref.table and inquiry.profiles.of(c).date_form), ref)
    before = any(constraint.column == ref for constraint in inquiry.evidence.constraints_before)
    words = set(inquiry.stems)
    birth = bool(stems & _OF_LIFE) and not said and not words & _OF_LIFE
    hired = bool(stems & _OF_SERVICE) and not said and not words & _OF_SERVICE
    counted = inquiry.table_counted in homes
    figured = not table and any(each.table in homes for each in inquiry.figures_named)
    kept = bool(stems & _OF_RECORD) and not said
    happened = not said and any(_is_of_events(inquiry, home) for home in homes)
    sold = not said and any(_is_of_sales(inquiry, home) for home in homes)
    return max(
        0.05,
        0.3 + 0.8 * inquiry.near(ref, start, end) + 0.5 * table + 0.5 * said + 0.15 * (first == ref) + 0.2 * before + 0.9 * (len(homes) > 1)
        + 0.25 * happened + 0.2 * counted + 0.4 * figured + 0.5 * _links_named(inquiry, ref.table) + 0.6 * sold
        - 0.8 * birth - 0.3 * hired - 0.4 * kept - 0.1 * profile.has_null,
    )  # fmt: skip


def tables_dated(inquiry: Inquiry, ref: ColumnRef) -> tuple[str, ...]:
    """Return the tables whose keys lead to a day of a calendar, a table of days with their years and months; none for other times."""
    units = {each for c in inquiry.schema.columns if c.table == ref.table for each in inquiry.column_stems(c)} & _UNITS
    keys = (key for key in inquiry.schema.foreign_keys if key.target.table == ref.table != key.source.table)
    return tuple(dict.fromkeys(key.source.table for key in keys)) if len(units) >= CALENDAR else ()


def _is_of_events(inquiry: Inquiry, table: str) -> bool:
    """Tell whether rows of a table of the turn happen to rows of another of its tables: orders of a shop, not the shop."""
    keys = inquiry.schema.foreign_keys
    owns = any(k.source.table == table != k.target.table and inquiry.table_score(k.target.table) > 0 for k in keys)
    return owns and inquiry.table_score(table) > 0


def _links_named(inquiry: Inquiry, table: str) -> bool:
    """Tell whether rows of a table that no word names tie rows of two that are named: what patients and doctors met for."""
    named = {mention.table for mention in inquiry.named_tables}
    met = {key.target.table for key in inquiry.schema.foreign_keys if key.source.table == table}
    return table not in named and len(met & named) > 1


def _is_of_sales(inquiry: Inquiry, table: str) -> bool:
    """Tell whether sales are asked and a table dates them: that of the lines, or of the orders whose lines they are."""
    asked = sales_asked(inquiry)
    lines = asked.figures[0].table if asked else None
    if lines is None or lines == table:
        return lines is not None
    heads = {key.target.table for key in inquiry.schema.foreign_keys if key.source.table == lines}
    return table in heads and bool(inquiry.table_stems(table) & inquiry.table_stems(lines))


def time_conditions(profile: ColumnProfile, period: Period) -> tuple[Condition, ...]:
    """Return the conditions of a period in the form in which a column stores times."""
    column = ColumnTerm.of(profile.ref)
    if period.apart:
        parts = [conjunction(time_conditions(profile, part)) for part in period.parts]
        known = tuple(part for part in parts if part is not None)
        return (Junction(kind="or", conditions=known),) if len(known) == len(parts) else ()
    if profile.date_form == "iso":
        return _iso(column, period, profile)
    if period.unit not in ("year", "decade") and not (profile.date_form == "year" and period.unit == "day"):
        return ()
    if profile.date_form == "year":
        as_text = any(isinstance(value, str) for value in profile.values)
        return _years(column, period, as_text=as_text)
    return _inside(column, period)


def _iso(column: ColumnTerm, period: Period, profile: ColumnProfile) -> tuple[Condition, ...]:
    if period.month is not None:
        month: Term = Call(function="strftime", arguments=(LiteralTerm(value="%m"), column))
        if period.last_month is not None:
            ends = tuple(LiteralTerm(value=f"{each:02}") for each in (period.month, period.last_month))
            return (Predicate(left=month, operator="between", right=ends),)
        return (_compare(month, "=", f"{period.month:02}"),)
    timed = any(len(str(value)) > 10 for value in profile.values)
    if period.unit == "day" and period.first and period.end and (period.end - period.first).days == 1 and not timed:
        return (_compare(column, "=", period.first.isoformat()),)
    sides: tuple[tuple[Operator, date | None], ...] = ((">=", period.first), ("<", period.end))
    return tuple(_compare(column, operator, day.isoformat()) for operator, day in sides if day is not None)


def _years(column: ColumnTerm, period: Period, *, as_text: bool) -> tuple[Condition, ...]:
    first, last = _first_year(period.first), _last_year(period.end)
    value = str if as_text else int
    if first is not None and first == last:
        return (_compare(column, "=", value(first)),)
    if first is not None and last is not None:
        return (Predicate(left=column, operator="between", right=(LiteralTerm(value=value(first)), LiteralTerm(value=value(last)))),)  # fmt: skip
    if first is not None:
        return (_compare(column, ">=", value(first)),)
    return () if last is None else (_compare(column, "<=", value(last)),)


def _inside(column: ColumnTerm, period: Period) -> tuple[Condition, ...]:
    """Return a LIKE for each year of a period over texts that hold a year somewhere."""
    first, last = _first_year(period.first), _last_year(period.end)
    if first is None or last is None or last - first > 10:
        return ()
    likes = tuple(_compare(column, "like", f"%{year}%") for year in range(first, last + 1))
    return likes if len(likes) == 1 else (Junction(kind="or", conditions=likes),)


def _first_year(day: date | None) -> int | None:
    return None if day is None else day.year


def _last_year(end: date | None) -> int | None:
    return None if end is None else end.year - (end.month == 1 and end.day == 1)


def _compare(left: Term, operator: Operator, value: LiteralValue) -> Predicate:
    return Predicate(left=left, operator=operator, right=(LiteralTerm(value=value),))
