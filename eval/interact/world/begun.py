"""begun_task: the task that `/init_task` begins: the caller's record, or, where that has no gold, the world's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from pydantic import ValidationError

from eval.datasets import DataError
from eval.datasets.bird_interact.release import Release
from eval.datasets.bird_interact.tasks import Task
from eval.interact.judge.reward import Mode
from eval.interact.world.service import RequestError, text
from value_index.errors import first_problem


def begun_task(release: Release, payload: Mapping[str, Any]) -> tuple[Task, Mode]:
    """Return a task and the mode in which it is played.

    Raises:
        RequestError: the record is no task, or of a task that nobody has the gold of.
    """
    given = payload.get("task_data")
    record = cast(dict[str, Any], given) if isinstance(given, dict) else {}
    mode: Mode = "c" if record.get("_interact_mode") == "c-interact" else "a"
    if record.get("sol_sql"):
        try:
            return Task.model_validate({**record, "record": record}), mode
        except ValidationError as error:
            raise RequestError(422, f"task_data: {first_problem(error)}") from error
    try:
        return release.task(str(record.get("instance_id") or text(payload, "task_id"))), mode
    except DataError as error:
        raise RequestError(404, str(error)) from error
