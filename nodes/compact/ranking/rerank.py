"""Rerank: plans of the network, readings of the words and edits of both, ranked together by what speaks for each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from nodes.compact.names.schema_as_said import context_as_said
from nodes.compact.plan_parts import PlanParts
from nodes.compact.ranking.candidate import Candidate, distinct, ranking
from nodes.compact.ranking.choice_weights import checked_choice, choice_weights
from nodes.compact.ranking.confidence import confidence_features
from nodes.compact.ranking.cross_encoder import load_cross_encoder, turn_text
from nodes.compact.ranking.edit_search import with_edits
from nodes.compact.ranking.features.all_features import PlanFeatures
from nodes.compact.ranking.opinions import Opinions
from nodes.compact.ranking.second_ranking import second_ranking
from nodes.compact.turn_encoding import Planner, Understanding, load_planner
from nodes.compact.weights_archive import WeightsError
from nodes.lexical.evidence import Evidence
from nodes.node import Context
from nodes.plan import Plan
from nodes.state import GraphState, ScoredPlan
from value_index.linear_model import Features, Weights, probability

__all__ = ["Candidate", "TurnSearch", "candidates", "choice_of", "chosen", "distinct", "ranking"]


@dataclass(frozen=True)
class TurnSearch:
    """The plans of the network and of the words for one turn, before any edit."""

    judge: PlanFeatures
    understanding: Understanding
    own: Sequence[tuple[PlanParts, Features]]
    """The plans, with what network and words think of each."""

    @classmethod
    def of(
        cls, state: GraphState, context: Context, understanding: Understanding, *, width: int, readings: int
    ) -> TurnSearch:
        """Read a turn.

        Args:
            state: the turn with its state, links and values.
            understanding: the network's.
            width: plans of its beam; 0 for none.
            readings: plans that the words allow; 0 for none.
        """
        evidence = Evidence.of(state, context)
        own = Opinions(evidence, understanding, width=width, readings=readings).of_own()
        return cls(PlanFeatures.of(state, context, evidence), understanding, own)

    def candidates(self, weights: Weights | None, off: Iterable[str] = ()) -> list[Candidate]:
        """Return the plans and the edits of the best of them.

        Args:
            weights: of the features, to choose the plans worth an edit; None for no edits.
            off: features that are left out.
        """
        judge = replace(self.judge, off=frozenset(off))
        found = [judge.candidate(parts.plan, opinion, parts=parts) for parts, opinion in self.own]
        return with_edits(found, judge, self.understanding, weights) if weights else found


def candidates(
    state: GraphState,
    context: Context,
    understanding: Understanding,
    *,
    width: int,
    readings: int,
    weights: Weights | None = None,
    off: Iterable[str] = (),
) -> list[Candidate]:
    """Gather the plans that a turn may mean: the network's, those of the words, and edits of the best of both.

    Args:
        state: the turn with its state, links and values.
        understanding: the network's.
        width: plans of its beam; 0 for none.
        readings: plans that the words allow; 0 for none.
        weights: of the features, to choose the plans worth an edit; None for no edits.
        off: features that are left out.
    """
    return TurnSearch.of(state, context, understanding, width=width, readings=readings).candidates(weights, off)


def chosen(
    state: GraphState,
    context: Context,
    *,
    weights: str,
    beam: int,
    readings: int,
    most: int,
    read: int = 0,
    cross_encoder: str = "",
    off: Iterable[str] = (),
    other_words: bool = True,
) -> tuple[ScoredPlan, ...]:
    """Return the best plans of a turn, the first with the probability that it is right.

    Args:
        read: plans that the cross-encoder reads and ranks a second time; 0 for none.
        cross_encoder: its file; the one that comes with the project if empty.
        off: features that are left out.
        other_words: whether names are read in full and as the utterance says them.

    Raises:
        WeightsError: the weights are missing, torn, of another version, or were never calibrated.
    """
    planner = load_planner(weights)
    choice = choice_of(planner, weights)
    context = context_as_said(state, context, planner.network) if other_words else context
    understanding = planner.understand(state, context)
    found = candidates(state, context, understanding, width=beam, readings=readings, weights=choice["plan"], off=off)
    ranked = distinct(ranking(found, choice["plan"]))
    if read and len(ranked) > 1:
        reader, first = load_cross_encoder(cross_encoder), ranked[:read]
        said = (*(turn.utterance for turn in context.analysis_of(state).past), state.utterance)
        plans_read = [each.plan for each, _ in first]
        text = turn_text(planner.network.tokenizer, context.schema, said, understanding.previous, plans_read)
        ranked = second_ranking(first, reader.scores(text), reader.about["plan"])
    ranked = ranked[:most]
    sure = _sure(ranked, choice["confidence"]) if ranked else None
    plans = [
        ScoredPlan(plan=each.plan, score=score, confidence=sure if rank == 0 else None)
        for rank, (each, score) in enumerate(ranked)
    ]
    return tuple(plans) or (ScoredPlan(plan=Plan(), score=0.0),)


def choice_of(planner: Planner, weights: str) -> Mapping[str, Weights]:
    """Return the weights of the choice: those beside the shipped network, else those in a network's own file.

    Raises:
        WeightsError: there are none, or they are of other features than these.
    """
    if not weights:
        return choice_weights()
    choice: Mapping[str, Weights] | None = planner.network.about.get("choice")
    if not choice:
        raise WeightsError(f"the weights {weights!r} were never calibrated: turnsql train compact --export")
    return checked_choice(choice, weights)


def _sure(ranked: Sequence[tuple[Candidate, float]], weights: Weights) -> float:
    """Return the probability that the first of a ranking is right."""
    return probability(confidence_features(ranked[0][0].features, [score for _, score in ranked]), weights)
