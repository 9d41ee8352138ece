"""CandidateSearch: everything that the words of a text may mean among the values of a database, not judged yet."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from rapidfuzz import fuzz, process

from value_index.database import Database
from value_index.grounding.alias import Domain
from value_index.grounding.aliases import Aliases
from value_index.grounding.candidate import Candidate, ColumnFacts
from value_index.grounding.context import Context, Names
from value_index.grounding.linked_rows import linked_candidates
from value_index.grounding.prefer_code_column import prefer_code_column
from value_index.grounding.spans import FUNCTION_WORDS, Mention, mentions
from value_index.matches import Provenance
from value_index.schema import Schema
from value_index.store.values import ColumnSummary, Values
from value_index.text.dates import Dates
from value_index.text.folding import fold, holds_words, plural_variants
from value_index.text.tokens import Token

LEAST_LIKENESS = 0.8
LONG_NAME = 8
"""Characters from which two edits are forgiven."""
LEAST_LONG_LIKENESS = 0.72
SHORTEST_PART = 3
SHORTEST_MISSPELT = 4
"""Characters of a span from which values that hold it, and near spellings of it, are looked for."""
CLOSE = 0.85
"""A spelling so near that values which merely hold the span are not looked for."""
LONGEST_WHOLE = 40
"""Characters of a value up to which any of its words may stand for it."""
MAX_NEAR = 5
"""Near spellings of one span that are looked at."""
ALIAS_LIKENESS = 0.9
DOMAIN_SAMPLE = 40
"""Values looked at to tell what a column holds."""
MAX_UNSTORED = 200
"""Columns of numbers beyond which a number is read only where it is stored."""
_DIGITS = re.compile(r"\d+")
_DISPLAY_WORDS = frozenset({"name", "titl", "label", "descript"})


class CandidateSearch:
    """Finds candidates: the same name, another name, a near spelling, a number, a date."""

    def __init__(self, database: Database, values: Values, names: Names) -> None:
        self._database = database
        self._values = values
        self._aliases = Aliases()
        self._dates = Dates()
        self._domains: dict[tuple[int, Domain, bool], bool] = {}
        self._facts = _column_facts(database.schema, values.columns, names)
        self._facts_of = {facts.ref: facts for facts in self._facts}
        self._called = _called(database.schema, values.columns)

    def of_text(self, text: str, words: tuple[Token, ...], without: Collection[str] = ()) -> Iterator[Candidate]:
        """Yield every candidate of every span of a text.

        Args:
            without: tables that are as good as not there: what only they store takes no words from what others store.
        """
        named: list[Mention] = []
        rest: list[Mention] = []
        dates = list(self._date_mentions(text, words))
        found = [*dates, *(mention for mention in mentions(text, words) if not _is_inside(mention, dates))]
        for mention in sorted(found, key=lambda item: item.first - item.last):
            if mention.kind == "number":
                yield from _outside(self.numbers(mention), without)
            elif not _is_inside(mention, named):
                exact = list(_outside(self.names(mention), without))
                yield from exact
                (named if exact else rest).append(mention)
        reached = {place for mention in named for place in range(mention.first, mention.last)}
        for mention in rest:
            if not reached.issuperset(range(mention.first, mention.last)) and _may_be_part(mention):
                near = self.near(mention) if len(mention.folded) >= SHORTEST_MISSPELT else self.parts(mention)
                yield from _outside(near, without)

    def of_mention(self, mention: str, words: tuple[Token, ...], limit: int) -> Iterator[list[Candidate]]:
        """Yield the candidates of a text that is one mention, group by group: numbers, names, near spellings."""
        whole = Mention(mention, 0, len(mention), 0, len(words), fold(mention), "quoted")
        numbers = (found for found in mentions(mention, words) if found.kind == "number")
        yield [candidate for found in numbers for candidate in self.numbers(found)]
        dates = (found for found in self._date_mentions(mention, words))
        yield [*self.names(whole)] or [candidate for found in dates for candidate in self.names(found)]
        yield [*self.near(whole, limit)]

    def with_linked(self, group: list[Candidate]) -> list[Candidate]:
        """Return candidates with those that lead through a row; a row says more than another name of the same value."""
        linked = [
            other for candidate in group for other in linked_candidates(candidate, self._database, self._facts_of)
        ]
        reached = {(candidate.column.ref, candidate.value) for candidate in linked}
        own = [each for each in group if each.kind != "alias" or (each.column.ref, each.value) not in reached]
        return [*own, *linked]

    def prefer_code_column(
        self, ranked: list[tuple[Candidate, float]], context: Context
    ) -> list[tuple[Candidate, float]]:
        """Return ranked candidates with a code first that needs no join, where there is one."""
        return prefer_code_column(ranked, context, self._aliases)

    def _date_mentions(self, text: str, words: tuple[Token, ...]) -> Iterator[Mention]:
        for found in self._dates.find(text):
            inside = [i for i, word in enumerate(words) if word.start >= found.start and word.end <= found.end]
            if inside:
                written = text[found.start : found.end]
                forms = tuple(form for day in found.dates for form in self._dates.spellings(day))
                yield Mention(
                    written, found.start, found.end, inside[0], inside[-1] + 1, fold(written), "date", forms=forms
                )

    def names(self, mention: Mention) -> Iterator[Candidate]:
        """Yield the values of this name, else of its plural or another form, else of another name."""
        entries = self._values.exact(mention.folded)
        likeness = 1.0
        if not entries:
            likeness = 0.95
            variants = mention.forms or plural_variants(mention.folded)
            entries = next((found for variant in variants if (found := self._values.exact(variant))), ())
        # A code beside the name is reached through its row, where the data says so.
        yield from self._other_names(mention, codes=not entries)
        for entry in entries:
            kind: Provenance = "exact" if entry.value == mention.text else "folded"
            for column in entry.columns:
                yield Candidate(mention, self._facts[column], entry.value, kind, likeness)
        if entries and likeness == 1.0:
            yield from self._with_column(mention)

    def _with_column(self, mention: Mention) -> Iterator[Candidate]:
        """Yield the values that are all of a name but its end, which is what their column is called: "Sonoma County"."""
        value, _, last = mention.folded.rpartition(" ")
        called = self._called.get(last, frozenset())
        for entry in self._values.exact(value) if value and called else ():
            for column in called.intersection(entry.columns):
                yield Candidate(mention, self._facts[column], entry.value, "folded", 0.95, says_column=True)

    def _other_names(self, mention: Mention, *, codes: bool) -> Iterator[Candidate]:
        aliases = self._aliases.of(mention.text, mention.folded)
        for alias in aliases if codes else [alias for alias in aliases if not alias.is_code]:
            for entry in self._values.exact(alias.name):
                for column in entry.columns:
                    if self._holds(column, alias.domain, alias.is_code):
                        yield Candidate(mention, self._facts[column], entry.value, "alias", ALIAS_LIKENESS)

    def _holds(self, position: int, domain: Domain, codes: bool) -> bool:
        """Whether most values of a column are names, or codes, of a domain: 'IT' need not be Italy."""
        key = (position, domain, codes)
        if key not in self._domains:
            values = self._database.distinct(self._facts[position].ref, DOMAIN_SAMPLE)
            texts = [fold(value) for value in values if isinstance(value, str)]
            known = sum(any(self._aliases.is_member(text, domain, code) for code in (True, False)) for text in texts)
            self._domains[key] = known > len(texts) / 2
        return self._domains[key]

    def near(self, mention: Mention, limit: int = MAX_NEAR) -> Iterator[Candidate]:
        """Yield near spellings of a span, and the few values that it is a part of."""
        length = len(mention.folded)
        spare = max(2, length // 6)
        found = self._values.near(mention.folded, length - spare, length + spare)
        near = [
            e
            for e in found
            if e.folded != mention.folded
            and not holds_words(e.folded, mention.folded)
            and not self._is_another(mention.folded, e.folded)
        ]
        least = LEAST_LIKENESS if length < LONG_NAME else LEAST_LONG_LIKENESS
        alike = process.extract(
            mention.folded, [entry.folded for entry in near], scorer=fuzz.ratio, score_cutoff=100 * least, limit=limit
        )
        for _, ratio, position in alike:
            for column in near[position].columns:
                yield Candidate(mention, self._facts[column], near[position].value, "fuzzy", ratio / 100)
        if not alike or alike[0][1] < 100 * CLOSE:
            yield from self.parts(mention, limit)

    def _is_another(self, mention: str, stored: str) -> bool:
        """Tell whether two near spellings are two names: of other countries, or with other digits."""
        if _DIGITS.findall(mention) != _DIGITS.findall(stored):
            return True
        return self._aliases.is_known(mention) and self._aliases.is_known(stored)

    def parts(self, mention: Mention, limit: int = MAX_NEAR) -> Iterator[Candidate]:
        """Yield the few values that a span is a part of."""
        length = len(mention.folded)
        if mention.folded.isdigit():
            return  # a year is no name for one of its days
        whole = self._values.holding(mention.folded, max(LONGEST_WHOLE, 4 * length), limit + 1)
        for entry in whole if len(whole) <= limit else ():
            likeness = fuzz.ratio(mention.folded, entry.folded) / 100
            for column in entry.columns:
                yield Candidate(mention, self._facts[column], entry.value, "fuzzy", likeness, is_part=True)

    def numbers(self, mention: Mention) -> Iterator[Candidate]:
        """Yield a number in the columns that store it, and in those that might be compared with it."""
        number = mention.number
        assert number is not None
        value = int(number) if number.is_integer() else number
        columns = list(self._values.number_columns(number))
        for position, stored in columns:
            if not stored and len(columns) > MAX_UNSTORED:
                continue
            kind: Provenance = "exact" if stored else "folded"
            yield Candidate(mention, self._facts[position], value, kind, 1.0 if stored else 0.5)


def _column_facts(schema: Schema, columns: tuple[ColumnSummary, ...], names: Names) -> tuple[ColumnFacts, ...]:
    sources = {key.source for key in schema.foreign_keys}
    targets = {key.target for key in schema.foreign_keys}
    keys = {(table.name, column) for table in schema.tables for column in table.primary_key}
    return tuple(
        ColumnFacts(
            ref=column.ref,
            distinct=column.texts + column.numbers,
            is_key=(column.ref.table, column.ref.column) in keys,
            is_reference=column.ref in sources,
            is_referred=column.ref in targets,
            is_display=bool(_DISPLAY_WORDS & names.columns[column.ref]),
            is_time=schema.describe(column.ref).kind == "time",
        )
        for column in columns
    )


def _called(schema: Schema, columns: tuple[ColumnSummary, ...]) -> dict[str, frozenset[int]]:
    """Return the places of the columns by what they are called."""
    found: dict[str, set[int]] = {}
    for place, column in enumerate(columns):
        found.setdefault(fold(schema.describe(column.ref).natural_name), set()).add(place)
    return {name: frozenset(places) for name, places in found.items()}


def _outside(candidates: Iterator[Candidate], without: Collection[str]) -> Iterator[Candidate]:
    return (each for each in candidates if each.column.ref.table not in without)


def _is_inside(mention: Mention, others: list[Mention]) -> bool:
    return any(other.first <= mention.first and mention.last <= other.last for other in others)


def _may_be_part(mention: Mention) -> bool:
    """Whether near spellings of a span are worth looking for, and values that hold it: "Ben" of Ben Jones."""
    return len(mention.folded) >= SHORTEST_PART and mention.folded not in FUNCTION_WORDS
