"""TurnKnowledge: the part of the knowledge that one utterance speaks of, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from nodes.knowledge.paraphrase import is_paraphrase
from nodes.lexical.utterance import Utterance, name_words, stem
from value_index.knowledge.store import Knowledge, NamedPart, NamedValue, VerifiedQuestion
from value_index.matches import ValueMatch
from value_index.schema import Column, Schema, Table

Renamed = tuple[tuple[tuple[str, str], str], ...]
"""Folded table and column (empty for the table itself) with the words that this turn says for it."""


@dataclass(frozen=True)
class TurnKnowledge:
    """What is known and said in one utterance."""

    knowledge: Knowledge
    utterance: Utterance

    @cached_property
    def names(self) -> tuple[tuple[NamedPart, str], ...]:
        """The tables and columns that the utterance calls by a synonym, with the longest synonym that it says."""
        found: list[tuple[NamedPart, str]] = []
        for part in self.knowledge.parts:
            said = [words for words in part.synonyms if _place(words, self.utterance)]
            if said:
                found.append((part, max(said, key=len)))
        return tuple(found)

    @cached_property
    def values(self) -> tuple[tuple[NamedValue, str], ...]:
        """The stored values that the utterance calls by other words, with those words as they are typed."""
        places = [(value, _place(value.words, self.utterance)) for value in self.knowledge.values]
        return tuple((value, self.utterance.text[place[0] : place[1]]) for value, place in places if place)

    @cached_property
    def verified(self) -> VerifiedQuestion | None:
        """The verified question that the utterance asks again, in these or other words."""
        return next((q for q in self.knowledge.questions if is_paraphrase(q.question, self.utterance.text)), None)

    def spoken(self, schema: Schema) -> Schema:
        """Return the schema with its parts called as this turn calls them: every stage then finds them by name.

        "What is the turnover?" makes `orders.total` "turnover", where a synonym of it says so.
        """
        renamed = {part.part.folded: words for part, words in reversed(self.names)}
        return _renamed(schema, tuple(sorted(renamed.items()))) if renamed else schema

    def matches(self, found: tuple[ValueMatch, ...]) -> tuple[ValueMatch, ...]:
        """Return what the index found, after the values that are called by other words."""
        known = {(match.column, match.value) for match in found}
        told = tuple(_match(value, mention, found) for value, mention in self.values)
        return (*(match for match in told if (match.column, match.value) not in known), *found)

    def lines(self) -> Iterator[str]:
        """Say what is used, a line each, with the file and line that it comes from."""
        for part, words in self.names:
            yield f"{words!r} is {part.written} ({part.source})"
        for value, mention in self.values:
            yield f"{mention!r} is {value.column} = {value.value!r} ({value.source})"
        if self.verified:
            yield f"verified question: {self.verified.question!r} ({self.verified.source})"


def _place(words: str, utterance: Utterance) -> tuple[int, int] | None:
    """Return the characters at which an utterance says words side by side, their endings aside."""
    wanted = tuple(stem(word) for word in name_words(words))
    said = utterance.words
    for at in range(len(said) - len(wanted) + 1) if wanted else ():
        if tuple(word.stem for word in said[at : at + len(wanted)]) == wanted:
            return said[at].start, said[at + len(wanted) - 1].end
    return None


def _match(value: NamedValue, mention: str, found: tuple[ValueMatch, ...]) -> ValueMatch:
    rivals = [match.score for match in found if match.mention.casefold() == mention.casefold()]
    margin = 1.0 - max(rivals, default=0.0)
    return ValueMatch(
        mention=mention, column=value.column, value=value.value, score=1.0, margin=max(0.0, margin), kind="alias"
    )


@lru_cache(maxsize=256)
def _renamed(schema: Schema, renamed: Renamed) -> Schema:
    """Return a schema with some natural names changed; one object for many turns, since much is kept by the schema."""
    words = dict(renamed)

    def column(table: Table, inner: Column) -> Column:
        said = words.get((table.name.lower(), inner.name.lower()))
        return inner.model_copy(update={"natural_name": said}) if said else inner

    # Not model_copy of a table or schema, which would take along what the old one has computed.
    tables = tuple(
        Table(
            name=table.name,
            natural_name=words.get((table.name.lower(), ""), table.natural_name),
            columns=tuple(column(table, inner) for inner in table.columns),
            primary_key=table.primary_key,
            hidden=table.hidden,
            is_view=table.is_view,
        )
        for table in schema.tables
    )
    return Schema.model_validate({name: getattr(schema, name) for name in Schema.model_fields} | {"tables": tables})
