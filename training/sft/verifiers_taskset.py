# pyright: basic, reportMissingImports=false
"""The rows of a training set as a taskset of the `verifiers` library: prompts in, the scorer's verdict as the reward.

`verifiers` finds a taskset by the name of a module: put `from training.sft.verifiers_taskset import *` into
`turnsql_taskset.py` beside where you start it, then

    prime eval run turnsql-taskset --env.taskset.rows runs/choice-rows
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import verifiers.v1 as vf

from nodes.state import Stage
from training.sft.reward import Judge, RewardParts
from training.sft.reward_weights import RewardWeights
from training.sft.rows import read_rows

__all__ = ["TurnTaskset"]
WEIGHTS = RewardWeights()
_judge = Judge()


class TurnData(vf.TaskData):
    """One row: what is asked, and what an answer is held against."""

    stage: str
    database: str
    database_id: str
    gold: str
    candidates: tuple[str, ...] = ()


class TurnTask(vf.Task[TurnData]):
    """One turn to answer with SQL, a plan, or the number of a candidate."""

    def _parts(self, trace: vf.Trace) -> RewardParts:
        data = self.data
        return _judge.parts(
            trace.last_reply, stage=data.stage, database=data.database, database_id=data.database_id, gold=data.gold,
            candidates=data.candidates,
        )  # fmt: skip

    @vf.reward(weight=WEIGHTS.execution)
    async def execution(self, trace: vf.Trace) -> float:
        """Return whether the rows are gold's."""
        return self._parts(trace).execution or 0.0

    @vf.reward(weight=WEIGHTS.plan)
    async def plan(self, trace: vf.Trace) -> float:
        """Return how near the plan is to gold's."""
        return self._parts(trace).plan or 0.0

    @vf.reward(weight=WEIGHTS.format)
    async def answered(self, trace: vf.Trace) -> float:
        """Return whether the answer can be run."""
        return self._parts(trace).format


class TurnConfig(vf.TasksetConfig):
    """Which rows are loaded."""

    rows: Path = Path("runs/choice-rows")
    """Folder of `turnsql train choice-rows`, `data prepare` or `train plans`."""
    split: str = "train"
    stages: tuple[Stage, ...] = ("sql_generation",)


class TurnTaskset(vf.Taskset[TurnTask, TurnConfig]):
    """The rows of one split."""

    def load(self) -> Iterable[TurnTask]:
        """Yield a task a row.

        Raises:
            TurnSQLError: a line is no row, or is about a development database.
        """
        for row in read_rows(self.config.rows, self.config.split, self.config.stages):
            system, *asked = row.messages[:-1]
            yield TurnTask(
                TurnData(
                    system_prompt=system.content, prompt=[message.model_dump() for message in asked], stage=row.stage,
                    database=str(row.database), database_id=row.database_id, gold=row.gold, candidates=row.candidates,
                ),
                self.config.task,
            )  # fmt: skip
