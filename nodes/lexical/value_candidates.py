"""ValueCandidates: what the words of a turn may compare: the index's matches, compared numbers, and parts of texts.

"books over 300 pages" -> SELECT * FROM book WHERE pages > 300: the index offers 300 nowhere, the comparison gives the candidate.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nodes.lexical.comparisons import NumberComparison, number_of
from nodes.lexical.cues import TextPart
from nodes.lexical.evidence import Evidence, display_columns, span_of
from nodes.lexical.lexicon import COMPARED
from nodes.lexical.utterance import name_words, stem
from nodes.plan import Operator
from value_index.matches import VERBATIM, Provenance, StoredValue
from value_index.schema import ColumnRef

NEAR_BEFORE, NEAR_AFTER = 6, 2
"""Words before and after a value at which its column may be named."""

_SAYS_LITTLE = frozenset(("name", "id", "code", "titl", "number", "type"))
"""Stems of columns that any value may stand beside: "what is the name of Ada's dog"."""
_TOLD_BY = dict.fromkeys(("speak", "speaks", "spoke", "spoken", "speaking"), stem("language"))
"""Words that tell the column of a value beside the column's own name."""


@dataclass(frozen=True)
class ValueCandidate:
    """Some words, taken for a value of a column."""

    start: int
    end: int
    mention: str
    column: ColumnRef
    value: StoredValue
    operator: Operator
    offered: float
    """The index's score; 0 for a number that it does not offer there."""
    provenance: Provenance = "exact"
    via: ColumnRef | None = None


@dataclass(frozen=True)
class ValueCandidates:
    """The values that the words of one turn may mean."""

    evidence: Evidence

    def all(self) -> tuple[ValueCandidate, ...]:
        """Return everything that may be meant: the index's matches, and compared numbers in any numeric column."""
        cues = self.evidence.cues
        compared = {comparison.position: comparison for comparison in cues.comparisons}
        found: list[ValueCandidate] = []
        for match in self.evidence.matches:
            start, end = span_of(match.mention, cues.utterance)
            comparison = next((compared[at] for at in range(start, end) if at in compared), None)
            operator = comparison.operator if comparison and match.operator == "=" else match.operator
            found.append(
                ValueCandidate(
                    start, end, match.mention, match.column, match.value, operator, match.score, match.kind, match.via
                )
            )
        # TextPart of a text is compared as the utterance spells it, not as the values that hold it do.
        parts = {part.start for part in cues.parts}
        found = [r for r in found if r.start not in parts or r.operator not in ("like", "not like")]
        found += [r for at in cues.bare_numbers for r in self._numbered(at)]
        offered = {(each.start, each.column) for each in found}
        found += [r for c in cues.comparisons for r in self._compared(c) if (r.start, r.column) not in offered]
        return (*found, *(each for part in cues.parts for each in self._partial(part)))

    def _numbered(self, at: int) -> Iterator[ValueCandidate]:
        """Yield an equality with every numeric column that is named right before a number, or right after: "id 7"."""
        word = self.evidence.cues.utterance.words[at]
        known = {match.mention for match in self.evidence.matches}
        for mention in self.evidence.mentions.columns:
            if word.text in known or not (0 <= at - mention.end <= 1 or mention.start == at + 1):
                continue
            for column, score in mention.candidates:
                if score >= 0.6 and self.evidence.schema.describe(column).kind == "number":
                    number = number_of(word.text)
                    assert number is not None
                    yield ValueCandidate(at, at + 1, word.text, column, number, "=", 0.0)

    def _partial(self, part: TextPart) -> Iterator[ValueCandidate]:
        """Yield LIKE over every text column that is named, or stands for a row of a named table."""
        utterance = self.evidence.cues.utterance
        mention = utterance.text[utterance.words[part.start].start : utterance.words[part.end - 1].end]
        shown = frozenset(ref for table in self.evidence.schema.tables for ref in display_columns(table)
                 if self.evidence.mentions.table_score(table.name) >= 0.6)  # fmt: skip
        for column in self.evidence.schema.columns:
            named = self.evidence.mentions.column_score(column) >= 0.5
            if self.evidence.schema.describe(column).kind == "text" and (named or column in shown):
                yield ValueCandidate(part.start, part.end, mention, column, part.pattern, part.operator, 0.0)

    def _compared(self, comparison: NumberComparison) -> Iterator[ValueCandidate]:
        """Yield a comparison with every numeric column that is named close by, or that the words imply ("older")."""
        words = self.evidence.cues.utterance.words
        at = comparison.position
        implied = self._implied(comparison)
        for column in self.evidence.schema.columns:
            if self.evidence.schema.describe(column).kind in ("number", "time") and (
                self.near(column, at, at + 1) or self._stems(column) & implied
            ):
                yield ValueCandidate(at, at + 1, words[at].text, column, comparison.number, comparison.operator, 0.0)

    def named_beside(self, candidate: ValueCandidate) -> bool:
        """Whether the words spell a value right beside the name of its column: "the Arabic language", "spoken Arabic"."""
        if candidate.provenance not in VERBATIM or not isinstance(candidate.value, str):
            return False
        words, stems = self.evidence.cues.utterance.words, self._stems(candidate.column) - _SAYS_LITTLE
        near = {words[at].stem for at in (candidate.start - 1, candidate.end) if 0 <= at < len(words)}
        told = {_TOLD_BY[word.text] for word in words if word.text in _TOLD_BY}
        return bool(stems & (near | told))

    def is_implied(self, column: ColumnRef, comparison: NumberComparison) -> bool:
        """Whether the words of a comparison speak of a column by themselves: "older" of an age."""
        return bool(self._stems(column) & self._implied(comparison))

    def _implied(self, comparison: NumberComparison) -> set[str]:
        words = self.evidence.cues.utterance.words[comparison.start : comparison.end]
        return {stem(each) for word in words for each in COMPARED.get(word.text, ())}

    def _stems(self, column: ColumnRef) -> set[str]:
        return {stem(word) for word in name_words(self.evidence.schema.describe(column).natural_name)}

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
