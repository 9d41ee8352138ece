"""TimeFit: how well a column of times fits a period: near its words, of a table of the turn, dated when things happen."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from nodes.coverage.calculations.sale_figures import sales_asked
from nodes.coverage.column_profile import ColumnProfile
from nodes.coverage.inquiry import Inquiry
from nodes.lexical.utterance import stem
from value_index.schema import ColumnRef

CALENDAR = 3
"""Units of time of which a calendar has columns."""
_UNITS = frozenset(map(stem, ("year", "quarter", "month", "week", "weekday", "weekend", "day")))
_OF_RECORD = frozenset(map(stem, ("update", "updated", "modified", "changed", "inserted")))
"""Words of columns that say when a row was last written, which hardly anyone asks about."""
_OF_LIFE = frozenset(map(stem, ("birth", "birthday", "dob", "born", "die", "died", "death")))
"""Words of columns that say when somebody was born or died."""
_OF_SERVICE = frozenset(map(stem, ("hire", "hired", "hiredate", "left", "quit", "leave", "join", "joined", "start")))
"""Words of columns that say since or until when somebody works there."""


@dataclass(frozen=True)
class TimeFit:
    """The words of one turn, to hold columns of times against.

    "How many sales were there in 2024?": `sale_date` fits, `birth_date` hardly does.
    """

    inquiry: Inquiry

    def days(self, start: int, end: int) -> list[tuple[float, ColumnRef]]:
        """Return the columns that store days with their fits to the words of a period, best first."""
        profiles = (self.inquiry.profiles.of(ref) for ref in self.inquiry.schema.columns)
        found = [(self.of(each, start, end), each.ref) for each in profiles if each.date_form == "iso"]
        return sorted(found, key=lambda pair: -pair[0])

    def of(self, profile: ColumnProfile, start: int, end: int) -> float:
        """Return the fit of a column, 0.05 and more: named close by, of a table that belongs to the turn, said by a word."""
        inquiry, ref = self.inquiry, profile.ref
        stems = inquiry.column_stems(ref)
        homes = (ref.table, *tables_dated(inquiry, ref))
        table = max(map(inquiry.table_score, homes))
        own = {stem for stem in stems if len(stem) > 2} - {"date", "time", "year", "day"}
        said = len(own & set(inquiry.stems)) / max(1, len(own))
        first = next(
            (c for c in inquiry.schema.columns if c.table == ref.table and inquiry.profiles.of(c).date_form), ref
        )
        before = any(constraint.column == ref for constraint in inquiry.evidence.constraints_before)
        words = set(inquiry.stems)
        birth = bool(stems & _OF_LIFE) and not said and not words & _OF_LIFE
        hired = bool(stems & _OF_SERVICE) and not said and not words & _OF_SERVICE
        counted = inquiry.table_counted in homes
        figured = not table and any(each.table in homes for each in inquiry.figures_named)
        kept = bool(stems & _OF_RECORD) and not said
        happened = not said and any(_is_of_events(inquiry, home) for home in homes)
        sold = not said and any(self._is_of_sales(home) for home in homes)
        return max(
            0.05,
            0.3 + 0.8 * inquiry.near(ref, start, end) + 0.5 * table + 0.5 * said + 0.15 * (first == ref) + 0.2 * before + 0.9 * (len(homes) > 1)
            + 0.25 * happened + 0.2 * counted + 0.4 * figured + 0.5 * _links_named(inquiry, ref.table) + 0.6 * sold
            - 0.8 * birth - 0.3 * hired - 0.4 * kept - 0.1 * profile.has_null,
        )  # fmt: skip

    def _is_of_sales(self, table: str) -> bool:
        """Tell whether sales are asked and a table dates them: that of the lines, or of the orders whose lines they are."""
        lines = self._lines_sold
        if lines is None or lines == table:
            return lines is not None
        heads = {key.target.table for key in self.inquiry.schema.foreign_keys if key.source.table == lines}
        return table in heads and bool(self.inquiry.table_stems(table) & self.inquiry.table_stems(lines))

    @cached_property
    def _lines_sold(self) -> str | None:
        """The table whose rows are sold, where sales are asked."""
        asked = sales_asked(self.inquiry)
        return asked.figures[0].table if asked else None


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
