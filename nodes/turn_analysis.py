"""TurnAnalysis: what the words and the history of one turn say, computed once and asked by every stage."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any, TypeVar, cast

from nodes.knowledge.apply import folded
from nodes.knowledge.turn_knowledge import TurnKnowledge
from nodes.lexical.cues import Cues
from nodes.lexical.previous_query import PreviousQuery
from nodes.lexical.schema_mentions import Mentions, find_mentions
from nodes.lexical.utterance import Utterance, is_new_question, name_words, stem
from nodes.plan import Plan, PlanSource
from nodes.plan.traversal import table_names
from nodes.sql.errors import SQLError
from nodes.sql.to_plan import to_plan
from nodes.state import Turn
from value_index.index import TextCandidates, ValueIndex
from value_index.knowledge.store import Knowledge
from value_index.matches import ValueMatch
from value_index.schema import Schema

EARLIER_PLANS = 4
"""Earlier turns whose plans are read: a conversation hardly ever comes back to a value of a turn before them."""
_WITHOUT_NAMES = ("utterance", "text", "known", "cues", "past", "earlier_plans", "previous", "matches", "_candidates")
"""What is the same of a turn whatever its schema's parts are called."""
Made = TypeVar("Made")


@dataclass(frozen=True, eq=False)
class TurnAnalysis:
    """One turn, before any stage has decided anything; each part is computed when a stage first asks for it.

    It holds what the utterance, the history, the schema and the value index say, and nothing that a stage gives: two
    runs of a turn (in the graph, and each stage alone with gold upstream) share one analysis. What belongs to the
    database, whatever the turn, is kept by the value index and by the compact planner.

    >>> from value_index.schema import Schema
    >>> analysis = TurnAnalysis(Schema(database_id="empty", tables=()), None, "How many are there?", ())
    >>> analysis.cues.how_many, analysis.previous, analysis.matches
    (True, None, ())
    """

    whole_schema: Schema
    """Everything that the database has; `schema` is what a plan of this turn is made of."""
    index: ValueIndex | None
    """None if no value index was built: nothing matches then."""
    typed: str
    """The utterance, as it was typed."""
    history: tuple[Turn, ...]
    knowledge: Knowledge | None = None
    """What `--knowledge` says; None without."""
    renamed: Schema | None = None
    """The schema under other names, to be read in place of the turn's own; None to read that."""
    _made: dict[Hashable, Any] = field(default_factory=dict[Hashable, Any], repr=False)

    def is_of(self, text: str, history: tuple[Turn, ...], schema: Schema) -> bool:
        """Tell whether this is the analysis of a turn."""
        return self.whole_schema is schema and self.typed == text and self.history == history

    def once(self, key: Hashable, make: Callable[[TurnAnalysis], Made]) -> Made:
        """Return what a stage makes of the turn by its own means (a network's encoding), made at the first call.

        Args:
            key: what it is made with, and nothing else is: a network.
            make: makes it from this analysis.
        """
        if key not in self._made:
            self._made[key] = make(self)
        return cast("Made", self._made[key])

    def called(self, schema: Schema) -> TurnAnalysis:
        """Return this turn over its schema under other names; what does not depend on names is not computed again."""
        other = replace(self, renamed=schema, _made={})
        other.__dict__.update({part: getattr(self, part) for part in _WITHOUT_NAMES})
        return other

    @cached_property
    def utterance(self) -> Utterance:
        """The words of the utterance, as it is planned."""
        return Utterance.of(self.text)

    @cached_property
    def text(self) -> str:
        """The utterance as it is planned: a term of the knowledge stands there as the name of its table."""
        return self.known.planned_text(self.whole_schema) if self.known else self.typed

    @cached_property
    def schema(self) -> Schema:
        """The tables, and those views that the utterance names or an earlier query reads.

        A view says once more what tables say, under names that compete with theirs, and no key leads to it.
        What the utterance calls by a synonym is called so here too.
        """
        if self.renamed is not None:
            return self.renamed
        schema = self.known.spoken(self.whole_schema, self.earlier_plans) if self.known else self.whole_schema
        return without_unnamed_views(schema, self.utterance, self.earlier_plans)

    @cached_property
    def known(self) -> TurnKnowledge | None:
        """What the knowledge says about the words of this turn; None where there is none."""
        return TurnKnowledge(self.knowledge, Utterance.of(self.typed)) if self.knowledge else None

    @cached_property
    def cues(self) -> Cues:
        """Cues of the utterance: counts, superlatives, comparisons, orders, groups, denials, pronouns."""
        return Cues(self.utterance)

    @cached_property
    def mentions(self) -> Mentions:
        """The places at which the utterance names tables and columns."""
        return find_mentions(self.utterance, self.schema)

    @cached_property
    def past(self) -> tuple[Turn, ...]:
        """The turns that this one may go on from: none if it says that it is a new question, else those since the last that does."""
        if is_new_question(self.typed):
            return ()
        begins = [at for at, turn in enumerate(self.history) if is_new_question(turn.utterance)]
        return self.history[begins[-1] :] if begins else self.history

    @cached_property
    def earlier_plans(self) -> tuple[Plan | None, ...]:
        """The plans of the latest earlier turns, oldest first; None for SQL that is no plan."""
        plans = [_plan(turn.sql, self.whole_schema) for turn in self.past[-EARLIER_PLANS:]]
        metrics = self.knowledge.metrics if self.knowledge else ()
        return tuple(folded(plan, metrics, self.whole_schema) if plan and metrics else plan for plan in plans)

    @cached_property
    def previous(self) -> Plan | None:
        """The plan of the previous turn's SQL; None if there is none, or it is no plan."""
        plan = self.earlier_plans[-1] if self.earlier_plans else None
        # `SELECT count(*) FROM (query)` asks about the rows of the query, so a follow-up does too.
        if plan and len(plan.tables) == 1 and isinstance(plan.tables[0], PlanSource) and not plan.set_operations:
            return plan.tables[0].plan
        return plan

    @cached_property
    def matches(self) -> tuple[ValueMatch, ...]:
        """Stored values that the utterance names, read for itself."""
        found = self.index.ground(self.text, candidates=self._candidates) if self.index else ()
        return self._within_schema(found)

    @cached_property
    def matches_in_context(self) -> tuple[ValueMatch, ...]:
        """Stored values that the utterance names, with the tables and comparisons of the previous query in mind."""
        if self.index is None:
            return self._within_schema(())
        before = PreviousQuery.of(self.previous)
        found = self.index.ground(
            self.text, tables=before.tables, columns=before.columns, shown=before.shown, candidates=self._candidates
        )
        return self._within_schema(found)

    def _within_schema(self, matches: tuple[ValueMatch, ...]) -> tuple[ValueMatch, ...]:
        if self.known:
            matches = self.known.matches(matches)
        if len(self.schema.tables) == len(self.whole_schema.tables):
            return matches
        return tuple(match for match in matches if self.schema.table(match.column.table) is not None)

    @cached_property
    def _candidates(self) -> TextCandidates | None:
        """The candidates of every span of the utterance: what takes the value index its time."""
        if self.index is None:
            return None
        left_out = {table.name for table in self.whole_schema.tables} - {table.name for table in self.schema.tables}
        return self.index.candidates(self.text, left_out)


