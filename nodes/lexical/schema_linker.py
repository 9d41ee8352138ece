"""Linker: how likely the question needs each table and column, by two small logistic models over plain features."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from nodes.lexical.evidence import Evidence, display_columns
from nodes.lexical.linear_model import Features, Weights, probability
from nodes.state import ColumnLink, SchemaLinks, TableLink
from value_index.schema import ColumnRef


@dataclass(frozen=True)
class Linker:
    """The links of one turn."""

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

    def column_features(self, column: ColumnRef) -> Features:
        """Return the features of one column."""
        evidence = self.evidence
        named = evidence.mentions.table_score(column.table)
        found: Features = {"bias": 1.0, "table named": named, **self._name_features(column, named)}
        if hit := self._hits.get(column):
            best = hit >= max(self._hits.values()) - 1e-6
            found |= {"value": hit, "value best": float(best), "value of named table": hit * named}
        if column in evidence.previous_columns:
            found |= {
                "before": 1.0,
                "before, pointed back": evidence.points_back,
                "before, kept": float(bool(evidence.kept)),
            }
            if column not in evidence.shown_before:
                found |= {
                    "condition before": 1.0,
                    "condition before, pointed back": evidence.points_back,
                    "condition before, kept": float(bool(evidence.kept)),
                }
        if column in self._displays:
            found |= {"stands for row": named, "stands for counted row": named * (evidence.clues.count is not None)}
        table = evidence.schema.table(column.table)
        if table and column.column in table.primary_key:
            found |= {"key": 1.0, "key of named table": named}
        return found

    def _name_features(self, column: ColumnRef, table: float) -> Features:
        evidence = self.evidence
        mention = max(evidence.mentions.columns, key=lambda m: m.score(column), default=None)
        score = mention.score(column) if mention else 0.0
        if mention is None or not score:
            return {}
        best = score >= mention.readings[0][1] - 0.01
        alone = best and sum(other >= score - 0.05 for _, other in mention.readings) == 1
        return {
            "named": score,
            "named best": float(best),
            "named whole": float(score >= 0.95),
            "named alone": float(alone),
            "named with table": score * table,
            "named in table before": score * (column.table in evidence.previous_tables),
            "named in head": float(best and evidence.in_head(mention.start)),
        }

    def table_features(self, scores: Mapping[ColumnRef, float]) -> dict[str, Features]:
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
            "best column": best,
            "has the best column": float(best >= top - 1e-9),
            "columns": min(2.0, sum(own)),
            "before": float(before),
            "before, pointed back": evidence.points_back * before,
            "before, kept": float(before and bool(evidence.kept)),
            "only table": float(len(evidence.schema.tables) == 1),
        }

    def column_scores(self, weights: Weights) -> dict[ColumnRef, float]:
        """Return the probability of every column of the schema."""
        return {column: probability(self.column_features(column), weights) for column in self.evidence.schema.columns}

    def table_scores(self, scores: Mapping[ColumnRef, float], weights: Weights) -> dict[str, float]:
        """Return the probability of every table of the schema."""
        return {table: probability(found, weights) for table, found in self.table_features(scores).items()}

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
