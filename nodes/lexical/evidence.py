"""Evidence: what the lexical stages know of a turn: its analysis, and what the stages so far gave."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from nodes.lexical.cues import Cues, Superlative
from nodes.lexical.interpretation import Filter, column_of
from nodes.lexical.lexicon import DISPLAY_WORDS
from nodes.lexical.schema_mentions import ColumnMention, Mentions
from nodes.lexical.utterance import Utterance, name_words, stem
from nodes.node import Context
from nodes.plan import AggregateFunction, ColumnTerm, Plan
from nodes.plan.constraints import Constraint, constraints
from nodes.plan.traversal import columns, table_names
from nodes.state import GraphState, GroundedValue
from nodes.turn_analysis import TurnAnalysis
from value_index.matches import ValueMatch
from value_index.schema import Column, ColumnRef, Schema, Table


@dataclass(frozen=True)
class ValueSpan:
    """A grounded value as a filter, with the words that gave it."""

    filter: Filter
    start: int
    end: int
    score: float


@dataclass(frozen=True)
class Evidence:
    """All that is known of a turn: its analysis, and what the stages so far gave; what they did not yet give is empty."""

    turn: TurnAnalysis
    kept: frozenset[Constraint] = frozenset()
    """Constraints of the previous turn that the dialogue state keeps."""
    dropped: frozenset[Constraint] = frozenset()
    links: Mapping[ColumnRef, float] = field(default_factory=dict[ColumnRef, float])
    table_links: Mapping[str, float] = field(default_factory=dict[str, float])
    values: tuple[ValueSpan, ...] = ()

    @classmethod
    def of(cls, state: GraphState, context: Context) -> Evidence:
        """Gather what the state holds so far.

        Args:
            state: the turn.
            context: its analysis, or what one is made from.
        """
        turn = context.analysis_of(state)
        dialogue, links = state.dialogue_state, state.schema_links
        return cls(
            turn=turn,
            kept=frozenset(dialogue.kept) if dialogue else frozenset(),
            dropped=frozenset(dialogue.dropped) if dialogue else frozenset(),
            links={link.column: link.score for link in links.columns} if links else {},
            table_links={link.table: link.score for link in links.tables} if links else {},
            values=_spans(state.grounded_values or (), turn.utterance),
        )

    @property
    def schema(self) -> Schema:
        """The schema asked about."""
        return self.turn.schema

    @property
    def cues(self) -> Cues:
        """The cues of the utterance."""
        return self.turn.cues

    @property
    def mentions(self) -> Mentions:
        """The places at which the utterance names tables and columns."""
        return self.turn.mentions

    @property
    def previous(self) -> Plan | None:
        """The plan of the previous turn's SQL."""
        return self.turn.previous

    @property
    def matches(self) -> tuple[ValueMatch, ...]:
        """The values that the index finds, with the previous query in mind."""
        return self.turn.matches_in_context

    @cached_property
    def constraints_before(self) -> tuple[Constraint, ...]:
        """The constraints of the previous turn."""
        return constraints(self.previous) if self.previous else ()

    @cached_property
    def previous_tables(self) -> tuple[str, ...]:
        """The tables of the previous plan."""
        return table_names(self.previous) if self.previous else ()

    @cached_property
    def previous_shown(self) -> frozenset[ColumnRef]:
        """The columns that the previous plan shows."""
        shown = self.previous.select if self.previous else ()
        return frozenset(term.ref for term in shown if isinstance(term, ColumnTerm))

    @cached_property
    def previous_columns(self) -> frozenset[ColumnRef]:
        """The columns of the previous plan."""
        found = columns(self.previous) if self.previous else ()
        return frozenset(term.ref for term in found)

    @cached_property
    def shown_before(self) -> frozenset[ColumnRef]:
        """The columns in the projections of the previous plan."""
        found = [column_of(term) for term in self.previous.select] if self.previous else []
        return frozenset(column for column in found if column)

    @cached_property
    def named(self) -> tuple[ColumnMention, ...]:
        """The column mentions that are neither inside a value, nor just the name of a table, nor the word "name" of another."""
        found = [
            m
            for m in self.mentions.columns
            if not self._in_value(m) and not self._is_table(m) and not self._says_where(m)
        ]
        return tuple(m for m, after in zip(found, (*found[1:], None), strict=False) if not self._names_next(m, after))

    def _names_next(self, mention: ColumnMention, after: ColumnMention | None) -> bool:
        """Whether "name of the X" speaks of the column X."""
        words = self.cues.utterance.words
        return (
            after is not None
            and mention.end - mention.start == 1
            and words[mention.start].stem == "name"
            and mention.candidates[0][1] < 0.8 <= after.candidates[0][1]
            and [word.text for word in words[mention.end : after.start]] in (["of"], ["of", "the"], ["for", "the"])
        )

    def _in_value(self, mention: ColumnMention) -> bool:
        return any(v.start <= mention.start and mention.end <= v.end for v in self.values)

    def _says_where(self, mention: ColumnMention) -> bool:
        """Whether a word that stands for a place has its place after it: "live in the UK" asks for no address."""
        words = self.cues.utterance.words
        after = words[mention.end].text if mention.end < len(words) else ""
        own = {stem(word) for ref, _ in mention.candidates[:1] for word in name_words(ref.column)}
        placed = any(value.start in (mention.end + 1, mention.end + 2) for value in self.values)
        return (
            placed and after in ("in", "at", "near") and not own & {w.stem for w in words[mention.start : mention.end]}
        )

    def _is_table(self, mention: ColumnMention) -> bool:
        best = mention.candidates[0][1]
        inside = [t for t in self.mentions.tables if t.start < mention.end and mention.start < t.end]
        return best < 0.9 and any(t.score > best and t.end - t.start >= mention.end - mention.start for t in inside)

    def is_ordered(self, column: ColumnRef) -> bool:
        """Whether a column holds numbers or times, which can be ranked."""
        return self.schema.describe(column).kind in ("number", "time")

    @cached_property
    def asked(self) -> tuple[int, int]:
        """The range of words that say what to show.

        In a folded clarification it is the last segment that names a column.
        """
        words = self.cues.utterance.words
        bounds = [*self.cues.utterance.segments, len(words)]
        for start, end in reversed(list(pairwise(bounds))):
            if any(start <= mention.start < end for mention in self.named):
                return start, end
        return 0, len(words)

    def in_head(self, position: int) -> bool:
        """Whether a word stands before the conditions of the question."""
        start, end = self.asked
        return start <= position < self.cues.head_end(start, end)

    @cached_property
    def count_in_name(self) -> bool:
        """Whether the words that seem to ask for a count are part of a column's name ("number of employees")."""
        at = self.cues.count
        return at is not None and any(
            m.candidates[0][1] >= 0.8 and m.start <= at < m.end and at in m.positions
            for m in self.named
            if m.candidates[0][0] not in self._primary  # "number of jobs" is no job_no
        )

    @cached_property
    def _primary(self) -> frozenset[ColumnRef]:
        """The columns of primary keys."""
        return frozenset(ColumnRef(table=t.name, column=column) for t in self.schema.tables for column in t.primary_key)

    @cached_property
    def _in_names(self) -> frozenset[int]:
        """The words that are part of a column's name, so that they are no cue: the "total" of "total credits"."""
        return frozenset(
            at for m in self.named if m.candidates[0][1] >= 0.9 and len(m.positions) > 1 for at in m.positions
        )

    @cached_property
    def aggregates(self) -> tuple[tuple[int, AggregateFunction], ...]:
        """Words that may ask for an aggregate, with the function."""
        return tuple((at, function) for at, function in self.cues.aggregates if at not in self._in_names)

    @cached_property
    def superlatives(self) -> tuple[Superlative, ...]:
        """The superlatives, in order."""
        return tuple(each for each in self.cues.superlatives if each.position not in self._in_names)

    @cached_property
    def table_starts(self) -> frozenset[int]:
        """The words at which a table is named."""
        return frozenset(mention.start for mention in self.mentions.tables if mention.score >= 0.6)

    @cached_property
    def points_back(self) -> float:
        """How much the wording leans on what was said before, 0..1."""
        cues = self.cues
        return min(1.0, 0.5 * cues.pronoun + 0.5 * cues.follow + 0.3 * (cues.content <= 3) + 0.3 * cues.extend)


