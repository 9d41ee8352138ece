"""bird_interact: a release of BIRD-Interact as dialogues, so that its runs are scored, attributed and reported like any other.

The request and its follow-up are the turns, their gold is what the benchmark's judge takes; `turnsql interact score` has the
benchmark's own figures.
"""

from __future__ import annotations

from pathlib import Path

from eval.datasets.bird_interact.release import load_release
from eval.datasets.dataset import Dataset, GoldDialogue, GoldTurn
from eval.datasets.json_file import DataError

GOLD = "gold.jsonl"
"""Name under which the mailed ground truth is found in the release."""


def bird_interact(folder: Path, split: str) -> Dataset:
    """Read the tasks that only read their database; a dialogue's index is the task's place in the release.

    Args:
        folder: the release with its gold, merged in or as `gold.jsonl`, and each database as `ID/ID.sqlite`.
        split: a release has one; any name is taken.

    Raises:
        DataError: no task has gold.
    """
    gold = folder / GOLD
    release = load_release(folder, gold if gold.is_file() else None)
    dialogues = tuple(
        GoldDialogue(
            index=place,
            database_id=task.selected_database,
            turns=tuple(
                GoldTurn(utterance=said, query="; ".join(phase.sol_sql))
                for said, phase in zip(
                    (task.amb_user_query, getattr(task.follow_up, "query", "")), task.phases, strict=False
                )
            ),
        )
        for place, task in enumerate(release.tasks)
        if task.is_judgeable and all(phase.category == "Query" for phase in task.phases)
    )
    if not dialogues:
        raise DataError(f"{folder} has no task with gold: it is mailed apart (docs/how-to/bird-interact.md)")
    return Dataset(name="bird_interact", split=split, folder=folder, dialogues=dialogues, databases=folder)
