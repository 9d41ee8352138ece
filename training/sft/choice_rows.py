"""Rows that teach a model to choose among candidates, in the words in which serving asks it.

    turnsql train choice-rows runs/held-out --data cosql_dataset --out runs/choice-rows

The candidates are the plans of a run of the planner over training databases that it has not learnt, beside the SQL of
models made up from gold. A row is answered with the number of the right candidate, or with gold where none is right. Rows
are of turns in which serving would ask: the weights are unsure. The first candidate is theirs, and right more often than
not: a model that sees no more than that learns to answer "1", so at most a share of the rows has that answer.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

from eval.analysis.choice import DEADLINE, ChoiceTurn, choice_turns, judged_groups
from eval.provenance import commit
from eval.records import read_manifest
from nodes.choice.choose import choice_weights, choose
from nodes.choice.model_choice import choice_question
from nodes.llm.messages import Message
from training.dev_databases import DEV_DATABASES, LeakError
from training.linear_models.choice import STRENGTHS, made_up_answers
from training.settings import TrainingError
from value_index.files.folders import taken

SURE = 0.9
"""The bound of serving too, unless it is told otherwise."""
FIRST = 0.5


def write_choice_rows(
    run: Path,
    data: Path | None,
    out: Path,
    *,
    apart: Sequence[str] = (),
    most: int | None = None,
    sure: float = SURE,
    first: float = FIRST,
    seed: int = 0,
) -> dict[str, int]:
    """Write `train` and `validation` rows with a manifest, and return how many there are of each.

    Args:
        run: a run of the planner over training databases, with gold history.
        apart: databases whose rows are for validation; the last fifth by name where empty.
        most: how many rows are kept, drawn at random.
        sure: the probability from which the weights choose alone, 0..1: such turns make no rows.
        first: the share of the rows that the first candidate answers, at most, 0..1.

    Raises:
        TrainingError: `out` is taken, or no turn has two candidates.
        LeakError: the run is over development databases.
    """
    if said := taken(out):
        raise TrainingError(said)
    turns = choice_turns(run, data)
    names = sorted({turn.state.database_id for turn in turns})
    if dev := sorted(set(names) & DEV_DATABASES):
        raise LeakError(f"{run} is about {dev[0]!r}, a development database: models are measured on it")
    kept_apart = set(apart or names[len(names) - len(names) // 5 :])
    rows = list(_rows(turns, sure, seed))
    Random(seed).shuffle(rows)
    rows = _evened(rows, first)
    parts = {name: list[dict[str, Any]]() for name in ("train", "validation")}
    for row in rows[:most]:
        parts["validation" if row["database_id"] in kept_apart else "train"].append(row)
    if not parts["train"]:
        raise TrainingError(f"{run}: no turn has two candidates to choose from")
    _write(out, parts, {"run": str(run), "rows_sha256": read_manifest(run).rows_sha256, "apart": sorted(kept_apart)})
    return {name: len(found) for name, found in parts.items()}


def _rows(turns: Iterable[ChoiceTurn], sure: float, seed: int) -> Iterator[dict[str, Any]]:
    """Yield the rows of the turns, none twice: two made-up models may write the same."""
    for turn in turns:
        seen: set[str] = set()
        for sql in made_up_answers(turn, STRENGTHS, seed):
            row = _row(turn, sql, sure)
            if row and (text := json.dumps(row["messages"])) not in seen and not seen.add(text):
                yield row


def _evened(rows: Sequence[dict[str, Any]], first: float) -> list[dict[str, Any]]:
    """Return the rows in their order without those answered "1" that are too many."""
    others = sum(_answer(row) != "1" for row in rows)
    left = int(others * first / (1 - first)) if first < 1 else len(rows)
    kept: list[dict[str, Any]] = []
    for row in rows:
        left -= _answer(row) == "1"
        if _answer(row) != "1" or left >= 0:
            kept.append(row)
    return kept


def _answer(row: dict[str, Any]) -> str:
    return row["messages"][-1]["content"]


def _row(turn: ChoiceTurn, sql: str, sure: float) -> dict[str, Any] | None:
    """Return the row of a turn and a model's SQL; None where nothing is to be chosen, or the weights are sure."""
    groups = judged_groups(turn, sql)
    choice = choose([(group, facts) for group, facts, _ in groups], choice_weights()) if groups else None
    if choice is None or choice.groups[choice.chosen].probability >= sure:
        return None
    asked = choice_question(choice, turn.state, turn.context, deadline=DEADLINE)
    if asked is None:
        return None
    prompt, places = asked
    right = [number for number, place in enumerate(places, 1) if groups[place][2]]
    answer = Message(role="assistant", content=str(right[0]) if right else " ".join(turn.gold.split()))
    return {
        "messages": [message.model_dump() for message in (*prompt.messages, answer)],
        "stage": "sql_generation",
        "database_id": turn.state.database_id,
        "database": turn.database.address,
        "gold": turn.gold,
        "candidates": [choice.groups[place].sql for place in places],
    }


def _write(out: Path, parts: dict[str, list[dict[str, Any]]], told: dict[str, Any]) -> None:
    for name, found in parts.items():
        path = out / name / "sql_generation.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in found), encoding="utf-8")
    chosen = Counter(_answer(row) if _answer(row).isdigit() else "gold" for found in parts.values() for row in found)
    manifest = {**told, "commit": commit(), "rows": {name: len(found) for name, found in parts.items()}}
    manifest["answers"] = dict(sorted(chosen.items()))
    (out / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
