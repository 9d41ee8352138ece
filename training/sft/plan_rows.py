"""Rows that teach a small model one job: writing SQL from a plan. The prompt is the one that serving uses.

turnsql train plans --data DATA --config configs/training/plans.toml --out runs/plans
"""

from __future__ import annotations

import hashlib
import json
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from eval.datasets import Dataset, load
from eval.gold.outputs import GoldBook
from eval.progress import Progress
from eval.provenance import commit
from eval.scoring.verdicts.executions import Executions
from eval.scoring.verdicts.judge import judge
from nodes.plan import Plan
from nodes.sql.errors import SQLError
from nodes.sql.from_plan import from_plan
from nodes.sql_generation import in_join_order, plan_messages
from training.dev_databases import refuse_dev_databases
from training.settings import Source, TrainingError, read_settings
from training.sft.random_plans import PlanMaker
from value_index.database import Database
from value_index.files.folders import taken
from value_index.models import FrozenModel

Split = Literal["train", "held_out", "validation"]


class PlanMixConfig(FrozenModel):
    """What `turnsql train plans` does; every field has its key in the TOML file."""

    sources: tuple[Source, ...] = Field(min_length=1)
    validation_databases: tuple[str, ...] = ()
    """Databases whose plans are never trained on."""
    databases: tuple[str, ...] = ()
    """The only databases that are learnt; all of the sources' where empty."""
    gold: bool = True
    """Whether the plans of the gold SQL are taken beside those drawn at random."""
    drawn: int = Field(default=200, ge=0)
    """Plans drawn at random over each database that is learnt, and a tenth as many over the others."""
    held_out: float = Field(default=0.03, ge=0, lt=1)
    """The share of plans of the other databases that is held out, by the plan's hash: no plan stands on both sides."""
    longest: int = Field(default=900, ge=1)
    """Characters of prompt and SQL together; longer rows are left out and counted."""
    seed: int = 0


def write_plan_mix(config: PlanMixConfig, data: Path, out: Path) -> dict[str, int]:
    """Write `train`, `held_out` and `validation` rows with a manifest, and return how many there are of each.

    Raises:
        TrainingError: `out` is taken.
        LeakError: A source talks about a development database.
    """
    if said := taken(out):
        raise TrainingError(said)
    counts: Counter[str] = Counter()
    rows: dict[Split, list[dict[str, Any]]] = {"train": [], "held_out": [], "validation": []}
    hashes: dict[str, str] = {}
    drawn: set[str] = set()
    for source in config.sources:
        dataset = load(source.dataset, data / source.folder, source.split)
        refuse_dev_databases(dataset)
        hashes[f"{source.dataset}/{source.split}"] = dataset.rows_sha256
        wanted = {*config.databases, *config.validation_databases} if config.databases else None
        ids = sorted({d.database_id for d in dataset.dialogues if wanted is None or d.database_id in wanted})
        for split, row in _rows(config, dataset, f"{source.dataset}/{source.split}", ids, drawn, counts):
            rows[split].append(row)
        dataset.close()
    written: dict[str, int] = {}
    for split, found in rows.items():
        random.Random(config.seed).shuffle(found)
        path = out / split / "sql_generation.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in found), encoding="utf-8")
        written[split] = len(found)
    manifest = {"config": config.model_dump(mode="json"), "commit": commit(), "rows_sha256": hashes,
                "rows": written, "left_out": dict(counts)}  # fmt: skip
    (out / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    return written


def _rows(
    config: PlanMixConfig, dataset: Dataset, source: str, ids: list[str], drawn: set[str], counts: Counter[str]
) -> Iterator[tuple[Split, dict[str, Any]]]:
    """Yield the rows of every database of a data set, no plan twice; a database is drawn over once."""
    book, executions = GoldBook(dataset), Executions()
    dialogues = {name: [d for d in dataset.dialogues if d.database_id == name] for name in ids}
    with Progress("databases", total=len(ids)) as progress:
        for name in ids:
            database = dataset.open_database(name)
            seen: set[str] = set()
            for place, plan, gold in _plans(config, database, dialogues[name], book, name not in drawn):
                try:
                    row = _row(plan, gold, database, executions, longest=config.longest)
                except Unlearnable as cause:
                    counts[str(cause)] += 1
                    continue
                key = hashlib.sha256(f"{name}\n{row['messages'][1]['content']}".encode()).hexdigest()
                if key not in seen:
                    seen.add(key)
                    yield _split(config, name, key), {**row, "source": source, "place": place}
            drawn.add(name)
            progress.advance()


class Unlearnable(ValueError):
    """A plan whose SQL does not follow from what its prompt shows; says why."""


def _plans(
    config: PlanMixConfig, database: Database, dialogues: list[Any], book: GoldBook, draw: bool
) -> Iterator[tuple[str, Plan, str | None]]:
    """Yield the plans of a database with their place and, where there is one, their gold SQL."""
    for dialogue in dialogues if config.gold else ():
        for turn, row in enumerate(dialogue.turns):
            plan = book.plan(dialogue.index, turn)
            if plan is not None:
                yield f"{dialogue.index}.{turn}", plan, row.query
    if draw:
        maker = PlanMaker(database, random.Random(f"{config.seed}/{database.schema.database_id}"))
        few = database.schema.database_id in config.validation_databases
        drawn = range(config.drawn // 10 if few else config.drawn)
        yield from ((f"drawn.{number}", maker.plan(), None) for number in drawn)


def _row(plan: Plan, gold: str | None, database: Database, executions: Executions, *, longest: int) -> dict[str, Any]:
    """Make one row; the SQL to learn is the compiler's, which must give what gold gives."""
    schema = database.schema
    try:
        sql = from_plan(in_join_order(plan, schema), schema)
        same = gold is not None and sql == from_plan(plan, schema)
    except SQLError as error:
        raise Unlearnable("no SQL from the plan") from error
    if gold is None and not database.check(sql).ok:
        raise Unlearnable("does not run")
    if gold is not None and not same and judge(database, gold, sql, executions=executions).value is not True:
        raise Unlearnable("joins that the keys do not give")
    messages = [message.model_dump() for message in plan_messages(plan, schema).messages]
    if sum(len(message["content"]) for message in messages) + len(sql) > longest:
        raise Unlearnable("too long")
    return {
        "messages": [*messages, {"role": "assistant", "content": sql}],
        "stage": "sql_generation",
        "database_id": schema.database_id,
        "database": database.address,
        "gold": gold or sql,
        "oracle": False,
    }


def _split(config: PlanMixConfig, database_id: str, key: str) -> Split:
    if database_id in config.validation_databases:
        return "validation"
    return "held_out" if int(key[:8], 16) / 16**8 < config.held_out else "train"


def load_plan_mix(path: Path) -> PlanMixConfig:
    """Read a TOML file; `validation_databases` may name a second TOML file beside it."""
    return read_settings(PlanMixConfig, path)
