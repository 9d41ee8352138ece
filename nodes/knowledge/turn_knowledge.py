"""TurnKnowledge: the part of the knowledge that one utterance speaks of, and what follows from it.

A metric is planned as a number column of its table, under the words that the turn says for it; a term as its table's name,
whose condition is added to the plan (`nodes.knowledge.apply`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from nodes.knowledge.apply import is_figure_of_rows, metric_column, uses
from nodes.knowledge.compiled import metric_problem, metric_term, term_condition, term_problem
from nodes.knowledge.described import described_names
from nodes.knowledge.paraphrase import is_paraphrase
from nodes.knowledge.renamed_schema import renamed_schema
from nodes.lexical.utterance import Utterance, name_words, stem
from nodes.plan import Plan
from nodes.sql.errors import SQLError
from value_index.knowledge.store import (
    BusinessTerm,
    Definition,
    JoinRole,
    Knowledge,
    Metric,
    NamedPart,
    NamedValue,
    VerifiedQuestion,
)  # fmt: skip
from value_index.matches import ValueMatch
from value_index.schema import Column, ColumnRef, Schema, Table

Place = tuple[int, int]
"""The place of words in an utterance, in characters."""
_SUMMED = frozenset(("total", "sum", "overall", "average", "mean", "avg", "minimum", "maximum", "by"))
"""Words before a metric that say how it is summed up, or that it is sorted by."""
_MEAN = ("average", "mean", "avg")
Named = Metric | BusinessTerm | NamedPart | JoinRole


@dataclass(frozen=True)
class TurnKnowledge:
    """What is known and said in one utterance."""

    knowledge: Knowledge
    utterance: Utterance

    @cached_property
    def _said(self) -> tuple[tuple[Named, Place], ...]:
        """What the utterance calls by a name of the knowledge, in the order of the words.

        Of names that overlap the longest counts: "net revenue" speaks of no column that is called "revenue".
        """
        known = self.knowledge
        named: list[tuple[Named, tuple[str, ...]]] = [
            *((each, each.names) for each in (*known.metrics, *known.terms, *known.joins)),
            *((part, part.synonyms) for part in known.parts),
        ]
        found = [(each, place) for each, names in named if (place := _longest(names, self.utterance))]
        found.sort(key=lambda pair: pair[1][0] - pair[1][1])
        if known.match_descriptions:  # what is said in so many words stands before what a description tells
            told = described_names(known, self.utterance)
            found += [(part, place) for part, names in told if (place := _longest(names, self.utterance))]
        kept: list[tuple[Named, Place]] = []
        for each, place in found:
            if all(_apart(each, place, other, taken) for other, taken in kept):
                kept.append((each, place))
        return tuple(sorted(kept, key=lambda pair: pair[1]))

    @cached_property
    def names(self) -> tuple[tuple[NamedPart, str], ...]:
        """The tables and columns that the utterance calls by a synonym, with the longest synonym that it says."""
        found: list[tuple[NamedPart, str]] = []
        for part, place in self._said:
            if isinstance(part, NamedPart):
                words = [each for each in part.synonyms if _place(each, self.utterance) == place]
                found.append((part, words[0] if words else self._words(place)))
        return tuple(found)

    @cached_property
    def metrics(self) -> tuple[tuple[Metric, str], ...]:
        """The metrics that the utterance names, with its words for them."""
        return tuple((each, self._words(place)) for each, place in self._said if isinstance(each, Metric))

    @cached_property
    def terms(self) -> tuple[tuple[BusinessTerm, str], ...]:
        """The terms that the utterance names, with its words for them."""
        return tuple((each, self._words(place)) for each, place in self._said if isinstance(each, BusinessTerm))

    @cached_property
    def roles(self) -> tuple[tuple[JoinRole, str], ...]:
        """The keys whose role the utterance names, with its words for it, in their order."""
        return tuple((each, self._words(place)) for each, place in self._said if isinstance(each, JoinRole))

    @cached_property
    def role_places(self) -> dict[ColumnRef, int]:
        """The keys whose role the utterance names, each with the character at which it does."""
        return {each.source: place[0] for each, place in self._said if isinstance(each, JoinRole)}

    @cached_property
    def definitions(self) -> tuple[Definition, ...]:
        """The definitions whose name the utterance says, but for those that a plan holds as a term or a metric."""
        planned = {each.name for each in (*self.knowledge.metrics, *self.knowledge.terms)}
        loose = (each for each in self.knowledge.definitions if each.name not in planned)
        return tuple(each for each in loose if _place(each.name, self.utterance))

    def planned_text(self, schema: Schema) -> str:
        """Return the utterance as a plan is found for it.

        A term stands there as the name of its table, and a metric that sums up rows as a total.
        """
        text = self.utterance.text
        for each, (start, end) in reversed(self._said):
            if isinstance(each, BusinessTerm):
                table = schema.table(each.table)
                if table and not isinstance(term_condition(each, schema), SQLError):
                    text = text[:start] + _table_words(table, self.utterance, (start, end)) + text[end:]
            elif isinstance(each, Metric) and is_figure_of_rows(each, schema) and not self._summed(start):
                text = f"{text[:start]}total {text[start].lower()}{text[start + 1 :]}"
        return " ".join(text.split()) if text != self.utterance.text else text

    def _summed(self, start: int) -> bool:
        """Whether a word before a place says how a figure is summed up."""
        at, _ = self.utterance.span(start, start + 1)
        return any(word.text in _SUMMED for word in self.utterance.words[max(0, at - 1) : at])

    def _words(self, place: Place) -> str:
        return self.utterance.text[place[0] : place[1]]

    @cached_property
    def values(self) -> tuple[tuple[NamedValue, str], ...]:
        """The stored values that the utterance calls by other words, with those words as they are typed."""
        places = [(value, _place(value.words, self.utterance)) for value in self.knowledge.values]
        return tuple((value, self.utterance.text[place[0] : place[1]]) for value, place in places if place)

    @cached_property
    def verified(self) -> VerifiedQuestion | None:
        """The verified question that the utterance asks again, in these or other words."""
        return next((q for q in self.knowledge.questions if is_paraphrase(q.question, self.utterance.text)), None)

    def spoken(self, schema: Schema, earlier: tuple[Plan | None, ...] = ()) -> Schema:
        """Return the schema with its parts called as this turn calls them: every stage then finds them by name.

        "What is the turnover?" makes `orders.total` "turnover", where a synonym of it says so.
        """
        told = {mention for _, mention in self.values}
        renamed = {role.source.folded: words for role, words in self.roles if words not in told}
        renamed |= {part.part.folded: words for part, words in reversed(self.names)}
        figures = tuple(self._figures(schema, earlier))
        return renamed_schema(schema, tuple(sorted(renamed.items())), figures) if renamed or figures else schema

    def in_force(self, earlier: tuple[Plan | None, ...]) -> tuple[Metric, ...]:
        """Return the metrics of the turn: those that it names, and those of the plans before it."""
        told = {metric.name: metric for metric, _ in self.metrics}
        for metric in self.knowledge.metrics:
            if any(plan and uses(plan, metric_column(metric)) for plan in earlier):
                told.setdefault(metric.name, metric)
        return tuple(told.values())

    def _figures(self, schema: Schema, earlier: tuple[Plan | None, ...]) -> Iterator[tuple[str, Column]]:
        words_of = {metric.name: words for metric, words in self.metrics}
        for metric in self.in_force(earlier):
            words = words_of.get(metric.name, metric.name)
            made = metric_term(metric, schema)
            if not isinstance(made, SQLError):
                column = Column(
                    name=metric_column(metric), natural_name=words.lower(), declared_type="REAL", kind="number"
                )
                yield made.tables[0], column

    def matches(self, found: tuple[ValueMatch, ...]) -> tuple[ValueMatch, ...]:
        """Return the values that are called by other words, and what the index found in the rest of the words."""
        taken = tuple(mention.casefold() for _, mention in self.values)
        left = tuple(match for match in found if not any(match.mention.casefold() in words for words in taken))
        told = tuple(_match(value, mention, left) for value, mention in self.values)
        return (*told, *left)

    def lines(self, schema: Schema) -> Iterator[str]:
        """Say what is used, a line each, with the file and line that it comes from."""
        for part, words in self.names:
            yield f"{words!r} is {part.written} ({part.source})"
        for value, mention in self.values:
            yield f"{mention!r} is {value.column} = {value.value!r} ({value.source})"
        for metric, words in self.metrics:
            yield f"{words!r} is {metric.expression} ({metric.source}){_unused_because(metric_problem(metric, schema))}"
            if is_figure_of_rows(metric, schema) and any(
                self.utterance.has(f"{word} {words.lower()}") for word in _MEAN
            ):
                yield f"the average of {words!r}, which sums up rows, is nothing that a plan holds"
        for term, words in self.terms:
            problem = _unused_because(term_problem(term, schema))
            yield f"{words!r} is {term.table} where {term.condition} ({term.source}){problem}"
        for role, words in self.roles:
            yield f"{words!r} is what {role.source} leads to ({role.origin})"
        for each in self.definitions:
            yield f"{each.name!r}: {each.text} ({each.source}); a model may read it, no plan is made of it"
        if self.verified:
            yield f"verified question: {self.verified.question!r} ({self.verified.source})"


def _apart(each: Named, place: Place, other: Named, taken: Place) -> bool:
    """Whether words may speak of both: they stand apart, or are the same words for two things of a kind, or for a key and its column."""
    if place[1] <= taken[0] or taken[1] <= place[0]:
        return True
    return place == taken and (type(each) is type(other) or JoinRole in (type(each), type(other)))


def _unused_because(problem: SQLError | None) -> str:
    return f"; no plan holds it: {problem}" if problem else ""


def _longest(names: tuple[str, ...], utterance: Utterance) -> Place | None:
    """Return where the longest of several names is said."""
    places = [place for name in names if (place := _place(name, utterance))]
    return max(places, key=lambda place: place[1] - place[0], default=None)


def _place(words: str, utterance: Utterance) -> Place | None:
    """Return the characters at which an utterance says words side by side, their endings aside."""
    wanted = tuple(stem(word) for word in name_words(words))
    said = utterance.words
    for at in range(len(said) - len(wanted) + 1) if wanted else ():
        if tuple(word.stem for word in said[at : at + len(wanted)]) == wanted:
            return said[at].start, said[at + len(wanted) - 1].end
    return None


def _table_words(table: Table, utterance: Utterance, place: Place) -> str:
    """Return what stands for a term: its table's name, as the utterance says it if it does."""
    own = frozenset(map(stem, (*name_words(table.name), *name_words(table.natural_name))))
    start, end = utterance.span(*place)
    inside = utterance.words[start:end]
    if named := [word for word in inside if word.stem in own]:
        return utterance.text[named[0].start : named[-1].end]
    if any(word.stem in own for word in (*utterance.words[:start], *utterance.words[end:])):
        return ""
    return table.natural_name + "s" * inside[-1].text.endswith("s")


def _match(value: NamedValue, mention: str, found: tuple[ValueMatch, ...]) -> ValueMatch:
    rivals = [match.score for match in found if match.mention.casefold() == mention.casefold()]
    margin = 1.0 - max(rivals, default=0.0)
    return ValueMatch(
        mention=mention, column=value.column, value=value.value, score=1.0, margin=max(0.0, margin), kind="alias"
    )