def span_of(mention: str, utterance: Utterance) -> tuple[int, int]:
    """Return the half-open range of the words that a mention covers; (0, 0) where it is not found."""
    found = re.search(rf"(?<!\w){re.escape(mention)}(?!\w)", utterance.text, re.IGNORECASE) if mention else None
    return utterance.span(*found.span()) if found else (0, 0)


def _spans(values: tuple[GroundedValue, ...], utterance: Utterance) -> tuple[ValueSpan, ...]:
    """Return the new values as filters, each once; what is carried over stands in the previous plan already."""
    found: dict[Filter, ValueSpan] = {}
    for value in values:
        if value.provenance != "carried":
            filtering = Filter(value.column, value.operator, (value.value,))
            found.setdefault(filtering, ValueSpan(filtering, *span_of(value.mention, utterance), value.score))
    return tuple(found.values())


_FLAGS = frozenset((("is",), ("has",)))
"""First words of names of yes/no columns, which call no row."""
_TIMES = frozenset(
    (word,) for word in ("at", "on", "date", "time", "day", "timestamp", "dt", "ts", "birth", "joined", "since")
)
"""Last words of columns that keep a time, though as a text."""


def display_columns(table: Table) -> tuple[ColumnRef, ...]:
    """Return the columns that stand for a row of a table when a person asks for it.

    The column called name, with or without the table's name; a person's first and last name together (their title is what
    they do); the column called title and the like; first and last name of something else; the column with the table's own
    name; else one that holds such a word; else the first text column; else the first.
    """
    refs = [(ColumnRef(table=table.name, column=c.name), name_words(c.natural_name), c) for c in table.columns]
    own = {stem(word) for word in name_words(table.natural_name)}
    person = _full_name(refs, own)
    for display in DISPLAY_WORDS:
        if display != "name" and person:
            return person  # the title of a person is no name
        for ref, words, _ in refs:
            if words[-1:] == (display,) and {stem(word) for word in words[:-1]} <= own:
                return (ref,)
    if somebody := _full_name(refs, None):
        return somebody
    alike = [ref for ref, words, _ in refs if words and {stem(word) for word in words} <= own]
    worded = [ref for display in DISPLAY_WORDS for ref, words, c in refs if display in words and c.kind == "text"]
    text = [ref for ref, words, c in refs if c.kind == "text" and words[:1] not in _FLAGS and words[-1:] not in _TIMES]
    return (*alike, *worded, *text, refs[0][0])[:1]


def _full_name(
    refs: Sequence[tuple[ColumnRef, tuple[str, ...], Column]], own: Collection[str] | None
) -> tuple[ColumnRef, ...]:
    """Return the columns of a first and a last name; none if there are not both.

    Args:
        refs: the columns of a table with the words of their names.
        own: stems that may stand in their names beside those words; any if None.
    """
    found: list[ColumnRef] = []
    for part in ("first", "last"):
        for ref, words, _ in refs:
            more = {stem(word) for word in words} - {stem(part), stem("name")}
            if part in words and "name" in words and (own is None or more <= set(own)):
                found.append(ref)
                break
    return tuple(found) if len(found) > 1 else ()
