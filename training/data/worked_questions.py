"""write_examples: the training dialogues as worked questions, from which a prompt shows those most like its turn."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from eval.datasets import Dataset, load
from nodes.prompts.examples import Example, masked, skeleton
from nodes.sql.errors import SQLError
from nodes.sql.from_plan import from_plan
from nodes.sql.repair import with_sources
from nodes.sql.to_plan import to_plan
from training.dev_databases import refuse_dev_databases


def write_examples(data: Path, out: Path, dataset: str = "cosql", split: str = "train") -> int:
    """Write a line for each turn whose SQL is a plan; return how many.

    Raises:
        TurnSQLError: no such data, or a split over databases that are for evaluation.
    """
    rows = load(dataset, data, split)
    refuse_dev_databases(rows)
    lines = [example.model_dump_json() for example in _examples(rows)]
    out.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return len(lines)


def _examples(rows: Dataset) -> Iterator[Example]:
    for dialogue in rows.dialogues:
        schema, before = rows.open_database(dialogue.database_id).schema, ""
        for turn in dialogue.turns:
            question, follows = " ".join(turn.utterance.split()), bool(before)
            shown, before = (f"{before} / {question}" if before else question), question
            try:
                plan = to_plan(turn.query, schema)
                sql = from_plan(with_sources(plan, schema), schema)
            except SQLError:
                continue
            yield Example(
                database_id=dialogue.database_id, shown=shown, sql=sql, masked=masked(question, schema),
                skeleton=skeleton(plan), follows=follows,
            )  # fmt: skip
