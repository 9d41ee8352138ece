"""Grounder: which of the values that the index offers are meant, and in which column."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import log

from nodes.lexical.comparisons import Comparison, number_of
from nodes.lexical.cues import Part
from nodes.lexical.evidence import Evidence, display_columns, span_of
from nodes.lexical.lexicon import COMPARED
from nodes.lexical.linear_model import Features, Weights, probability
from nodes.lexical.utterance import name_words, stem
from nodes.plan import Operator
from nodes.state import GroundedValue
from value_index.matches import Provenance, Scalar
from value_index.schema import ColumnRef

NEAR_BEFORE, NEAR_AFTER = 6, 2
CARRIED_SCORE = 0.9


@dataclass(frozen=True)
class ValueReading:
    """Some words, read as a value of a column."""

    start: int
    end: int
    mention: str
    column: ColumnRef
    value: Scalar
    operator: Operator
    offered: float
    """The index's score; 0 for a number that it does not offer there."""
    provenance: Provenance = "exact"
    via: ColumnRef | None = None


@dataclass(frozen=True)
class Grounder:
    """The grounded values of one turn."""

    evidence: Evidence

    def readings(self) -> tuple[ValueReading, ...]:
        """Return everything that may be meant: the index's matches, and compared numbers in any numeric column."""
        clues = self.evidence.clues
        compared = {comparison.position: comparison for comparison in clues.comparisons}
        found: list[ValueReading] = []
        for match in self.evidence.matches:
            start, end = span_of(match.mention, clues.utterance)
            comparison = next((compared[at] for at in range(start, end) if at in compared), None)
            operator = comparison.operator if comparison and match.operator == "=" else match.operator
            found.append(
                ValueReading(
                    start, end, match.mention, match.column, match.value, operator, match.score, match.kind, match.via
                )
            )
        # Part of a text is compared as the utterance spells it, not as the values that hold it do.
        parts = {part.start for part in clues.parts}
        found = [r for r in found if r.start not in parts or r.operator not in ("like", "not like")]
        found += [r for at in clues.bare_numbers for r in self._numbered(at)]
        offered = {(reading.start, reading.column) for reading in found}
        found += [r for c in clues.comparisons for r in self._compared(c) if (r.start, r.column) not in offered]
        return (*found, *(reading for part in clues.parts for reading in self._partial(part)))

    def _numbered(self, at: int) -> Iterator[ValueReading]:
        """Yield an equality with every numeric column that is named right before a number, or right after: "id 7"."""
        word = self.evidence.clues.utterance.words[at]
        known = {match.mention for match in self.evidence.matches}
        for mention in self.evidence.mentions.columns:
            if word.text in known or not (0 <= at - mention.end <= 1 or mention.start == at + 1):
                continue
            for column, score in mention.readings:
                if score >= 0.6 and self.evidence.schema.describe(column).kind == "number":
                    number = number_of(word.text)
                    assert number is not None
                    yield ValueReading(at, at + 1, word.text, column, number, "=", 0.0)

    def _partial(self, part: Part) -> Iterator[ValueReading]:
        """Yield LIKE over every text column that is named, or stands for a row of a named table."""
        utterance = self.evidence.clues.utterance
        mention = utterance.text[utterance.words[part.start].start : utterance.words[part.end - 1].end]
        shown = frozenset(ref for table in self.evidence.schema.tables for ref in display_columns(table)
                 if self.evidence.mentions.table_score(table.name) >= 0.6)  # fmt: skip
        for column in self.evidence.schema.columns:
            named = self.evidence.mentions.column_score(column) >= 0.5
            if self.evidence.schema.describe(column).kind == "text" and (named or column in shown):
                yield ValueReading(part.start, part.end, mention, column, part.pattern, part.operator, 0.0)

    def _compared(self, comparison: Comparison) -> Iterator[ValueReading]:
        """Yield a comparison with every numeric column that is named close by, or that the words imply ("older")."""
        words = self.evidence.clues.utterance.words
        at = comparison.position
        implied = self._implied(comparison)
        for column in self.evidence.schema.columns:
            if self.evidence.schema.describe(column).kind in ("number", "time") and (
                self._near(column, at, at + 1) or self._stems(column) & implied
            ):
                yield ValueReading(at, at + 1, words[at].text, column, comparison.number, comparison.operator, 0.0)

    def _implied(self, comparison: Comparison) -> set[str]:
        words = self.evidence.clues.utterance.words[comparison.start : comparison.end]
        return {stem(each) for word in words for each in COMPARED.get(word.text, ())}

    def _stems(self, column: ColumnRef) -> set[str]:
        return {stem(word) for word in name_words(self.evidence.schema.describe(column).natural_name)}

    def _near(self, column: ColumnRef, start: int, end: int) -> float:
        """Return how well a column is named close to some words, 0..1.2; the closer the better."""
        return max(
            (
                mention.score(column) * (1.0 - 0.08 * max(0, mention.start - end, start - mention.end))
                for mention in self.evidence.mentions.columns
                if mention.start - end <= NEAR_AFTER and start - mention.end <= NEAR_BEFORE
            ),
            default=0.0,
        )

    def features(self, reading: ValueReading) -> Features:
        """Return the features of one reading."""
        evidence = self.evidence
        offered = min(0.98, max(0.02, reading.offered))
        link = evidence.links.get(reading.column, 0.0)
        before = frozenset(constraint.column for constraint in evidence.constraints_before)
        near = self._near(reading.column, reading.start, reading.end)
        comparison = next((c for c in evidence.clues.comparisons if c.position == reading.start), None)
        implied = comparison is not None and bool(self._stems(reading.column) & self._implied(comparison))
        number = not isinstance(reading.value, str)
        return {
            "bias": 1.0,
            "offered": log(offered / (1.0 - offered)),
            "not offered": float(not reading.offered),
            "link": link,
            "named near": near,
            "compared before": float(reading.column in before),
            "table before": float(reading.column.table in evidence.previous_tables),
            "table link": evidence.table_links.get(reading.column.table, 0.0),
            "compared": float(comparison is not None),
            "compared near": near * (comparison is not None),
            "implied": float(implied),
            "said before": float(self._said_before(reading)),
            "column name": float(self._is_name(reading)),
            "table name": float(
                any(
                    m.start < reading.end and reading.start < m.end and m.score >= 0.8 for m in evidence.mentions.tables
                )
            ),
            "near spelling": float(reading.provenance == "fuzzy"),
            "capital": float(self._is_capital(reading)),
            "quoted": float(self._is_quoted(reading)),
            "words": float(min(4, reading.end - reading.start)),
            "right after name": float(
                any(
                    0 <= reading.start - m.end <= 1 and m.score(reading.column) >= 0.6
                    for m in evidence.mentions.columns
                )
            ),
            "right before name": float(
                any(m.start == reading.end and m.score(reading.column) >= 0.6 for m in evidence.mentions.columns)
            ),
            "number as time": float(number and evidence.schema.describe(reading.column).kind == "time"),
            "pattern": float(reading.operator in ("like", "not like") and not reading.offered),
            "pattern near": near * (reading.operator in ("like", "not like") and not reading.offered),
            "number": float(number),
            "number link": number * link,
            "number near": number * near,
            "counts": float(
                comparison is not None and evidence.clues.count_compared(comparison, evidence.table_starts)
            ),
        }

    def _said_before(self, reading: ValueReading) -> bool:
        """Whether the previous turn compared this column with this value."""
        return any(
            constraint.column == reading.column
            and any(str(value).casefold() == str(reading.value).casefold() for value in constraint.values)
            for constraint in self.evidence.constraints_before
        )

    def _is_name(self, reading: ValueReading) -> bool:
        """Whether the words are (part of) a column's name."""
        words = set(range(reading.start, reading.end))
        return any(
            words <= mention.positions and mention.readings[0][1] >= 0.8 for mention in self.evidence.mentions.columns
        )

    def _is_capital(self, reading: ValueReading) -> bool:
        text = self.evidence.clues.utterance.text
        return reading.start > 0 and reading.mention[:1].isupper() and not text.isupper()

    def _is_quoted(self, reading: ValueReading) -> bool:
        return reading.end > reading.start and self.evidence.clues.utterance.is_quoted(reading.start)

    def values(self, weights: Weights, *, threshold: float, budget: int) -> tuple[GroundedValue, ...]:
        """Choose a column for every mention worth it, in order of appearance; then the values carried over.

        Args:
            weights: of `features`.
            threshold: the least probability; below it a mention is left alone.
            budget: how many new values are given at most.
        """
        spans: dict[tuple[int, int], list[tuple[float, ValueReading]]] = {}
        for reading in self.readings():
            scored = (probability(self.features(reading), weights), reading)
            spans.setdefault((reading.start, reading.end), []).append(scored)
        ranked = sorted((sorted(found, key=lambda pair: -pair[0]) for found in spans.values()), key=lambda f: -f[0][0])
        chosen = [found for found in ranked if found[0][0] >= threshold][:budget]
        chosen.sort(key=lambda found: found[0][1].start)
        return (*(self._grounded(found) for found in chosen), *self._carried())

    def _grounded(self, ranked: list[tuple[float, ValueReading]]) -> GroundedValue:
        score, best = ranked[0]
        return GroundedValue(
            mention=best.mention,
            column=best.column,
            value=best.value,
            operator=best.operator,
            score=score,
            runner_up=ranked[1][0] if len(ranked) > 1 else None,
            provenance=best.provenance,
            via=best.via,
        )

    def _carried(self) -> Iterator[GroundedValue]:
        """Yield the values of the constraints that the dialogue state keeps."""
        for constraint in self.evidence.constraints_before:
            if constraint in self.evidence.kept and constraint.column and constraint.aggregate is None:
                for value in constraint.values:
                    yield GroundedValue(
                        mention=str(value),
                        column=constraint.column,
                        value=value,
                        operator=constraint.operator,
                        score=CARRIED_SCORE,
                        provenance="carried",
                    )
