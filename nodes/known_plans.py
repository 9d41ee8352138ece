"""over_database: plans over this turn's names as plans over the database, those first that use what the knowledge says."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.coverage.asked.group import asked_units
from nodes.coverage.inquiry import Inquiry
from nodes.knowledge.apply import averages, is_figure_of_rows, metric_column, misuses, uses, with_known
from nodes.knowledge.turn_knowledge import TurnKnowledge
from nodes.knowledge.verified_plan import CONFIDENCE, verified_plan
from nodes.node import Context
from nodes.plan import Plan
from nodes.plan.traversal import columns, table_names
from nodes.state import GraphState, ScoredPlan
from value_index.knowledge.store import Metric
from value_index.schema import ColumnRef, Schema

LOOKED_AT = 60
"""Plans that are looked through for one that uses a metric or a term: the ranking was fitted on turns without any."""


def wanted(most: int, state: GraphState, context: Context) -> int:
    """Return how many plans of a planner are looked at where `most` are given in the end."""
    known = context.analysis_of(state).known
    return max(most, LOOKED_AT) if known and _changes_the_order(known) else most


def over_database(
    plans: tuple[ScoredPlan, ...], state: GraphState, context: Context, most: int
) -> tuple[ScoredPlan, ...]:
    """Write the knowledge that the words speak of into plans over this turn's names, a verified question's plan first."""
    known = context.analysis_of(state).known
    if known is None:
        return plans
    if _changes_the_order(known):
        plans = _using_it_first(plans, known, Inquiry.of(state, context))
    in_force = known.in_force(context.analysis_of(state).earlier_plans)
    plans = tuple(_written(plans, in_force, known, context.schema))[:most] or (ScoredPlan(plan=Plan(), score=0.0),)
    plan = verified_plan(known, context.schema)
    if plan is None:
        return plans
    best = max((scored.score for scored in plans), default=0.0)
    others = tuple(scored for scored in plans if scored.plan != plan)
    return (ScoredPlan(plan=plan, score=best, confidence=CONFIDENCE), *others)


def _changes_the_order(known: TurnKnowledge) -> bool:
    """Whether a turn speaks of what the ranking was fitted without: metrics, terms, or two keys by their names."""
    return bool(known.metrics or known.terms or len(known.role_places) > 1)


def _joined_by(plan: Plan) -> frozenset[ColumnRef]:
    return frozenset(term.ref for join in plan.joins or () if join.on for term in columns(join.on))


def _using_it_first(plans: tuple[ScoredPlan, ...], known: TurnKnowledge, inquiry: Inquiry) -> tuple[ScoredPlan, ...]:
    """Put first the plans that use every metric and term of the turn, and among them those that show the unit asked for."""
    wanted = [metric_column(metric) for metric, _ in known.metrics]
    units = {ref.table if whole else ref for ref, whole in asked_units(inquiry)}
    tables = {term.table for term, _ in known.terms}
    totals = {metric_column(metric) for metric, _ in known.metrics if is_figure_of_rows(metric, inquiry.schema)}
    keys = frozenset(known.role_places if len(known.role_places) > 1 else ())
    first_rows = bool(totals) and bool(inquiry.evidence.cues.superlatives)

    def rank(scored: ScoredPlan) -> tuple[int, int, int, bool, bool, bool]:
        shown = {term.ref for part in (*scored.plan.select, *scored.plan.group_by) for term in columns(part)}
        there = units & {*shown, *(ref.table for ref in shown if ref.column not in wanted)}
        used = sum(uses(scored.plan, name) for name in wanted)
        read = len(tables & set(table_names(scored.plan)))
        joined = len(keys & _joined_by(scored.plan))
        uncut = first_rows and scored.plan.limit is None
        return -used, -read, -joined, misuses(scored.plan, totals), uncut, bool(units) and not there

    ordered = sorted(plans, key=rank)
    if ordered and ordered[0] is not plans[0]:  # the confidence was that of another plan
        ordered = [each.model_copy(update={"confidence": None}) for each in ordered]
    return tuple(ordered)


def _written(
    plans: tuple[ScoredPlan, ...], metrics: tuple[Metric, ...], known: TurnKnowledge, schema: Schema
) -> Iterator[ScoredPlan]:
    terms = [term for term, _ in known.terms]
    for scored in plans:
        plan = with_known(scored.plan, metrics, terms, schema) if metrics or terms else scored.plan
        if plan is None and scored is plans[0] and averages(scored.plan, map(metric_column, metrics)):
            return  # what is asked cannot be said; another plan would answer another question
        if plan is not None:
            yield scored if plan == scored.plan else scored.model_copy(update={"plan": plan})
