"""Features of value grounding: how likely a candidate is a value that the question compares, in that column.

"Which mysteries have over 300 pages?" -> SELECT * FROM book WHERE genre = 'Mystery' AND pages > 300: book.genre is likely linked,
and book.pages is named right after a number that words compare.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import log

from nodes.lexical.evidence import Evidence
from nodes.lexical.value_candidates import ValueCandidate, ValueCandidates
from value_index.linear_model import Feature, Features

FEATURES = (
    Feature("bias", "Always 1."),
    Feature("offered", "The log odds of the score that the index gives."),
    Feature("not_offered", "True if the index does not offer the value in this column."),
    Feature("link", "How likely the column is linked."),
    Feature("named_near", 'How well and how closely the column is named: high for book.pages in "300 pages".'),
    Feature("compared_before", "True if the previous query compares the column."),
    Feature("table_before", "True if the previous query reads its table."),
    Feature("table_link", "How likely its table is linked."),
    Feature("compared", 'True if words compare the number: "over 300".'),
    Feature("compared_near", "True if words compare it, by how well the column is named."),
    Feature("implied", 'True if the comparison speaks of the column by itself: "longer than 300" of a length.'),
    Feature("said_before", "True if the previous query compares the column with this value."),
    Feature("column_name", "True if the words are part of a column's name."),
    Feature("table_name", "True if a table is named by some of the words."),
    Feature("near_spelling", 'True if the words are a near spelling of the value: "Mistery".'),
    Feature("capital", "True if the words begin with a capital and do not begin the utterance."),
    Feature("quoted", "True if they stand in quotes."),
    Feature("words", "How many words, up to four."),
    Feature("right_after_name", 'True if the column is named right before: "genre Mystery".'),
    Feature("right_before_name", 'True if the column is named right after: "Mystery genre".'),
    Feature("number_as_time", "True if a number would be compared with a date."),
    Feature("pattern", 'True if it is a LIKE that the words ask for: "containing cat".'),
    Feature("pattern_near", "The same, by how well the column is named."),
    Feature("number", "True if the value is a number."),
    Feature("number_link", "How likely the column is linked, if the value is a number."),
    Feature("number_near", "How well the column is named, if the value is a number."),
    Feature("counts", 'True if the number counts rows: "more than 3 books" is HAVING COUNT(*) > 3.'),
)


@dataclass(frozen=True)
class ValueFeatures:
    """The features of the candidates of one turn."""

    evidence: Evidence

    @cached_property
    def _candidates(self) -> ValueCandidates:
        return ValueCandidates(self.evidence)

    def of(self, candidate: ValueCandidate) -> Features:
        """Return the features of one candidate."""
        evidence = self.evidence
        offered = min(0.98, max(0.02, candidate.offered))
        link = evidence.links.get(candidate.column, 0.0)
        before = frozenset(constraint.column for constraint in evidence.constraints_before)
        near = self._candidates.near(candidate.column, candidate.start, candidate.end)
        comparison = next((c for c in evidence.cues.comparisons if c.position == candidate.start), None)
        implied = comparison is not None and self._candidates.is_implied(candidate.column, comparison)
        number = not isinstance(candidate.value, str)
        return {
            "bias": 1.0,
            "offered": log(offered / (1.0 - offered)),
            "not_offered": float(not candidate.offered),
            "link": link,
            "named_near": near,
            "compared_before": float(candidate.column in before),
            "table_before": float(candidate.column.table in evidence.previous_tables),
            "table_link": evidence.table_links.get(candidate.column.table, 0.0),
            "compared": float(comparison is not None),
            "compared_near": near * (comparison is not None),
            "implied": float(implied),
            "said_before": float(self._said_before(candidate)),
            "column_name": float(self._is_name(candidate)),
            "table_name": float(
                any(
                    m.start < candidate.end and candidate.start < m.end and m.score >= 0.8
                    for m in evidence.mentions.tables
                )
            ),
            "near_spelling": float(candidate.provenance == "fuzzy"),
            "capital": float(self._is_capital(candidate)),
            "quoted": float(self._is_quoted(candidate)),
            "words": float(min(4, candidate.end - candidate.start)),
            "right_after_name": float(
                any(
                    0 <= candidate.start - m.end <= 1 and m.score(candidate.column) >= 0.6
                    for m in evidence.mentions.columns
                )
            ),
            "right_before_name": float(
                any(m.start == candidate.end and m.score(candidate.column) >= 0.6 for m in evidence.mentions.columns)
            ),
            "number_as_time": float(number and evidence.schema.describe(candidate.column).kind == "time"),
            "pattern": float(candidate.operator in ("like", "not like") and not candidate.offered),
            "pattern_near": near * (candidate.operator in ("like", "not like") and not candidate.offered),
            "number": float(number),
            "number_link": number * link,
            "number_near": number * near,
            "counts": float(comparison is not None and evidence.cues.count_compared(comparison, evidence.table_starts)),
        }

    def _said_before(self, candidate: ValueCandidate) -> bool:
        """Whether the previous turn compared this column with this value."""
        return any(
            constraint.column == candidate.column
            and any(str(value).casefold() == str(candidate.value).casefold() for value in constraint.values)
            for constraint in self.evidence.constraints_before
        )

    def _is_name(self, candidate: ValueCandidate) -> bool:
        """Whether the words are (part of) a column's name."""
        words = set(range(candidate.start, candidate.end))
        return any(
            words <= mention.positions and mention.candidates[0][1] >= 0.8 for mention in self.evidence.mentions.columns
        )

    def _is_capital(self, candidate: ValueCandidate) -> bool:
        text = self.evidence.cues.utterance.text
        return candidate.start > 0 and candidate.mention[:1].isupper() and not text.isupper()

    def _is_quoted(self, candidate: ValueCandidate) -> bool:
        return candidate.end > candidate.start and self.evidence.cues.utterance.is_quoted(candidate.start)
