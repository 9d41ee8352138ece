"""The benchmark's batch files: a conversation of every task in one JSONL, and one JSONL a step; written from a run and read into one.

The official conversational pipeline keeps `system_interaction.jsonl` (what the system said at each turn, as `prediction_turn_N`:
a question between `<s>` and `</s>`, or SQL between `<t>` and `</t>`), `user_2_interaction.jsonl` (what the user answered) and
`sql_results.jsonl` (`pred_sqls`), which its evaluation reads.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from eval.datasets.bird_interact.tasks import Task
from eval.interact.runs.record import TaskRecord
from eval.records import RunError
from value_index.files.atomic_file import write_atomically
from value_index.models import FrozenModel

SYSTEM, USER, RESULTS = "system_interaction.jsonl", "user_2_interaction.jsonl", "sql_results.jsonl"
_QUESTION = re.compile(r"<s>(.*?)(?:</s>|$)", re.S)
_FINAL = re.compile(r"<t>(.*?)(?:</t>|$)", re.S)
_FENCED = re.compile(r"```(?:sql|postgresql|sqlite)?\s*(.*?)```", re.S | re.I)
_ERROR = "Error:"


class Step(FrozenModel):
    """What the system did at one turn."""

    turn: int
    """Number of the turn, from 1."""
    question: str = ""
    """Asked of the user; "" if SQL was submitted."""
    sql: str = ""
    answer: str = ""
    """What the user said to the question."""


class BatchDialogue(FrozenModel):
    """One task of a batch."""

    instance_id: str
    steps: tuple[Step, ...]


def write_batch(records: Iterable[TaskRecord], tasks: Sequence[Task], folder: Path) -> list[Path]:
    """Write a run's conversations as batch files; return what was written."""
    played = [record for record in records if record.error is None]
    folder.mkdir(parents=True, exist_ok=True)
    files: dict[str, list[dict[str, Any]]] = {SYSTEM: [], USER: [], RESULTS: []}
    for record in played:
        head = {"instance_id": record.instance_id, "selected_database": record.database_id}
        steps = list(_steps(record))
        said = {f"prediction_turn_{step.turn}": _written(step) for step in steps}
        heard = {f"prediction_turn_{step.turn}": f"<s>{step.answer}</s>" for step in steps if step.question}
        more = {"max_turn": tasks[record.task].max_turns, "final_turn": len(steps), "Terminate_flg": True}
        files[SYSTEM].append({**head, **more, **said})
        files[USER].append({**head, **heard})
        files[RESULTS].append({**head, "pred_sqls": [step.sql for step in steps if step.sql][:1]})
        for step in steps:
            line = {
                **head,
                "turn": step.turn,
                "response": _written(step),
                **({"user": step.answer} if step.question else {}),
            }
            files.setdefault(f"step_{step.turn:02}.jsonl", []).append(line)
    for name, rows in files.items():
        write_atomically(folder / name, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    return [folder / name for name in files]


def read_batch(folder: Path) -> list[BatchDialogue]:
    """Read the conversations of a batch, in their order.

    Raises:
        RunError: a file is missing, or a line of it is no conversation.
    """
    answers = {row["instance_id"]: row for row in _rows(folder / USER)} if (folder / USER).is_file() else {}
    found: list[BatchDialogue] = []
    for row in _rows(folder / SYSTEM):
        steps = list(_read_steps(row, answers.get(row["instance_id"], {})))
        found.append(BatchDialogue(instance_id=row["instance_id"], steps=tuple(steps)))
    return found


def _steps(record: TaskRecord) -> Iterator[Step]:
    turn = 0
    for call in record.calls:
        if call.tool in ("ask_user", "submit_sql"):
            turn += 1
            if call.tool == "ask_user":
                yield Step(turn=turn, question=call.args.get("question", ""), answer=call.result)
            else:
                yield Step(turn=turn, sql=call.args.get("sql", ""))


def _written(step: Step) -> str:
    return f"<s>{step.question}</s>" if step.question else f"<t>```sql\n{step.sql}\n```</t>"


def _read_steps(row: dict[str, Any], heard: dict[str, Any]) -> Iterator[Step]:
    turn = 1
    while isinstance(said := row.get(f"prediction_turn_{turn}"), str):
        if _ERROR not in said[:20]:
            answer = str(heard.get(f"prediction_turn_{turn}", ""))
            yield _read_step(turn, said, _inside(_QUESTION, answer) or answer)
        turn += 1


def _read_step(turn: int, said: str, answer: str) -> Step:
    """Read one turn as the benchmark does: SQL where it is marked or fenced, else a question."""
    final = _FINAL.search(said)
    if final or ("<s>" not in said and _FENCED.search(said)):
        text = final[1] if final else said
        fenced = _FENCED.search(text)
        return Step(turn=turn, sql=(fenced[1] if fenced else text.replace("```sql", "").replace("```", "")).strip())
    return Step(turn=turn, question=(_inside(_QUESTION, said) or said).strip(), answer=answer.strip())


def _inside(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found[1] if found else ""


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise RunError(f"cannot read {path}: {error}") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise RunError(f"{path} line {number}: no JSON ({error})") from error
        if not isinstance(row, dict) or not isinstance(row.get("instance_id"), str):
            raise RunError(f"{path} line {number}: no task: it has no instance_id")
        yield row
