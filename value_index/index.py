"""ValueIndex: which stored values a text names."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from value_index.database import Database
from value_index.files.folders import indexes_folder
from value_index.grounding.candidate import Candidate
from value_index.grounding.candidate_features import candidate_features
from value_index.grounding.candidate_search import CandidateSearch
from value_index.grounding.context import Context, Names, make_stem
from value_index.grounding.neighbours import neighbour_features
from value_index.grounding.one_row import of_one_row
from value_index.grounding.ranker import Ranker, Thresholds
from value_index.grounding.spans import Mention
from value_index.grounding.weights import load_ranker
from value_index.linear_model import Features
from value_index.matches import MatchOperator, StoredValue, ValueMatch
from value_index.schema import ColumnRef
from value_index.store.build import Builder, Progress
from value_index.store.disk import load_or_build
from value_index.store.values import Values
from value_index.text.folding import fold
from value_index.text.operators import operator_hint
from value_index.text.tokens import Token, tokens

KEPT_FROM = 16 << 20
"""Bytes of a database from which reading it each time costs more than keeping its index."""
KEPT_COLUMNS = 2_000
"""The same in columns: a server is asked for each."""
CANDIDATES_A_MENTION = 3
MAX_MENTIONS = 12


@dataclass(frozen=True, eq=False)
class TextCandidates:
    """What the spans of a text may name, whatever the conversation is about: what takes the index its time."""

    words: tuple[Token, ...]
    groups: list[list[Candidate]]
    search: CandidateSearch
    """What found them; another one once the file has changed."""


@dataclass(frozen=True)
class Spans:
    """What a text may name."""

    context: Context
    scored: tuple[tuple[float, list[Candidate], Features], ...]
    """How likely each span names a value, its candidates, and what the other spans say of it; likeliest first."""


class ValueIndex:
    """The distinct values of a database, found by name; read again when the file has changed."""

    def __init__(self, database: Database, read: Callable[[], Values], ranker: Ranker | None = None) -> None:
        self.database = database
        self._read = read
        self._ranker = ranker or load_ranker()
        self._stem = make_stem()
        self._names = Names.of(database.schema, self._stem)
        self._fingerprint = ""
        self._follow()

    @classmethod
    def build(cls, database: Database, ranker: Ranker | None = None) -> ValueIndex:
        """Read the values of every column worth grounding, into memory."""
        return cls(database, lambda: Builder(database).build(), ranker)

    @classmethod
    def of(cls, database: Database, index_dir: Path | None = None) -> ValueIndex:
        """Return the index of a database: read into memory where it is small, else kept in a folder.

        Args:
            database: the database.
            index_dir: the folder of the indexes; the user's if None.
        """
        small = database.file_bytes < KEPT_FROM and len(database.schema.columns) < KEPT_COLUMNS
        return cls.build(database) if small else cls.open(database, index_dir or indexes_folder())

    @classmethod
    def open(cls, database: Database, index_dir: Path, *, progress: Progress | None = None) -> ValueIndex:
        """Open the index kept in a folder; read the database first where it is new or has changed."""
        return cls(database, lambda: load_or_build(database, index_dir, progress))

    def _follow(self) -> None:
        """Read the values where the file is another than the one they were read from."""
        now = self.database.fingerprint()
        if now != self._fingerprint:
            self.values = self._read()
            self._search = CandidateSearch(self.database, self.values, self._names)
            self._fingerprint = now

    def holders(self, text: str, column: tuple[str, str]) -> frozenset[tuple[str, str]]:
        """Return the columns that store a text, without case; none if `column` stores it or was not read whole.

        Args:
            column: folded names of its table and itself.
        """
        self._follow()
        columns = self.values.columns
        found = {columns[place].ref.folded for entry in self.values.exact(fold(text)) for place in entry.columns}
        whole = any(each.ref.folded == column and not each.skipped for each in columns)
        return frozenset(found) if whole and column not in found else frozenset()

    def lookup(self, mention: str, *, limit: int = 10) -> tuple[ValueMatch, ...]:
        """Return the best candidates of one mention, best first."""
        self._follow()
        words = tokens(mention)
        if not words:
            return ()
        context = Context.of(words, self._names, self._stem)
        found: list[tuple[Candidate, float]] = []
        left = 1.0
        for candidates in self._search.of_mention(mention, words, limit):
            for group in _spans(candidates, words):
                linked = self._search.with_linked(group)
                shares = self._ranker.shares(linked, context, self._names)
                # That the text names a value is given here; how alike it is to one is not.
                likeness = max(candidate.likeness for candidate in linked)
                scored = _distinct(linked, shares)
                found += [(candidate, left * likeness * share) for candidate, share in scored]
                left *= 1.0 - likeness
        return _matches(sorted(found, key=lambda pair: -pair[1]), limit)

    def ground(
        self,
        text: str,
        *,
        tables: Collection[str] = (),
        columns: Collection[ColumnRef] = (),
        shown: Collection[str] = (),
        candidates: TextCandidates | None = None,
    ) -> tuple[ValueMatch, ...]:
        """Find the mentions of a text and the values they name, in order; of a mention, the best candidate first.

        Args:
            text: an utterance, or a self-contained question.
            tables: tables that the conversation uses; their columns are preferred.
            columns: columns that the conversation has compared with values; "and in Rome?" speaks of them again.
            shown: tables that the last answer shows columns of; "the ones from Rome" speaks of them.
            candidates: of this text, from a caller that asks about it more than once; searched for if not given.
        """
        spans = self.spans(text, tables=tables, columns=columns, shown=shown, candidates=candidates)
        return self.choose(spans, self._ranker.least)

    def candidates(self, text: str, without: Collection[str] = ()) -> TextCandidates:
        """Return what each span of a text may name, for a caller that grounds it both with a conversation and without.

        Args:
            text: an utterance.
            without: tables whose values are left out: views that nobody speaks of.
        """
        self._follow()
        words = tokens(text)
        return TextCandidates(words, _spans(self._search.of_text(text, words, without), words), self._search)

    def spans(
        self,
        text: str,
        *,
        tables: Collection[str] = (),
        columns: Collection[ColumnRef] = (),
        shown: Collection[str] = (),
        candidates: TextCandidates | None = None,
    ) -> Spans:
        """Return the spans of a text that may name a value, likeliest first: what `ground` chooses from."""
        self._follow()
        if candidates is None or candidates.search is not self._search:
            candidates = self.candidates(text)
        context = Context.of(candidates.words, self._names, self._stem, tables, columns, shown)
        scored = [
            (sum(score for _, score in self._ranked(group, context, others)), group, others)
            for group, others in zip(candidates.groups, neighbour_features(candidates.groups), strict=True)
        ]
        return Spans(context, tuple(sorted(scored, key=lambda item: -item[0])))

    def features(
        self,
        text: str,
        *,
        tables: Collection[str] = (),
        columns: Collection[ColumnRef] = (),
        shown: Collection[str] = (),
    ) -> Iterator[tuple[list[Candidate], Features, list[Features]]]:
        """Yield the candidates of each span of a text with what the ranker sees of them: what its weights are fitted on."""
        found = self.candidates(text)
        context = Context.of(found.words, self._names, self._stem, tables, columns, shown)
        for group, others in zip(found.groups, neighbour_features(found.groups), strict=True):
            candidates = self._search.with_linked(group)
            each = candidate_features(candidates, context, self._names)
            yield candidates, self._ranker.span_features(candidates, each, context, self._names, others), each

    def _ranked(self, group: list[Candidate], context: Context, neighbours: Features) -> list[tuple[Candidate, float]]:
        """Return the candidates of one span with their probabilities, best first, each value of a column once."""
        return _distinct(group, self._ranker.chances(group, context, self._names, neighbours))

    def choose(self, spans: Spans, least: Thresholds) -> tuple[ValueMatch, ...]:
        """Keep the likeliest spans that do not overlap; what several columns share adds up for their span.

        Args:
            spans: of a text.
            least: the chances below which a span is left alone.
        """
        chosen: dict[tuple[int, int], tuple[ValueMatch, ...]] = {}
        for chance, group, others in spans.scored:
            mention = group[0].mention
            span = (mention.first, mention.last)
            if len(chosen) == MAX_MENTIONS:
                break
            if chance >= least.of(group) and not any(span[0] < last and first < span[1] for first, last in chosen):
                linked = self._ranked(self._search.with_linked(group), spans.context, others)
                chosen[span] = _matches(
                    _handed_on(self._search.prefer_code_column(linked, spans.context)), CANDIDATES_A_MENTION
                )
        return tuple(match for _, found in sorted(of_one_row(chosen).items()) for match in found)


def _handed_on(ranked: list[tuple[Candidate, float]]) -> list[tuple[Candidate, float]]:
    """Return the best candidate of each column, then room permitting further values of the same columns, best first."""
    best: dict[ColumnRef, tuple[Candidate, float]] = {}
    rest = [pair for pair in ranked if best.setdefault(pair[0].column.ref, pair) is not pair]
    return sorted([*best.values(), *rest][:CANDIDATES_A_MENTION], key=lambda pair: -pair[1])


def _spans(candidates: Iterable[Candidate], words: tuple[Token, ...]) -> list[list[Candidate]]:
    """Group candidates by their span, each with the operator that the words around the span ask for."""
    groups: dict[tuple[int, int], list[Candidate]] = {}
    for candidate in candidates:
        groups.setdefault((candidate.mention.first, candidate.mention.last), []).append(candidate)
    for group in groups.values():
        operator = _operator(group[0].mention, words)
        if operator != "=":
            group[:] = [replace(candidate, operator=operator) for candidate in group]
    return list(groups.values())


def _operator(mention: Mention, words: tuple[Token, ...]) -> MatchOperator:
    before = " ".join(word.folded for word in words[max(0, mention.first - 8) : mention.first])
    after = " ".join(word.folded for word in words[mention.last : mention.last + 5])
    operator = operator_hint(before, after)
    # Names are not greater or less than others: what stands before them speaks of something else.
    return operator if mention.kind in ("number", "date") or operator in ("!=", "like") else "="


def _distinct(candidates: Sequence[Candidate], scores: Sequence[float]) -> list[tuple[Candidate, float]]:
    """Return the candidates with their scores, best first, each value of a column once."""
    best: dict[tuple[ColumnRef, StoredValue], tuple[Candidate, float]] = {}
    for candidate, score in sorted(zip(candidates, scores, strict=True), key=lambda pair: -pair[1]):
        best.setdefault((candidate.column.ref, candidate.value), (candidate, score))
    return list(best.values())


def _matches(scored: list[tuple[Candidate, float]], limit: int) -> tuple[ValueMatch, ...]:
    found: list[ValueMatch] = []
    for position, (candidate, score) in enumerate(scored[:limit]):
        following = scored[position + 1][1] if position + 1 < len(scored) else 0.0
        found.append(
            ValueMatch(
                mention=candidate.mention.text,
                column=candidate.column.ref,
                value=candidate.value,
                operator=candidate.operator,
                score=round(score, 4),
                margin=round(score - following, 4),
                kind=candidate.kind,
                via=candidate.via,
            )
        )
    return tuple(found)


__all__ = ["ValueIndex", "ValueMatch"]
