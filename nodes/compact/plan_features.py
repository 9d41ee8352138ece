"""PlanFeatures: what the words of one turn say of a plan, whoever thought of it."""

from __future__ import annotations

from dataclasses import dataclass

from nodes.compact.candidate import Candidate
from nodes.compact.coverage_features import Heed
from nodes.compact.cue_features import Wording
from nodes.compact.plan_parts import Anatomy
from nodes.compact.reference_features import ReferenceFeatures
from nodes.compact.requirement_features import RequirementFeatures
from nodes.compact.sense_features import SenseFeatures
from nodes.coverage.demand import Demand
from nodes.lexical.evidence import Evidence
from nodes.node import Context
from nodes.plan import Plan
from nodes.state import GraphState
from value_index.linear_model import Features


class _Ends:
    """Whether a plan holds what the stages before say that it should."""

    def __init__(self, state: GraphState) -> None:
        dialogue = state.dialogue_state
        self._kept = frozenset(dialogue.kept) if dialogue else frozenset()
        self._dropped = frozenset(dialogue.dropped) if dialogue else frozenset()
        self._values = tuple({str(value.value).casefold(): value for value in state.grounded_values or ()}.values())

    def of(self, anatomy: Anatomy) -> Features:
        held, literals = anatomy.filters, anatomy.literals
        compared = {(c.column.folded, str(v).casefold()) for c in held if c.column for v in c.values}
        unused = [v for v in self._values if str(v.value).casefold() not in literals]
        elsewhere = [
            v for v in self._values if v not in unused and (v.column.folded, str(v.value).casefold()) not in compared
        ]
        return {
            "kept filters missing": float(len(self._kept - held)),
            "dropped filters held": float(len(self._dropped & held)),
            "values unused": sum(v.score for v in unused),
            "values elsewhere": sum(v.score for v in elsewhere),
        }


@dataclass(frozen=True)
class PlanFeatures:
    """What the words of one turn say of a plan, whoever thought of it."""

    demand: Demand
    ends: _Ends
    heed: Heed
    wording: Wording
    asked: RequirementFeatures
    referring: ReferenceFeatures
    sense: SenseFeatures

    @classmethod
    def of(cls, state: GraphState, context: Context, evidence: Evidence) -> PlanFeatures:
        """Read a turn once for all of its plans."""
        demand = Demand.of(state, context, evidence)
        return cls(
            demand,
            _Ends(state),
            Heed(evidence),
            Wording(evidence),
            RequirementFeatures(demand),
            ReferenceFeatures(demand),
            SenseFeatures(demand),
        )

    def candidate(
        self, plan: Plan, opinion: Features, *, parts: Anatomy | None = None, edits: tuple[str, ...] = ()
    ) -> Candidate:
        """Return a plan with all of its features."""
        anatomy = parts or Anatomy(plan)
        features: Features = {
            **opinion,
            **self.ends.of(anatomy),
            **self.heed.of(anatomy),
            **self.wording.of(anatomy),
            **self.asked.of(anatomy),
            **self.referring.of(anatomy),
            **self.sense.of(anatomy),
        }
        for edit in edits:
            features[f"edit_{edit}"] = features.get(f"edit_{edit}", 0.0) + 1.0
        return Candidate(plan, {name: value for name, value in features.items() if value}, opinion, edits)