def without_unnamed_views(schema: Schema, utterance: Utterance, earlier: Sequence[Plan | None]) -> Schema:
    """Return the schema without the views that nobody speaks of; the same schema where no view is left out.

    A view is named where the words of its name stand in the utterance side by side. Where there are only views, all stay.
    """
    if not any(table.is_view for table in schema.tables) or all(table.is_view for table in schema.tables):
        return schema
    said = tuple(word.stem for word in utterance.words)
    named = {name for plan in earlier if plan for name in table_names(plan)}
    named |= {table.name for table in schema.tables if table.is_view and _is_said(table.natural_name, said)}
    return _with_views(schema, frozenset(named))


@lru_cache(maxsize=256)
def _with_views(schema: Schema, named: frozenset[str]) -> Schema:
    """Return the schema with some of its views; one object for many turns, since much is kept by the schema."""
    tables = tuple(table for table in schema.tables if not table.is_view or table.name in named)
    if len(tables) == len(schema.tables):
        return schema
    # Not model_copy, which would take what the whole schema has computed along.
    return Schema.model_validate({name: getattr(schema, name) for name in Schema.model_fields} | {"tables": tables})


def _is_said(name: str, said: tuple[str, ...]) -> bool:
    words = tuple(map(stem, name_words(name)))
    return any(said[at : at + len(words)] == words for at in range(len(said) - len(words) + 1))


def _plan(sql: str, schema: Schema) -> Plan | None:
    try:
        return to_plan(sql, schema) if sql.strip() else None
    except SQLError:
        return None
