"""Features of an interpretation, by which the interpretations of a turn are ranked: its base, projections, tables and clauses.

"How many mysteries are there?" -> SELECT COUNT(*) FROM book WHERE genre = 'Mystery' has `count_cue_kind_count`; the other
interpretation, SELECT title FROM book WHERE genre = 'Mystery', has `how_many_unanswered`.
"""

from __future__ import annotations

from nodes.lexical.evidence import Evidence
from nodes.lexical.features import base, clauses, kind, scope
from nodes.lexical.interpretation import Interpretation
from value_index.linear_model import Features

FEATURES = (*base.FEATURES, *kind.FEATURES, *scope.FEATURES, *clauses.FEATURES)


def interpretation_features(interpretation: Interpretation, evidence: Evidence) -> Features:
    """Return the features of one interpretation; absent ones are 0."""
    found: Features = {}
    for part in (
        base.base_features(interpretation, evidence),
        kind.kind_features(interpretation, evidence),
        scope.shown_features(interpretation, evidence),
        scope.scope_features(interpretation, evidence),
        clauses.clause_features(interpretation, evidence),
    ):
        for name, value in part:
            if value:
                found[name] = found.get(name, 0.0) + value
    return found
