"""Inquiry: one turn as the coverage rules read it: its words, what the value index finds in them, what columns hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import pairwise

from nodes.coverage.column_profile import Profiles, profiles_of
from nodes.coverage.following_periods import TimeBefore, following_periods, time_before
from nodes.coverage.periods import Period, find_periods
from nodes.lexical.comparisons import number_of
from nodes.lexical.evidence import Evidence, ValueSpan, span_of
from nodes.lexical.interpretation import Filter
from nodes.lexical.schema_mentions import TableMention
from nodes.lexical.utterance import Utterance, name_words, stem
from nodes.node import Context
from nodes.sql.joins.links import links
from nodes.state import GraphState, GroundedValue
from value_index.grounding.aliases import Aliases
from value_index.matches import ValueMatch
from value_index.schema import ColumnRef, Schema
from value_index.text.folding import fold

NAMED = 0.8
"""Score of a mention from which the words name a table or a column."""
NEAR_BEFORE, NEAR_AFTER = 6, 3
"""Words between a mention and the name of its column."""
_DENIALS = frozenset(["not", "no", "without", "never", "isn't", "aren't", "wasn't", "weren't", "don't", "doesn't", "didn't", "haven't", "hasn't", "except", "excluding", "exclude", "besides", "omit", "remove", "ignore", "ignoring", "skip", "skipping", "hide", "minus", "discard"])  # fmt: skip
_DENYING_PAIRS = frozenset((("other", "than"), ("leave", "out"), ("apart", "from"), ("get", "rid"), ("rather", "than")))
_LACKING = frozenset(("without", "no", "lacking", "not", "don't", "doesn't", "haven't", "hasn't", "isn't", "aren't"))
_LEAVING = frozenset(("except", "excluding", "exclude", "omit", "remove", "ignore", "ignoring", "skip", "skipping", "hide", "discard", "drop"))  # fmt: skip
_LEAVING_PAIRS = frozenset((("leave", "out"), ("leaving", "out"), ("get", "rid"), ("not", "those"), ("not", "the")))
_REACH = 5
"""Words from a denial to what it denies."""
_STOPS = frozenset(["but", "and", "or", "with", "who", "which", "that", "whose", "only"])
"""Words that end the reach of a denial, unless they follow it at once."""


@lru_cache(maxsize=1)
def _aliases() -> Aliases:
    return Aliases()


@dataclass(frozen=True)
class Inquiry:
    """The words of one turn with what the database knows of them."""

    evidence: Evidence
    profiles: Profiles
    matches: tuple[ValueMatch, ...]
    """Every reading that the value index offers."""
    grounded: tuple[GroundedValue, ...] | None = None
    """The values that value_grounding gave, those carried over left out; None before that stage has run."""
    values_told: frozenset[tuple[int, int]] = frozenset()
    """The words that are a stored value which tells rows apart, whatever else they may name."""

    @classmethod
    def of(cls, state: GraphState, context: Context, evidence: Evidence | None = None) -> Inquiry:
        """Gather what is known of a turn."""
        found = evidence or Evidence.of(state, context)
        values = state.grounded_values
        grounded = None if values is None else tuple(v for v in values if v.provenance != "carried")
        told = tuple(_values_told(found))
        if told:
            found = replace(found, values=(*found.values, *told))
        spans = frozenset((each.start, each.end) for each in told)
        return cls(found, profiles_of(context.database), found.matches, grounded, spans)

    @property
    def schema(self) -> Schema:
        """The schema of the database."""
        return self.evidence.schema

    @property
    def utterance(self) -> Utterance:
        """The words of the turn."""
        return self.evidence.cues.utterance

    @cached_property
    def stems(self) -> tuple[str, ...]:
        """The stems of the words, in order."""
        return tuple(word.stem for word in self.utterance.words)

    @cached_property
    def named_roles(self) -> dict[tuple[str, str], int]:
        """The keys whose role the words name, as the knowledge calls it, each with the word at which they do."""
        known = self.evidence.turn.known
        places = known.role_places if known else {}
        return {ref.folded: self.utterance.span(start, start + 1)[0] for ref, start in places.items()}

    @cached_property
    def periods(self) -> tuple[Period, ...]:
        """The stretches of time that the words name, by themselves or by the one that the turn before asked for."""
        return following_periods(self.utterance.text, self._own_periods, self.time_before)

    @cached_property
    def _own_periods(self) -> tuple[Period, ...]:
        """The stretches of time that the words name by themselves."""
        return find_periods(self.utterance.text)

    @cached_property
    def time_before(self) -> TimeBefore | None:
        """The stretch of time that the turn before asked for."""
        dated = (c for c in self.evidence.constraints_before if c.column and self.profiles.of(c.column).date_form)
        return time_before(dated)

    @cached_property
    def moves_time(self) -> bool:
        """Whether the words name a time by that of the turn before: "and the year before?"."""
        return self.periods != self._own_periods

    @cached_property
    def dated(self) -> frozenset[int]:
        """The places of the words that name a stretch of time."""
        spans = (self.utterance.span(period.start, period.stop) for period in self.periods)
        return frozenset(at for start, end in spans for at in range(start, end))

    @cached_property
    def only_number(self) -> tuple[int, int | float] | None:
        """The only number of the words, times left out, with its place; None if there is none, or several."""
        read = ((at, number_of(word.text)) for at, word in enumerate(self.utterance.words) if at not in self.dated)
        numbers = [(at, number) for at, number in read if number is not None]
        return numbers[0] if len(numbers) == 1 else None

    def span(self, mention: str) -> tuple[int, int]:
        """Return the words of a mention."""
        return span_of(mention, self.utterance)

    def column_stems(self, ref: ColumnRef) -> frozenset[str]:
        """Return the stems of a column's natural name."""
        return self._column_stems.get(ref, frozenset())

    @cached_property
    def _column_stems(self) -> dict[ColumnRef, frozenset[str]]:
        return {
            ref: frozenset(map(stem, (*name_words(ref.column), *name_words(self.schema.describe(ref).natural_name))))
            for ref in self.schema.columns
        }

    def table_stems(self, table: str) -> frozenset[str]:
        """Return the stems of a table's natural name."""
        found = self.schema.table(table)
        return frozenset(map(stem, name_words(found.natural_name))) if found else frozenset()

    @cached_property
    def keys(self) -> frozenset[ColumnRef]:
        """The columns of primary and foreign keys."""
        foreign = {end for key in self.schema.foreign_keys for end in (key.source, key.target)}
        primary = {ColumnRef(table=t.name, column=c) for t in self.schema.tables for c in t.primary_key}
        return frozenset(foreign | primary) | self._undeclared_keys

    @cached_property
    def _undeclared_keys(self) -> frozenset[ColumnRef]:
        """The columns by which tables without declared keys are joined."""
        if self.schema.foreign_keys:
            return frozenset()
        found = {
            ColumnRef(table=name, column=column)
            for one, others in links(self.schema).items()
            for other, link in others.items()
            for pairs in link.alternatives
            for left, right in pairs
            for name, column in ((one, left), (other, right))
        }
        return frozenset(found)

    def key_partners(self, column: ColumnRef) -> tuple[ColumnRef, ...]:
        """Return the columns at the other ends of a column's foreign keys."""
        keys = self.schema.foreign_keys
        return (*(k.target for k in keys if k.source == column), *(k.source for k in keys if k.target == column))

    def near(self, column: ColumnRef, start: int, end: int) -> float:
        """Return how well a column is named close to some words, 0..1.2; the closer the better."""
        return max(
            (
                mention.score(column) * (1.0 - 0.08 * max(0, mention.start - end, start - mention.end))
                for mention in self.evidence.mentions.columns
                if mention.start - end <= NEAR_AFTER and start - mention.end <= NEAR_BEFORE
            ),
            default=0.0,
        )

    @cached_property
    def named_tables(self) -> tuple[TableMention, ...]:
        """The mentions of tables that name one."""
        return tuple(mention for mention in self.evidence.mentions.tables if mention.score >= NAMED)

    def is_named(self, table: str) -> bool:
        """Tell whether the words name a table."""
        return any(mention.table == table for mention in self.named_tables)

    def table_score(self, table: str) -> float:
        """Return how much a table belongs to the turn: named, or used by the turn before."""
        named = self.evidence.mentions.table_score(table)
        return max(named, 0.6 * (table in self.evidence.previous_tables))

    @cached_property
    def figures_named(self) -> tuple[ColumnRef, ...]:
        """The columns of numbers that the words name, keys left out: "fees in 2025" happened when fees are dated."""
        said = (
            m for m in self.evidence.named if self.utterance.words[m.start].text != "much"
        )  # "how much" names no price
        named = [ref for mention in said for ref, score in mention.candidates[:1] if score >= NAMED]
        return tuple(ref for ref in named if self.schema.describe(ref).kind == "number" and ref not in self.keys)

    @cached_property
    def table_counted(self) -> str | None:
        """The table whose rows "how many" asks for: what is counted in June happened in June."""
        asked = self.evidence.cues.count
        if asked is None:
            return None
        named = [m for m in self.named_tables if 0 < m.start - asked <= NEAR_AFTER]
        return min(named, key=lambda mention: mention.start).table if named else None

    def is_known_name(self, mention: str) -> bool:
        """Tell whether a mention is a country, a language, a state or the like by itself."""
        return bool(_aliases().of(mention, fold(mention)))

    def is_denied(self, start: int) -> bool:
        """Tell whether the words from `start` on are denied: "not British", "without the cancelled ones"."""
        return self.denial_before(start) is not None and not self.lack_left_out(start)

    def lack_left_out(self, start: int) -> bool:
        """Tell whether it is those who lack something that are left out: "exclude those without an email"."""
        lacking, words = self.denial_before(start), self.utterance.words
        if lacking is None or words[lacking].text not in _LACKING:
            return False
        pairs = pairwise(words[: lacking + 1])
        return any(one.text in _LEAVING or (one.text, two.text) in _LEAVING_PAIRS for one, two in pairs)

    def denial_before(self, start: int) -> int | None:
        """Return the denying word that reaches the words from `start` on; None if there is none."""
        words = self.utterance.words
        for at in range(start - 1, max(-1, start - 1 - _REACH), -1):
            text = words[at].text
            if text in _DENIALS or (text, words[at + 1].text if at + 1 < len(words) else "") in _DENYING_PAIRS:
                idle = text == "no" and at + 1 < len(words) and words[at + 1].text in ("more", "less")
                return None if idle or (not at and self.evidence.cues.refuses) else at
            if text in _STOPS and at < start - 1:
                return None
        return None


def _values_told(evidence: Evidence) -> Iterator[ValueSpan]:
    """Yield the values that tell rows of their tables apart, though the words may name a column as well.

    "Show the open tickets", "and the closed ones?" after those: `status`, though there are `opened_by` and `closed_on`.
    """
    words = evidence.cues.utterance.words
    before = {each.column for each in evidence.constraints_before if each.operator in ("=", "in")}
    for match in evidence.matches:
        start, end = span_of(match.mention, evidence.cues.utterance)
        spelled = isinstance(match.value, str) and match.kind in ("exact", "folded")
        if not spelled or any(v.start < end and start < v.end for v in evidence.values):
            continue
        after = words[end].text if end < len(words) else ""
        rows = [m.table for m in evidence.mentions.tables if m.start == end and m.score >= NAMED]
        if match.column.table in rows or (after in ("", "one", "ones") and match.column in before):
            yield ValueSpan(Filter(match.column, match.operator, (match.value,)), start, end, match.score)
