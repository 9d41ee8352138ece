"""Evidence: what the lexical stages know of a turn, gathered once a stage from the state and the schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from nodes.clues import Clues
from nodes.constraints import constraints
from nodes.lexicon import DISPLAY_WORDS
from nodes.mentions import ColumnMention, Mentions, find_mentions
from nodes.node import Context
from nodes.plan import Plan
from nodes.reading import Filter, column_of
from nodes.sql.errors import SQLError
from nodes.sql.to_plan import to_plan
from nodes.state import Constraint, GraphState, GroundedValue
from nodes.utterance import Utterance, name_words, stem
from nodes.walk import columns, table_names
from value_index.matches import ValueMatch
from value_index.schema import ColumnRef, Schema, Table


@dataclass(frozen=True)
class ValueSpan:
    """A grounded value as a filter, with the words that gave it."""

    filter: Filter
    start: int
    end: int
    score: float


@dataclass(frozen=True)
class Evidence:
    """All that is known of a turn; what a stage does not know yet is empty."""

    schema: Schema
    clues: Clues
    mentions: Mentions
    previous: Plan | None = None
    """The plan of the previous turn's SQL."""
    matches: tuple[ValueMatch, ...] = ()
    """Every reading of the value index."""
    kept: frozenset[Constraint] = frozenset()
    """Constraints of the previous turn that the dialogue state keeps."""
    dropped: frozenset[Constraint] = frozenset()
    links: Mapping[ColumnRef, float] = field(default_factory=dict[ColumnRef, float])
    table_links: Mapping[str, float] = field(default_factory=dict[str, float])
    values: tuple[ValueSpan, ...] = ()

    @classmethod
    def of(cls, state: GraphState, context: Context, *, matches: bool = False) -> Evidence:
        """Gather what the state holds so far.

        Args:
            state: the turn.
            context: schema and value index.
            matches: whether to ask the index what the utterance may name.
        """
        utterance = Utterance.of(state.utterance)
        clues = Clues(utterance)
        previous = plan_before(state, context.schema)
        found = (
            context.index.ground(state.utterance, tables=table_names(previous) if previous else ())
            if matches and context.index
            else ()
        )
        dialogue, links = state.dialogue_state, state.schema_links
        return cls(
            schema=context.schema,
            clues=clues,
            mentions=find_mentions(utterance, context.schema),
            previous=previous,
            matches=found,
            kept=frozenset(dialogue.kept) if dialogue else frozenset(),
            dropped=frozenset(dialogue.dropped) if dialogue else frozenset(),
            links={link.column: link.score for link in links.columns} if links else {},
            table_links={link.table: link.score for link in links.tables} if links else {},
            values=tuple(_span(v, utterance) for v in state.grounded_values or () if v.provenance != "carried"),
        )

    @cached_property
    def constraints_before(self) -> tuple[Constraint, ...]:
        """The constraints of the previous turn."""
        return constraints(self.previous) if self.previous else ()

    @cached_property
    def previous_tables(self) -> tuple[str, ...]:
        """The tables of the previous plan."""
        return table_names(self.previous) if self.previous else ()

    @cached_property
    def previous_columns(self) -> frozenset[ColumnRef]:
        """The columns of the previous plan."""
        found = columns(self.previous) if self.previous else ()
        return frozenset(ColumnRef(table=term.table, column=term.column) for term in found)

    @cached_property
    def shown_before(self) -> frozenset[ColumnRef]:
        """The columns in the projections of the previous plan."""
        found = [column_of(term) for term in self.previous.select] if self.previous else []
        return frozenset(column for column in found if column)

    @cached_property
    def named(self) -> tuple[ColumnMention, ...]:
        """The column mentions that are neither inside a value nor just the name of a table."""
        return tuple(m for m in self.mentions.columns if not self._in_value(m) and not self._is_table(m))

    def _in_value(self, mention: ColumnMention) -> bool:
        return any(v.start <= mention.start and mention.end <= v.end for v in self.values)

    def _is_table(self, mention: ColumnMention) -> bool:
        best = mention.readings[0][1]
        inside = [t for t in self.mentions.tables if t.start < mention.end and mention.start < t.end]
        return best < 0.9 and any(t.score > best and t.end - t.start >= mention.end - mention.start for t in inside)

    @cached_property
    def table_starts(self) -> frozenset[int]:
        """The words at which a table is named."""
        return frozenset(mention.start for mention in self.mentions.tables if mention.score >= 0.6)

    @cached_property
    def points_back(self) -> float:
        """How much the wording leans on what was said before, 0..1."""
        clues = self.clues
        return min(1.0, 0.5 * clues.pronoun + 0.5 * clues.follow + 0.3 * (clues.content <= 3) + 0.3 * clues.extend)


def plan_before(state: GraphState, schema: Schema) -> Plan | None:
    """Return the plan of the previous turn's SQL; None where there is none, or it is no plan."""
    if state.previous is None or not state.previous.sql.strip():
        return None
    try:
        return to_plan(state.previous.sql, schema)
    except SQLError:
        return None


def span_of(mention: str, utterance: Utterance) -> tuple[int, int]:
    """Return the half-open range of the words that a mention covers; (0, 0) where it is not found."""
    at = utterance.text.lower().find(mention.lower())
    return utterance.span(at, at + len(mention)) if mention and at >= 0 else (0, 0)


def _span(value: GroundedValue, utterance: Utterance) -> ValueSpan:
    start, end = span_of(value.mention, utterance)
    return ValueSpan(Filter(value.column, value.operator, (value.value,)), start, end, value.score)


def display_columns(table: Table) -> tuple[ColumnRef, ...]:
    """Return the columns that stand for a row of a table when a person asks for it.

    The column called name or title, with or without the table's name; first and last name together; the column with the
    table's own name; else one that holds such a word; else the first text column; else the first.
    """
    refs = [(ColumnRef(table=table.name, column=c.name), name_words(c.natural_name), c) for c in table.columns]
    own = {stem(word) for word in name_words(table.natural_name)}
    for display in DISPLAY_WORDS:
        for ref, words, _ in refs:
            if words[-1:] == (display,) and {stem(word) for word in words[:-1]} <= own:
                return (ref,)
    first, last = (
        next((ref for ref, words, _ in refs if part in words and "name" in words), None) for part in ("first", "last")
    )
    if first and last:
        return (first, last)
    alike = [ref for ref, words, _ in refs if words and {stem(word) for word in words} <= own]
    worded = [ref for display in DISPLAY_WORDS for ref, words, c in refs if display in words and c.kind == "text"]
    text = [ref for ref, _, c in refs if c.kind == "text"]
    return (*alike, *worded, *text, refs[0][0])[:1]
