"""What was published, or measured once, on the slice: dialogues 0-31 of CoSQL dev with gold history, 100 turns."""

from __future__ import annotations

from eval.records import Manifest

PLANS: dict[str, dict[str, float]] = {
    "published lexical": {
        "table_f1": 0.599, "column_f1": 0.117, "skeleton_f1": 0.648, "join_f1": 0.790, "group_by_f1": 0.830,
        "selected_count": 0.180, "macro": 0.571,
    },
    "25 lines": {
        "table_f1": 0.829, "column_f1": 0.644, "skeleton_f1": 0.769, "join_f1": 0.760, "aggregation_f1": 0.723,
        "group_by_f1": 0.830, "selected_count": 0.740, "selected_expressions": 0.370, "duplicate_policy": 0.960,
        "macro": 0.736,
    },
}  # fmt: skip
"""Plan scores of others' planners; the 25 lines match names and carry the previous query over."""

ANSWERS: dict[str, dict[str, float]] = {
    "9B": {"value": 0.590, "strict": 0.370},
    "9B, tuned": {"value": 0.640},
    "9B, gold plan": {"value": 0.850},
}
"""Verdicts on the answers of a 9B model: as it is, tuned, with the gold plan in its prompt; value forgave names only."""


def is_slice(manifest: Manifest) -> bool:
    """Whether a run's figures compare with these."""
    chosen = (manifest.dataset, manifest.split, manifest.dialogues, manifest.history)
    return chosen == ("cosql", "dev", "0:32", "gold") and manifest.turns == 100
