"""score_interact: the figures of a run over BIRD-Interact: success by phase, reward, questions, and whether the ledgers agree."""

from __future__ import annotations

from pathlib import Path

from eval.datasets.bird_interact.release import Release, load_release
from eval.interact.judge.figures import Figures, TaskOutcome, figures
from eval.interact.judge.reward import reachable
from eval.interact.runs.questions import QuestionScores, question_scores
from eval.interact.runs.record import TaskRecord, read_tasks
from eval.records import RunError, read_manifest
from value_index.files.atomic_file import write_atomically
from value_index.models import FrozenModel

FILE = "interaction.json"


class InteractSummary(FrozenModel):
    """What a run comes to."""

    interaction: dict[str, str]
    """Mode, release, user simulator and environment: all of them are part of the figures."""
    tasks: int
    """Tasks of the run."""
    not_run: int
    figures: Figures
    questions: QuestionScores
    debugged: int
    """Phases that were solved at a later submission than the first."""
    coins_spent: float | None
    """Mean coins of a task; None in c-Interact."""
    ledgers_differ: tuple[str, ...]
    """Tasks whose coins the services count otherwise."""
    ledgers_compared: int
    """Tasks whose services keep a ledger."""

    def lines(self) -> list[str]:
        """Say it, a line each."""
        shown = {"phase 1": self.figures.phase1, "phase 2": self.figures.phase2, "reward": self.figures.reward}
        named = ", ".join(f"{key} {value}" for key, value in self.interaction.items())
        ledger = f"ledgers: {self.ledgers_compared} compared, {len(self.ledgers_differ)} differ"
        coins = f"coins: {self.coins_spent:.2f} a task; {ledger}" if self.coins_spent is not None else ""
        return [
            f"{self.tasks} tasks ({self.not_run} not run): {named}",
            *(f"{name:<8} {each.mean:.3f}  [{each.low:.3f}, {each.high:.3f}]" for name, each in shown.items()),
            f"reward of what was reachable {self.figures.normalised_reward:.3f}; {self.debugged} phases solved at a later try",
            self.questions.describe(),
            *([coins] if coins else []),
        ]


def score_interact(run: Path, data: Path | None = None, ground_truth: Path | None = None) -> InteractSummary:
    """Compute a run's figures and write them beside its records.

    Args:
        data: the release, if it has moved since the run was made.

    Raises:
        RunError: no task was played.
    """
    manifest = read_manifest(run)
    release = load_release(data or Path(manifest.data), ground_truth)
    records = read_tasks(run)
    played = [record for record in records if record.error is None]
    found = figures([_outcome(record, release) for record in played])
    if found is None:
        raise RunError(f"{run}: no task was played")
    compared = [record for record in played if record.environment_spent is not None]
    with_coins = [record.spent for record in played if record.budget is not None]
    summary = InteractSummary(
        interaction=manifest.interaction,
        tasks=len(records),
        not_run=len(records) - len(played),
        figures=found,
        questions=question_scores(played, release.tasks),
        debugged=sum(
            record.passed.get(p, False) and record.submissions.get(p, 0) > 1 for record in played for p in (1, 2)
        ),
        coins_spent=sum(with_coins) / len(with_coins) if with_coins else None,
        ledgers_differ=tuple(each.instance_id for each in compared if each.environment_spent != each.spent),
        ledgers_compared=len(compared),
    )
    write_atomically(run / FILE, summary.model_dump_json(indent=2) + "\n")
    return summary


def _outcome(record: TaskRecord, release: Release) -> TaskOutcome:
    return TaskOutcome(
        instance_id=record.instance_id, database=record.database_id,
        phase1=record.passed.get(1, False), phase2=record.passed.get(2, False),
        reward=record.reward, reachable=reachable(release.tasks[record.task], release.kind),
    )  # fmt: skip
