"""attribute: the stage to blame for each wrong turn of a ladder, the modes in which it failed, and the evidence."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from cachetools import LRUCache

from eval.ablation.corruptions import FailureMode
from eval.ablation.failure_modes import Finding, failure_modes, not_a_plan
from eval.ablation.ladder import judged_runs
from eval.ablation.rungs import BASE, Rung, Upstream
from eval.datasets import Dataset
from eval.gold.outputs import GoldBook
from eval.gold.plan_difference import PlanDifference
from eval.records import read_manifest, read_turns
from eval.scoring.score import open_rows
from eval.scoring.scores import TurnScores
from eval.scoring.verdicts import Executions
from eval.turn_key import TurnKey
from nodes.state import STAGES, Stage
from value_index.files.atomic_file import write_atomically
from value_index.models import FrozenModel

KEPT_TURNS = 4_000
"""Answers whose modes are kept, so that runs over the same turns share them."""
Verdicts = Mapping[str, Mapping[TurnKey, TurnScores]]


class Mode(FrozenModel):
    """One mode of a failure."""

    mode: FailureMode
    evidence: str


class Blame(FrozenModel):
    """A wrong turn."""

    dialogue: int
    turn: int
    utterance: str
    sql: str
    stage: Stage | None
    """The first whose replacement by gold repairs the turn; None if no replacement does."""
    repaired: str | None
    """`alone`, or `after gold` where the stages before it had to be replaced too."""
    modes: tuple[Mode, ...]


class Attribution(FrozenModel):
    """The wrong turns of a ladder's base."""

    wrong: int
    stages: dict[str, int]
    """Wrong turns by the stage blamed."""
    modes: dict[str, int]
    """Wrong turns by mode; a turn may fail in several."""
    turns: tuple[Blame, ...]


class Attributor:
    """Tells the failure modes of SQL texts; gold plans, results and what was told are kept."""

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset
        self.book = GoldBook(dataset)
        self.executions = Executions()
        self._told = LRUCache[tuple[str, ...], tuple[Finding, ...]](KEPT_TURNS)

    def modes(self, dialogue: int, turn: int, sql: str) -> tuple[Finding, ...]:
        """Return the modes of a wrong answer, nothing where its gold is no plan."""
        row = self.dataset.by_index[dialogue]
        key = (row.database_id, *(gold.query for gold in row.turns[: turn + 1]), sql)
        if key in self._told:
            return self._told[key]
        found = self._told[key] = self._modes(dialogue, turn, sql)
        return found

    def _modes(self, dialogue: int, turn: int, sql: str) -> tuple[Finding, ...]:
        database_id = self.dataset.by_index[dialogue].database_id
        database = self.dataset.open_database(database_id)
        if not sql.strip():
            return not_a_plan("no SQL was written")
        result = self.executions.run(database, sql)
        if result.outcome == "error":
            return not_a_plan(result.message)
        gold, given = self.book.plan(dialogue, turn), self.book.plan_of(database_id, sql)
        if gold is None:
            return ()
        if given is None:
            return not_a_plan("the SQL runs, but no plan holds it")
        earlier = (self.book.plan(dialogue, past) for past in range(turn))
        return failure_modes(PlanDifference(gold, given, tuple(p for p in earlier if p), database.schema))


LADDER = "ladder"
"""Folder, in the run of a suite, of the runs that tell which stage to blame."""


def attribute(ladder: Path, data: Path | None = None) -> Attribution:
    """Blame each wrong turn of a ladder's base, and write `attribution.json` beside the runs.

    Args:
        data: the data folder, where it is no longer the one that the ladder was made from.

    Raises:
        TurnSQLError: no ladder, a run that is not scored, or other data.
    """
    ladder = ladder / LADDER if (ladder / LADDER / BASE).is_dir() else ladder
    runs = judged_runs(ladder)
    dataset = open_rows(read_manifest(ladder / BASE), data)
    attributor = Attributor(dataset)
    turns: list[Blame] = []
    for record in read_turns(ladder / BASE):
        scores = runs[BASE].get(record.key)
        if scores is None or scores.value is not False:
            continue
        stage, repaired = blamed(runs, record.key)
        found = attributor.modes(*record.key, record.sql)
        turns.append(
            Blame(
                dialogue=record.dialogue,
                turn=record.turn,
                utterance=record.utterance,
                sql=record.sql,
                stage=stage,
                repaired=repaired,
                modes=tuple(Mode(mode=finding.mode, evidence=finding.evidence) for finding in found),
            )
        )
    dataset.close()
    attribution = _counted(tuple(turns))
    write_atomically(ladder / "attribution.json", json.dumps(attribution.model_dump(mode="json"), indent=2) + "\n")
    return attribution


def blamed(runs: Verdicts, key: TurnKey) -> tuple[Stage | None, str | None]:
    """Return the first stage whose replacement by gold repairs a turn, alone or else after gold, and which it was."""
    upstreams: tuple[tuple[Upstream, str], ...] = (("predicted", "alone"), ("gold", "after gold"))
    for upstream, how in upstreams:
        for stage in STAGES:
            scores = runs.get(Rung(stage, "oracle", upstream).name, {}).get(key)
            if scores is not None and scores.value:
                return stage, how
    return None, None


def _counted(turns: tuple[Blame, ...]) -> Attribution:
    stages = Counter(turn.stage or "none" for turn in turns)
    modes = Counter(mode.mode for turn in turns for mode in turn.modes)
    modes_told: dict[str, int] = {str(mode): count for mode, count in modes.most_common()}
    untold = sum(not turn.modes for turn in turns)
    return Attribution(
        wrong=len(turns),
        stages={stage: stages[stage] for stage in (*STAGES, "none") if stages[stage]},
        modes={**modes_told, **({"none told": untold} if untold else {})},
        turns=turns,
    )
