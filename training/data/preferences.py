"""Preference rows for DPO: of turns that a run answered wrongly, the prompt, a right answer and the run's own.

Right is the answer of another of the runs where one was right, else gold's. The verdict is the scorer's.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.datasets import Dataset
from eval.gold.plan_form import canonical
from eval.progress import Progress
from eval.records import Manifest, RunError, TurnRecord, read_manifest, read_turns
from eval.runs.experiment import RunOptions, read_experiment
from eval.scoring.verdicts import Executions, judge
from eval.turn_key import TurnKey
from nodes.llm.messages import Message
from nodes.node import ADAPTERS
from nodes.plan import Plan
from nodes.sql.joins.fill import with_joins
from nodes.state import Stage
from training.data.catalogue import TRAINABLE, split_of
from training.data.chat import ChatMaker, ChatRow, RowOrigin, plan_answer
from training.data.mix.config import MixConfig, MixSource
from training.data.sources import load_source
from training.data.turns import MixTurn, TurnSource
from training.dev_databases import LeakError, refuse_dev_databases
from value_index.files.atomic_file import write_atomically

COMPARED: tuple[Stage, ...] = ("plan_emission", "sql_generation")
"""The stages whose answers can be run."""


class PreferenceRow(RowOrigin):
    """One row of DPO data: TRL reads `prompt`, `chosen` and `rejected`."""

    prompt: tuple[Message, ...]
    chosen: tuple[Message, ...]
    rejected: tuple[Message, ...]
    chosen_by: str
    """`gold`, or the run whose answer it is."""
    rejected_by: str
    """The run whose answer it is."""


@dataclass(frozen=True)
class _Run:
    folder: Path
    manifest: Manifest
    records: dict[TurnKey, TurnRecord]


def write_preferences(
    folders: Sequence[Path], data: Path, out: Path, *, config: Path, diagnostic: bool = False
) -> Counter[str]:
    """Write one JSON line a wrongly answered turn and stage; return what came of the turns.

    Args:
        folders: finished runs over a training split, all on gold history.
        data: the folder that holds cosql_dataset, spider_data, ...
        config: the agent whose prompts are written.
        diagnostic: whether prompts and runs may hold gold of their own turn.

    Raises:
        RunError: A folder is no run, or of another split or history than the others.
        LeakError: The runs are over what models are measured on, or hold gold and `diagnostic` is not said.
    """
    runs = [_Run(folder, read_manifest(folder), {r.key: r for r in read_turns(folder)}) for folder in folders]
    _check(runs, diagnostic)
    name, split = runs[0].manifest.dataset, runs[0].manifest.split
    dataset = load_source(name, split, data, work=out.with_name(out.name + ".databases"))
    refuse_dev_databases(dataset)
    agent, experiment = read_experiment(RunOptions(data=Path(), out=Path(), config=config))
    settings = MixConfig(sources=(MixSource(set=name, split=split),), diagnostic=diagnostic)
    maker = ChatMaker.of(settings, agent, frozenset(experiment.oracle))
    counts: Counter[str] = Counter()
    rows = asyncio.run(_rows(TurnSource(f"{name}/{split}", dataset), runs, maker, counts))
    write_atomically(out, "".join(json.dumps(row.model_dump(mode="json"), ensure_ascii=False) + "\n" for row in rows))
    return counts


def _check(runs: Sequence[_Run], diagnostic: bool) -> None:
    first = runs[0].manifest
    role = split_of(first.dataset, first.split).role
    if role not in TRAINABLE:
        raise LeakError(
            f"{runs[0].folder} is over {first.dataset} {first.split}: models are measured on it, so it cannot train one"
        )
    for run in runs:
        found = run.manifest
        if (found.dataset, found.split) != (first.dataset, first.split):
            raise RunError(f"{run.folder} is over {found.dataset} {found.split}, not {first.dataset} {first.split}")
        if found.history != "gold":
            raise RunError(
                f"{run.folder} has {found.history} history: its answers belong to other prompts; run it with --history gold"
            )
        if (found.oracle_stages or found.oracle_prompt_rows) and not diagnostic:
            raise LeakError(f"{run.folder} was given gold at {', '.join(found.oracle_stages)}: say --diagnostic")


async def _rows(
    source: TurnSource, runs: Sequence[_Run], maker: ChatMaker, counts: Counter[str]
) -> list[PreferenceRow]:
    """Make the rows of every turn that one of the runs answered."""
    executions = Executions()
    keys = sorted({key for run in runs for key in run.records})
    rows: list[PreferenceRow] = []
    with Progress("turns", total=len(keys)) as progress:
        for dialogue, number in keys:
            progress.advance()
            plan = source.book.plan(dialogue, number)
            if plan is None:
                counts["gold is no plan"] += 1
                continue
            turn = MixTurn(source, source.dataset.by_index[dialogue], number, plan)
            key = TurnKey(dialogue, number)
            answered = [(run, run.records[key]) for run in runs if key in run.records]
            verdicts = [
                (run, record, _verdict(source.dataset, turn, record.sql, executions)) for run, record in answered
            ]
            wrong = [
                (run, record) for run, record, verdict in verdicts if verdict is False and record.outcome != "not_run"
            ]
            if not wrong:
                counts["right, or not scored"] += 1
                continue
            right = next(((run, record) for run, record, verdict in verdicts if verdict is True), None)
            made = [row for chat in await maker.rows(turn) for row in _pairs(chat, turn, wrong, right)]
            counts["rows"] += len(made)
            rows += made
    return rows


def _verdict(dataset: Dataset, turn: MixTurn, sql: str, executions: Executions) -> bool | None:
    return judge(dataset.open_database(turn.database_id), turn.sql, sql, executions=executions).value


def _pairs(
    chat: ChatRow, turn: MixTurn, wrong: Sequence[tuple[_Run, TurnRecord]], right: tuple[_Run, TurnRecord] | None
) -> Iterator[PreferenceRow]:
    """Yield a row for each different wrong answer to one prompt."""
    if chat.stage not in COMPARED:
        return
    own = _answer(chat.stage, right[1], turn) if right else None
    chosen, by = (own, str(right[0].folder)) if right and own else (chat.messages[-1].content, "gold")
    seen: set[str] = set()
    for run, record in wrong:
        rejected = _answer(chat.stage, record, turn)
        if rejected is None or rejected in seen:
            continue
        seen.add(rejected)
        yield PreferenceRow(
            prompt=chat.messages[:-1],
            chosen=(Message(role="assistant", content=chosen),),
            rejected=(Message(role="assistant", content=rejected),),
            chosen_by=by,
            rejected_by=str(run.folder),
            **{name: getattr(chat, name) for name in RowOrigin.model_fields},
        )


def _answer(stage: Stage, record: TurnRecord, turn: MixTurn) -> str | None:
    """Return what a run answered at a stage; None if it gave nothing, or a plan that is not what went wrong."""
    if stage == "sql_generation":
        return " ".join(record.sql.split()) or None
    output: Any = record.stages[stage].output
    plans = ADAPTERS[stage].validate_python(output) if output else ()
    plan = plans[0].plan if plans else Plan()
    if plan == Plan():
        return None
    schema = turn.source.dataset.open_database(turn.database_id).schema
    return None if canonical(with_joins(plan, schema)) == canonical(turn.plan) else plan_answer(plan, schema)
