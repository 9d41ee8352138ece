"""Linker: how likely the question needs each table and column, by two small logistic models over plain features."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from nodes.lexical.evidence import Evidence
from nodes.lexical.features.links import LinkFeatures
from nodes.state import ColumnLink, SchemaLinks, TableLink
from value_index.linear_model import Weights, probability
from value_index.schema import ColumnRef


@dataclass(frozen=True)
class Linker:
    """The links of one turn."""

    evidence: Evidence

    @cached_property
    def features(self) -> LinkFeatures:
        """What speaks for each column and table."""
        return LinkFeatures(self.evidence)

    def column_scores(self, weights: Weights) -> dict[ColumnRef, float]:
        """Return the probability of every column of the schema."""
        return {
            column: probability(self.features.of_column(column), weights) for column in self.evidence.schema.columns
        }

    def table_scores(self, scores: Mapping[ColumnRef, float], weights: Weights) -> dict[str, float]:
        """Return the probability of every table of the schema."""
        return {table: probability(found, weights) for table, found in self.features.of_tables(scores).items()}

    def links(
        self, column_weights: Weights, table_weights: Weights, *, least_column: float, least_table: float
    ) -> SchemaLinks:
        """Return what is likely enough, best first; the best table in any case."""
        scores = self.column_scores(column_weights)
        tables = self.table_scores(scores, table_weights)
        best = max(tables, key=lambda name: tables[name])
        kept_tables = [name for name, score in tables.items() if score >= least_table or name == best]
        kept_columns = [column for column, score in scores.items() if score >= least_column]
        return SchemaLinks(
            tables=tuple(TableLink(table=t, score=tables[t]) for t in sorted(kept_tables, key=lambda t: -tables[t])),
            columns=tuple(
                ColumnLink(column=c, score=scores[c]) for c in sorted(kept_columns, key=lambda c: -scores[c])
            ),
        )
