"""The reward of an answer: the scorer itself, in the shape that TRL's GRPOTrainer calls.

    trainer = GRPOTrainer(model, reward_funcs=reward_function(), train_dataset=rows, ...)

The rows are those of `turnsql data prepare`, whose columns `stage`, `database`, `database_id`, `gold` and `candidates` TRL hands on.
An answer that names a candidate by its number is worth what that candidate is. One whose gold cannot be scored gets None, which TRL leaves out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from eval.gold.outputs import parsed
from eval.scoring.plan_scores import plan_scores
from eval.scoring.verdicts import Executions, judge
from nodes.choice.ask import answered_sql
from nodes.llm.messages import json_text
from nodes.plan import Plan
from nodes.sql.errors import SQLError
from nodes.sql.from_plan import from_plan
from nodes.sql.joins.fill import with_joins
from nodes.sql.repair import with_sources
from training.settings import TrainingError
from training.sft.reward_weights import RewardWeights
from value_index.database import Database
from value_index.engines.sqlite.database import SQLiteDatabase
from value_index.models import FrozenModel

Answer = str | Sequence[dict[str, str]]
"""A completion: text, or the messages of a chat."""


class RewardParts(FrozenModel):
    """The parts of one reward, each in 0..1."""

    execution: float | None
    """None if the gold cannot be scored."""
    plan: float | None
    """None if the gold is no plan."""
    format: float


@dataclass(frozen=True)
class Judge:
    """Scores answers; databases stay open and results near."""

    _open: dict[str, Database] = field(default_factory=dict[str, Database])
    _executions: Executions = field(default_factory=lambda: Executions(deadline=5.0))

    def parts(
        self, answer: Answer, *, stage: str, database: str | Path, database_id: str, gold: str,
        candidates: Sequence[str] = (),
    ) -> RewardParts:  # fmt: skip
        """Score one answer.

        Args:
            stage: sql_generation or plan_emission.
            database: the SQLite file.
            gold: the gold SQL.
            candidates: the queries that the answer may name by number.

        Raises:
            TrainingError: No score is defined for the stage.
        """
        opened = self._database(str(database), database_id)
        text = answer if isinstance(answer, str) else answer[-1]["content"]
        target = parsed(gold, opened.schema)
        match stage:
            case "sql_generation":
                sql = answered_sql(text, candidates)
                plan = parsed(sql, opened.schema)
            case "plan_emission":
                sql, plan = _compiled(text, opened)
            case _:
                raise TrainingError(f"no reward for {stage}: an answer of sql_generation or plan_emission can be run")
        verdict = judge(opened, gold, sql, executions=self._executions).value
        return RewardParts(
            execution=None if verdict is None else float(verdict),
            plan=None if target is None else plan_scores(target, plan)["macro"] if plan else 0.0,
            format=float(bool(sql.strip()) and opened.check(sql).ok),
        )

    def _database(self, path: str, database_id: str) -> Database:
        if path not in self._open:
            self._open[path] = SQLiteDatabase.open(path, database_id=database_id)
        return self._open[path]


def reward_function(weights: RewardWeights = RewardWeights()) -> Callable[..., list[float | None]]:  # noqa: B008
    """Return a reward function for GRPOTrainer."""
    scorer = Judge()

    def turnsql_reward(
        completions: Sequence[Answer],
        stage: Sequence[str],
        database: Sequence[str],
        database_id: Sequence[str],
        gold: Sequence[str],
        candidates: Sequence[Sequence[str] | None] | None = None,
        **_: Any,
    ) -> list[float | None]:
        """Return the reward of each completion, None if its gold cannot be scored."""
        named = [each or () for each in candidates or [None] * len(completions)]
        rows = zip(completions, stage, database, database_id, gold, named, strict=True)
        return [
            total(scorer.parts(answer, stage=at, database=path, database_id=name, gold=sql, candidates=of), weights)
            for answer, at, path, name, sql, of in rows
        ]

    return turnsql_reward


def total(parts: RewardParts, weights: RewardWeights) -> float | None:
    """Return the weighted sum; None if the gold cannot be scored."""
    if parts.execution is None:
        return None
    return weights.execution * parts.execution + weights.plan * (parts.plan or 0.0) + weights.format * parts.format


def _compiled(text: str, database: Database) -> tuple[str, Plan | None]:
    """Return the SQL of an answered plan, and the plan with its joins; "" and None where it is none."""
    try:
        plan = with_sources(Plan.model_validate_json(json_text(text)), database.schema)
        return from_plan(plan, database.schema), with_joins(plan, database.schema)
    except (ValidationError, SQLError):
        return "", None
