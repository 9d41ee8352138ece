"""PlanFeatures: what the words of one turn say of a plan, whoever thought of it.

After SELECT title FROM book WHERE genre = 'Mystery', "Only those over 300 pages" keeps the condition:
SELECT title FROM book WHERE pages > 300 has `kept_filters_missing`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from nodes.compact.plan_parts import PlanParts
from nodes.compact.ranking.candidate import Candidate
from nodes.compact.ranking.features import coverage, cues, following, moves, references, requirements, things, wording
from nodes.compact.ranking.features.coverage import CoverageFeatures
from nodes.compact.ranking.features.cues import CueFeatures
from nodes.compact.ranking.features.following import FollowingFeatures
from nodes.compact.ranking.features.moves import MoveFeatures
from nodes.compact.ranking.features.references import ReferenceFeatures
from nodes.compact.ranking.features.requirements import RequirementFeatures
from nodes.compact.ranking.features.sense import sense_features
from nodes.compact.ranking.features.sense.sense_features import SenseFeatures
from nodes.compact.ranking.features.things import ThingFeatures
from nodes.compact.ranking.features.wording import WordingFeatures
from nodes.coverage.demand import Demand
from nodes.coverage.edits.all_edits import EDITS
from nodes.lexical.evidence import Evidence
from nodes.node import Context
from nodes.plan import Plan
from nodes.state import GraphState
from value_index.linear_model import Feature, Features

FEATURES = (
    Feature("kept_filters_missing", "How many conditions that the dialogue state keeps it lacks."),
    Feature("dropped_filters_held", "How many conditions that the dialogue state drops it has."),
    Feature("values_unused", "The scores of the grounded values that it does not use, together."),
    Feature("values_elsewhere", "The scores of the grounded values that it compares with other columns, together."),
    *coverage.FEATURES,
    *cues.FEATURES,
    *requirements.FEATURES,
    *references.FEATURES,
    *moves.FEATURES,
    *wording.FEATURES,
    *sense_features.FEATURES,
    *things.FEATURES,
    *following.FEATURES,
    *(Feature(f"edit_{name}", f"How often the edit {name} was made of it.") for name in EDITS),
)


class _Ends:
    """Whether a plan holds what the stages before say that it should."""

    def __init__(self, state: GraphState) -> None:
        dialogue = state.dialogue_state
        self._kept = frozenset(dialogue.kept) if dialogue else frozenset()
        self._dropped = frozenset(dialogue.dropped) if dialogue else frozenset()
        self._values = tuple({str(value.value).casefold(): value for value in state.grounded_values or ()}.values())

    def of(self, plan_parts: PlanParts) -> Features:
        held, literals = plan_parts.filters, plan_parts.literals
        compared = {(c.column.folded, str(v).casefold()) for c in held if c.column for v in c.values}
        unused = [v for v in self._values if str(v.value).casefold() not in literals]
        elsewhere = [
            v for v in self._values if v not in unused and (v.column.folded, str(v.value).casefold()) not in compared
        ]
        return {
            "kept_filters_missing": float(len(self._kept - held)),
            "dropped_filters_held": float(len(self._dropped & held)),
            "values_unused": sum(v.score for v in unused),
            "values_elsewhere": sum(v.score for v in elsewhere),
        }


@dataclass(frozen=True)
class PlanFeatures:
    """What the words of one turn say of a plan, whoever thought of it."""

    demand: Demand
    ends: _Ends
    coverage: CoverageFeatures
    cues: CueFeatures
    requirements: RequirementFeatures
    referring: ReferenceFeatures
    sense: SenseFeatures
    moves: MoveFeatures
    wording: WordingFeatures
    things: ThingFeatures
    following: FollowingFeatures
    off: frozenset[str] = frozenset()
    """Features that no plan has."""
    _known: dict[Plan, Features] = field(default_factory=dict[Plan, Features], repr=False, compare=False)

    @classmethod
    def of(cls, state: GraphState, context: Context, evidence: Evidence) -> PlanFeatures:
        """Read a turn once for all of its plans."""
        demand = Demand.of(state, context, evidence)
        return cls(
            demand,
            _Ends(state),
            CoverageFeatures(demand.evidence),
            CueFeatures(demand.evidence),
            RequirementFeatures(demand),
            ReferenceFeatures(demand),
            SenseFeatures(demand),
            MoveFeatures(demand, evidence.turn.earlier_plans),
            WordingFeatures(demand),
            ThingFeatures(demand),
            FollowingFeatures(demand, evidence.turn.earlier_plans),
        )

    def candidate(
        self, plan: Plan, opinion: Features, *, parts: PlanParts | None = None, edits: tuple[str, ...] = ()
    ) -> Candidate:
        """Return a plan with all of its features."""
        known = self._known.get(plan)  # edits often lead to a plan that is there already
        if known is None:
            known = self._known[plan] = self._of(parts or PlanParts(plan))
        features: Features = {**opinion, **known}
        for edit in edits:
            features[f"edit_{edit}"] = features.get(f"edit_{edit}", 0.0) + 1.0
        held = {name: value for name, value in features.items() if value and name not in self.off}
        return Candidate(plan, held, opinion, edits)

    def _of(self, plan_parts: PlanParts) -> Features:
        """Return what the words say of a plan, however it was come by."""
        return {
            **self.ends.of(plan_parts),
            **self.coverage.of(plan_parts),
            **self.cues.of(plan_parts),
            **self.requirements.of(plan_parts),
            **self.referring.of(plan_parts),
            **self.sense.of(plan_parts),
            **self.moves.of(plan_parts),
            **self.wording.of(plan_parts),
            **self.things.of(plan_parts),
            **self.following.of(plan_parts),
        }
