"""context_as_said: the context of a turn, its schema called as the utterance calls it, so that every reading finds the names.

"the oldest employee" over tbl_staff(staff_nm, yrs_old) reads employee(employee name, age).
"""

from __future__ import annotations

from dataclasses import replace

from nodes.compact.features import MOST_COLUMNS
from nodes.compact.names.abbreviations import in_full
from nodes.compact.names.names_by_kind import names_by_kind
from nodes.compact.names.said_names import name_parts, said_names
from nodes.compact.names.synonyms import singular
from nodes.compact.network import Network
from nodes.coverage.column_profile import Profiles, profiles_of
from nodes.knowledge.renamed_schema import renamed_schema
from nodes.lexical.lexicon import STOPWORDS
from nodes.lexical.utterance import Utterance, name_words, stem
from nodes.node import Context
from nodes.state import GraphState
from nodes.turn_analysis import TurnAnalysis
from value_index.schema import Schema

SURE = 0.8
"""A value found with this score is one, and its words name nothing else."""
Place = tuple[str, str]
"""Folded table and column; the column is empty for the table itself."""


def context_as_said(state: GraphState, context: Context, network: Network) -> Context:
    """Return the context with the turn's schema under the names that the utterance says; the same where it says no others."""
    turn = context.analysis_of(state)
    profiles = profiles_of(context.database)
    schema = turn.once((network, "as said"), lambda analysis: schema_as_said(analysis, network, profiles))
    return (
        context
        if schema is turn.schema
        else replace(context, turn=turn.once((network, "said"), lambda t: t.called(schema)))
    )


def prepare_names(schema: Schema, network: Network) -> None:
    """Let the network read the parts of a schema's names, so that no turn waits for it."""
    names = {place: in_full(name_words(name)) for place, name in _names(schema)}
    if len(names) <= MOST_COLUMNS:
        network.meanings(name_parts(tuple(names.values()), _tables(names)).texts or ("?",))


def schema_as_said(turn: TurnAnalysis, network: Network, profiles: Profiles | None = None) -> Schema:
    """Return a turn's schema, its names in full and as the utterance says them."""
    schema, utterance = turn.schema, turn.utterance
    before = {place: name_words(name) for place, name in _names(schema)}
    said = frozenset(singular(word.text) for word in utterance.words if word.text not in STOPWORDS)
    full = {place: in_full(words, said) for place, words in before.items()}
    exchanged = _exchanged(full, utterance, turn, network) if len(full) <= MOST_COLUMNS else {}
    called = {place: _called(words, exchanged) for place, words in full.items()}
    found = (
        names_by_kind(schema, called, utterance, profiles, network) if profiles and len(full) <= MOST_COLUMNS else {}
    )
    kinds = {place: words for place, words in found.items() if called[place] == full[place]}
    called |= kinds
    other = {place: " ".join(words) for place, words in called.items() if words != before[place]}
    new = {stem(word) for place in other for word in {*called[place]} - {*before[place]}}
    heard = new & {word.stem for word in utterance.words} or exchanged or kinds
    return renamed_schema(schema, tuple(sorted(other.items())), ()) if heard else schema


def _exchanged(
    names: dict[Place, tuple[str, ...]], utterance: Utterance, turn: TurnAnalysis, network: Network
) -> dict[tuple[str, ...], tuple[str, ...]]:
    found = said_names(tuple(names.values()), _tables(names), utterance, _values(turn), network)
    return {tuple(part.split()): tuple(new.split()) for part, new in found.items()}


def _tables(names: dict[Place, tuple[str, ...]]) -> frozenset[str]:
    return frozenset(" ".join(words) for (_, column), words in names.items() if not column)


def _values(turn: TurnAnalysis) -> frozenset[int]:
    """The places of words that are stored values."""
    places: set[int] = set()
    for match in turn.matches:
        at = turn.text.find(match.mention)
        if match.score >= SURE and at >= 0:
            places |= set(range(*turn.utterance.span(at, at + len(match.mention))))
    return frozenset(places)


def _names(schema: Schema) -> list[tuple[Place, str]]:
    found: list[tuple[Place, str]] = []
    for table in schema.tables:
        found.append(((table.name.lower(), ""), table.natural_name))
        found += [((table.name.lower(), column.name.lower()), column.natural_name) for column in table.columns]
    return found


def _called(words: tuple[str, ...], exchanged: dict[tuple[str, ...], tuple[str, ...]]) -> tuple[str, ...]:
    for part, new in exchanged.items():
        for at in range(len(words) - len(part) + 1):
            if words[at : at + len(part)] == part:
                words = (*words[:at], *new, *words[at + len(part) :])
                break
    return words
