"""RuleScores: how often each rule is told of gold SQL, and which answers it fixes and breaks."""

from __future__ import annotations

from typing import Literal

from eval.table import ReportTable
from value_index.models import FrozenModel

HeededBy = Literal["validator", "ranking"]


class RuleScore(FrozenModel):
    """One rule over the turns of a data set."""

    rule: str
    heeded_by: HeededBy
    """The validator, whose errors lead to another attempt, or the ranking of plans, by a weight."""
    weight: float | None = None
    """Its weight in the ranking."""
    errors: int
    """Golds that run and are told an error by it."""
    told: int
    """Golds that run and are told anything by it; for the ranking, golds that have the feature."""
    changed: int
    """Answers whose SQL is another without the rule."""
    fixed: tuple[str, ...]
    """Turns that are right with it and wrong without it."""
    broken: tuple[str, ...]
    """Turns that are wrong with it and right without it."""


class RuleScores(FrozenModel):
    """All rules over the turns of a data set."""

    golds: int
    """Golds that run."""
    plans: int
    """Those of them that are plans, of which the rules of the ranking are told."""
    errors: int
    """Golds that are told any error."""
    turns: int
    """Answered turns; 0 if only golds were looked at."""
    right: int
    rules: tuple[RuleScore, ...]

    @property
    def false_alarm_rate(self) -> float:
        """Errors told of gold SQL that runs, as a share."""
        return self.errors / self.golds if self.golds else 0.0


def rules_table(scores: RuleScores) -> ReportTable:
    """Lay the figures out for a reader; rules that have no say in any gold or turn are left out."""
    rows = tuple(_row(rule, scores) for rule in scores.rules if rule.told or rule.changed)
    answered = f"; {scores.turns} turns answered, {scores.right} right" if scores.turns else ""
    silent = ", ".join(rule.rule for rule in scores.rules if not rule.told and not rule.changed)
    note = (
        f"{scores.golds} golds run, {scores.plans} of them are plans; {scores.errors} told an error"
        f" ({scores.false_alarm_rate:.4f}){answered}. Error, told, share: of golds. Changed: SQL that is"
        f" another without the rule. Fixed: right with the rule, wrong without it."
        f" Silent: {silent or 'none'}"
    )
    columns = ("rule", "heeded by", "weight", "error", "told", "share", "changed", "fixed", "broken")
    return ReportTable("What each rule is worth", columns, rows, note, words=2)


def _row(rule: RuleScore, scores: RuleScores) -> tuple[str, ...]:
    golds = scores.golds if rule.heeded_by == "validator" else scores.plans
    answers = (str(rule.changed), str(len(rule.fixed)), str(len(rule.broken))) if scores.turns else ("",) * 3
    return (
        rule.rule,
        rule.heeded_by,
        "" if rule.weight is None else f"{rule.weight:+.2f}",
        str(rule.errors) if rule.heeded_by == "validator" else "",
        str(rule.told),
        f"{rule.told / golds:.4f}" if golds else "",
        *answers,
    )
