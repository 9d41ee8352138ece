"""Scorer: the scores of one turn, from its record and its gold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from cachetools import LRUCache

from eval.datasets import Dataset
from eval.gold.outputs import Gold, GoldBook
from eval.records import AloneRecord, RunError, TurnRecord
from eval.scoring import registry
from eval.scoring.gold_audit import read_gold
from eval.scoring.hardness import features, hardness
from eval.scoring.plan_scores import (
    PLAN_SCORES,
    Facets,
    compare,
    facets,
)
from eval.scoring.scores import (
    BaselineScores,
    Place,
    Retry,
    StageMetrics,
    TurnScores,
)
from eval.scoring.stage_scores import Metrics, StageScore, validation_scores
from eval.scoring.verdicts import (
    Executions,
    MachineFaultError,
    Verdicts,
    cause_of_difference,
    judge,
)
from eval.turn_key import TurnKey
from nodes.node import ADAPTERS
from nodes.plan import Plan
from nodes.sql.joins.fill import with_joins
from nodes.state import STAGES, ScoredPlan, Stage
from value_index.errors import TurnSQLError

STAGE_SCORES = tuple(found for found in vars(registry).values() if isinstance(found, StageScore))
"""The scores that have a formula over gold and output, in the order of the registry."""
KEPT_FACETS = 256
"""Gold plans of turns whose facets are kept: more than those of a dialogue."""
GATHERS = "candidates"
"""The variant of sql_generation that chooses among what planner and model offer."""
_SCORED: tuple[Stage, ...] = tuple(stage for stage in STAGES if any(each.stage == stage for each in STAGE_SCORES))


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]


class Scorer:
    """Scores turns of one data set; results and gold plans are kept, so that each distinct SQL runs once."""

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset
        self.book = GoldBook(dataset)
        self.executions = Executions()
        self._facets = LRUCache[TurnKey, Facets | None](KEPT_FACETS)

    def score(self, record: TurnRecord, alone: Iterable[AloneRecord]) -> TurnScores:
        """Score one turn; what cannot be scored is left unscored and says why, so that it costs no other turn.

        Raises:
            RunError: The data set has no such turn.
        """
        try:
            return self._score(record, alone)
        except RunError:
            raise
        except MachineFaultError as error:
            unscored = f"machine_fault: {error}"
        except (TurnSQLError, AttributeError, LookupError, TypeError, ValueError, MemoryError, RecursionError) as error:
            unscored = f"harness_fault: {type(error).__name__}: {_line(error)}"
        return TurnScores(
            dialogue=record.dialogue,
            turn=record.turn,
            outcome=record.outcome,
            plan=dict.fromkeys(PLAN_SCORES),
            plan_of_sql=dict.fromkeys(PLAN_SCORES),
            unscored=unscored,
        )

    def _score(self, record: TurnRecord, alone: Iterable[AloneRecord]) -> TurnScores:
        dialogue = self.dataset.by_index.get(record.dialogue)
        if dialogue is None or not 0 <= record.turn < len(dialogue.turns):
            raise RunError(f"turn {record.dialogue}/{record.turn} of the run is not in the data")
        gold = self.book.turn(*record.key)
        head: dict[str, Any] = {"dialogue": record.dialogue, "turn": record.turn, "outcome": record.outcome}
        if gold is not None:
            head |= {"hardness": hardness(gold.plan), "features": features(gold.plan)}
        if record.outcome == "not_run":
            return TurnScores(**head, plan=dict.fromkeys(PLAN_SCORES), plan_of_sql=dict.fromkeys(PLAN_SCORES))
        query = dialogue.turns[record.turn].query
        database = self.dataset.open_database(record.database_id)
        verdicts = self._judge(record, query, record.sql)
        emitted, written = self._emitted(record), self.book.plan_of(record.database_id, record.sql)
        plan = self._plan_scores(record.key, emitted)
        of_sql = plan if written == emitted else self._plan_scores(record.key, written)
        head |= verdicts.model_dump() | {"plan": plan, "plan_of_sql": of_sql}
        if verdicts.faulted:
            return TurnScores(**head)
        return TurnScores(
            **head,
            cause=cause_of_difference(database, query, record.sql, verdicts, executions=self.executions),
            stages=_by_stage(
                in_graph=self._in_graph(record, query, gold, verdicts, plan),
                alone=self._alone(record, query, gold, alone),
            ),
            retry=self._retry(record, query, verdicts),
            gold_flags=read_gold(self.executions, database, query, gold.plan if gold else None).flags,
        )

    def baseline_scores(self, key: TurnKey) -> BaselineScores:
        """Score the two trivial planners in one turn: the empty plan, and the gold plan of the turn before."""
        empty = facets(Plan())
        copied = (self._gold_facets(key.dialogue, key.turn - 1) if key.turn else None) or empty
        return BaselineScores(
            dialogue=key.dialogue, turn=key.turn, empty=self._compared(key, empty), copied=self._compared(key, copied)
        )

    def _gold_facets(self, dialogue: int, turn: int) -> Facets | None:
        key = TurnKey(dialogue, turn)
        if key in self._facets:
            return self._facets[key]
        plan = self.book.plan(dialogue, turn)
        found = self._facets[key] = facets(plan) if plan else None
        return found

    def _plan_scores(self, key: TurnKey, plan: Plan | None) -> dict[str, float | None]:
        return self._compared(key, facets(plan or Plan()))

    def _compared(self, key: TurnKey, given: Facets) -> dict[str, float | None]:
        gold = self._gold_facets(*key)
        return compare(gold, given) if gold else dict.fromkeys(PLAN_SCORES)

    def _emitted(self, record: TurnRecord) -> Plan | None:
        """Return the best plan of plan_emission; None if it gave none."""
        output = record.stages["plan_emission"].output
        plans: tuple[ScoredPlan, ...] = self._typed(record, "plan_emission", output) if output else ()
        return plans[0].plan if plans else None

    def _typed(self, record: TurnRecord, stage: Stage, output: Any) -> Any:
        """Return a stage's output as its type; a plan that leaves its joins to the compiler gets those it would get."""
        typed = ADAPTERS[stage].validate_python(output)
        if stage != "plan_emission":
            return typed
        schema = self.dataset.open_database(record.database_id).schema
        return tuple(scored.model_copy(update={"plan": with_joins(scored.plan, schema)}) for scored in typed[:1])

    def _judge(self, record: TurnRecord, query: str, sql: str) -> Verdicts:
        return judge(self.dataset.open_database(record.database_id), query, sql, executions=self.executions)

    def _in_graph(
        self, record: TurnRecord, query: str, gold: Gold | None, verdicts: Verdicts, plan: dict[str, float | None]
    ) -> dict[Stage, Metrics]:
        found: defaultdict[Stage, Metrics] = defaultdict(dict)
        for stage in _SCORED if gold else ():
            output = record.stages[stage].output
            if gold and output is not None:
                found[stage] = _stage_metrics(stage, gold, self._typed(record, stage, output))
        if record.stages["plan_emission"].output is not None:
            found["plan_emission"].update({name: value for name, value in plan.items() if value is not None})
        if verdicts.value is not None:
            found["sql_generation"].update({"value": float(verdicts.value)})
            found["sql_generation"].update(self._within_reach(record, query, right=verdicts.value))
        if record.attempts:
            found["schema_validation"].update(self._validation(record, query))
        return found

    def _within_reach(self, record: TurnRecord, query: str, *, right: bool) -> Metrics:
        """Score what a perfect choice would give; nothing of a stage that gathers no candidates."""
        stage = record.stages["sql_generation"]
        if stage.variant != GATHERS:
            return {}
        offered = stage.choice.groups if stage.choice else ()
        reached = right or any(self._judge(record, query, group.sql).value for group in offered)
        return {"within_reach": float(reached)}

    def _alone(
        self, record: TurnRecord, query: str, gold: Gold | None, alone: Iterable[AloneRecord]
    ) -> dict[Stage, Metrics]:
        outputs: dict[Stage, Any] = {item.stage: item.output for item in alone if item.output is not None}
        if gold is None:
            return {}
        return {
            stage: self._alone_scores(stage, self._typed(record, stage, output), record, query, gold)
            for stage, output in outputs.items()
        }

    def _alone_scores(self, stage: Stage, output: Any, record: TurnRecord, query: str, gold: Gold) -> Metrics:
        return _stage_metrics(stage, gold, output) | self._alone_rates(stage, output, record, query)

    def _alone_rates(self, stage: Stage, output: Any, record: TurnRecord, query: str) -> Metrics:
        """Score what is no formula over gold and output: plans by the plan scores, SQL by the verdicts."""
        if stage == "plan_emission":
            scores = self._plan_scores(record.key, output[0].plan if output else None)
            return {name: value for name, value in scores.items() if value is not None}
        if stage == "sql_generation":
            verdict = self._judge(record, query, output).value
            return {} if verdict is None else {"value": float(verdict)}
        if stage != "schema_validation":
            return {}
        runs = self.executions.run(self.dataset.open_database(record.database_id), query).outcome == "rows"
        return {"false_alarm": float(output.failed)} if runs else {}

    def _validation(self, record: TurnRecord, query: str) -> Metrics:
        """Score the validator on the first SQL of a turn, which no retry has touched."""
        first = record.attempts[0]
        if not first.sql.strip():
            return {}
        result = self.executions.run(self.dataset.open_database(record.database_id), first.sql)
        value = self._judge(record, query, first.sql).value
        return validation_scores(
            flagged=first.failed, fails=result.outcome != "rows", wrong=None if value is None else not value
        )

    def _retry(self, record: TurnRecord, query: str, verdicts: Verdicts) -> Retry | None:
        if len(record.attempts) < 2 or verdicts.value is None:
            return None
        first = self._judge(record, query, record.attempts[0].sql).value
        if first == verdicts.value:
            return "unchanged"
        return "fixed" if verdicts.value else "broken"


def _stage_metrics(stage: Stage, gold: Gold, output: Any) -> Metrics:
    """Compute every metric of the registry for one stage's output."""
    scores = (each.metrics(gold, output) for each in STAGE_SCORES if each.stage == stage)
    return {name: value for metrics in scores for name, value in metrics.items()}


def _by_stage(in_graph: dict[Stage, Metrics], alone: dict[Stage, Metrics]) -> StageMetrics:
    places: dict[Place, dict[Stage, Metrics]] = {"in_graph": in_graph, "alone": alone}
    return {stage: {at: scores[stage] for at, scores in places.items() if stage in scores} for stage in STAGES}
