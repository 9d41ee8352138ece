"""Features of schema linking: how likely the question needs a column, and a table.

"Which books are mysteries?" -> SELECT title FROM book WHERE genre = 'Mystery': the value links book.genre, the named table
links book, and book.title stands for the row that is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from nodes.lexical.evidence import Evidence, display_columns
from value_index.linear_model import Feature, Features
from value_index.schema import ColumnRef

COLUMN_FEATURES = (
    Feature("bias", "Always 1."),
    Feature("table_named", 'How well the column\'s table is named: 1 for book in "all books".'),
    Feature("named", 'How well the column is named: high for book.genre in "the genre".'),
    Feature("named_best", "True if no column is named better by these words."),
    Feature("named_whole", "True if its whole name is said."),
    Feature("named_alone", "True if no other column is named nearly as well by these words."),
    Feature("named_with_table", 'How well the column and its table are named: "the pages of each book".'),
    Feature("named_in_table_before", "How well it is named, if the previous query reads its table."),
    Feature("named_in_head", "True if it is named best, before the conditions: what is to be shown."),
    Feature("value", 'How likely a named value is of the column: "Mystery" of book.genre.'),
    Feature("value_best", "True if no column has a likelier value."),
    Feature("value_of_named_table", "The likelihood of the value times how well the table is named."),
    Feature("before", "True if the previous query uses the column."),
    Feature("before_pointed_back", 'The same, if words point back: "their pages".'),
    Feature("before_kept", "The same, if a condition of the previous query is kept."),
    Feature("condition_before", "True if the previous query uses the column without showing it."),
    Feature("condition_before_pointed_back", "The same, if words point back."),
    Feature("condition_before_kept", "The same, if a condition of the previous query is kept."),
    Feature(
        "stands_for_row", 'How well the table is named, if the column stands for its rows: book.title for "books".'
    ),
    Feature("stands_for_counted_row", 'The same, if a count is asked: "how many books" shows no name.'),
    Feature("key", "True if the column is part of the primary key."),
    Feature("key_of_named_table", "How well its table is named, if it is part of the primary key."),
)
TABLE_FEATURES = (
    Feature("bias", "Always 1."),
    Feature("named", 'How well the table is named: 1 for book in "all books".'),
    Feature("best_column", "The highest probability of a column of the table."),
    Feature("has_the_best_column", "True if no column of the schema is likelier than one of the table."),
    Feature("columns", "The probabilities of its columns together, up to two."),
    Feature("before", "True if the previous query reads the table."),
    Feature("before_pointed_back", 'The same, if words point back: "their pages".'),
    Feature("before_kept", "The same, if a condition of the previous query is kept."),
    Feature("only_table", "True if the schema has no other table."),
)


@dataclass(frozen=True)
class LinkFeatures:
    """The features of the columns and tables of one turn."""

    evidence: Evidence

    @cached_property
    def _hits(self) -> dict[ColumnRef, float]:
        """The best value hit of each column."""
        best: dict[ColumnRef, float] = {}
        for match in self.evidence.matches:
            best[match.column] = max(best.get(match.column, 0.0), match.score)
        return best

    @cached_property
    def _displays(self) -> frozenset[ColumnRef]:
        """The columns that stand for a row, of every table."""
        return frozenset(ref for table in self.evidence.schema.tables for ref in display_columns(table))

    def of_column(self, column: ColumnRef) -> Features:
        """Return the features of one column."""
        evidence = self.evidence
        named = evidence.mentions.table_score(column.table)
        found: Features = {"bias": 1.0, "table_named": named, **self._name_features(column, named)}
        if hit := self._hits.get(column):
            best = hit >= max(self._hits.values()) - 1e-6
            found |= {"value": hit, "value_best": float(best), "value_of_named_table": hit * named}
        if column in evidence.previous_columns:
            found |= {
                "before": 1.0,
                "before_pointed_back": evidence.points_back,
                "before_kept": float(bool(evidence.kept)),
            }
            if column not in evidence.shown_before:
                found |= {
                    "condition_before": 1.0,
                    "condition_before_pointed_back": evidence.points_back,
                    "condition_before_kept": float(bool(evidence.kept)),
                }
        if column in self._displays:
            found |= {"stands_for_row": named, "stands_for_counted_row": named * (evidence.cues.count is not None)}
        table = evidence.schema.table(column.table)
        if table and column.column in table.primary_key:
            found |= {"key": 1.0, "key_of_named_table": named}
        return found

    def _name_features(self, column: ColumnRef, table: float) -> Features:
        evidence = self.evidence
        mention = max(evidence.mentions.columns, key=lambda m: m.score(column), default=None)
        score = mention.score(column) if mention else 0.0
        if mention is None or not score:
            return {}
        best = score >= mention.candidates[0][1] - 0.01
        alone = best and sum(other >= score - 0.05 for _, other in mention.candidates) == 1
        return {
            "named": score,
            "named_best": float(best),
            "named_whole": float(score >= 0.95),
            "named_alone": float(alone),
            "named_with_table": score * table,
            "named_in_table_before": score * (column.table in evidence.previous_tables),
            "named_in_head": float(best and evidence.in_head(mention.start)),
        }

    def of_tables(self, scores: Mapping[ColumnRef, float]) -> dict[str, Features]:
        """Return the features of every table, given the columns' probabilities."""
        own: dict[str, list[float]] = {table.name: [] for table in self.evidence.schema.tables}
        for column, score in scores.items():
            own[column.table].append(score)
        top = max(scores.values(), default=0.0)
        return {table: self._table_features(table, found, top) for table, found in own.items()}

    def _table_features(self, table: str, own: list[float], top: float) -> Features:
        evidence = self.evidence
        best = max(own, default=0.0)
        before = table in evidence.previous_tables
        return {
            "bias": 1.0,
            "named": evidence.mentions.table_score(table),
            "best_column": best,
            "has_the_best_column": float(best >= top - 1e-9),
            "columns": min(2.0, sum(own)),
            "before": float(before),
            "before_pointed_back": evidence.points_back * before,
            "before_kept": float(before and bool(evidence.kept)),
            "only_table": float(len(evidence.schema.tables) == 1),
        }
