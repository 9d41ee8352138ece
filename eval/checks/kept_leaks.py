"""leak_classes: whether an evaluation holds what somebody kept as right on a database of their own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from agent.storage.feedback import KeptAnswer
from eval.checks.leak_rows import LeakRow, LeakRows, read_leak_rows
from eval.checks.leaks import ALIKE, LEAK_KINDS, find_leaks, schema_similarity
from value_index.connect import connect
from value_index.errors import TurnSQLError
from value_index.schema import Schema


def leak_classes(kept: Sequence[KeptAnswer], evaluation: tuple[Path, ...]) -> list[str]:
    """Return for each answer what of it an evaluation holds too, the gravest first: database, schema, question, sql; else none.

    Args:
        evaluation: files of questions with their SQL; their databases are looked for beside them.

    Raises:
        TurnSQLError: a file cannot be read.
    """
    theirs = read_leak_rows(evaluation, None)
    rows = tuple(LeakRow(each.id, Path(each.database).stem, each.question, each.sql) for each in kept)
    found = [set[str]() for _ in kept]
    for leak in find_leaks(LeakRows(rows, None), theirs):
        for place, row in enumerate(rows):
            if leak.train in (row.place, row.database_id):
                found[place].add(leak.kind)
    alike = {address for address in {each.database for each in kept} if _is_alike(address, theirs)}
    for place, each in enumerate(kept):
        found[place] |= {"schema"} if each.database in alike else set[str]()
    return [next((kind for kind in LEAK_KINDS if kind in each), "none") for each in found]


def _is_alike(address: str, evaluation: LeakRows) -> bool:
    schema = _schema(address)
    return schema is not None and any(schema_similarity(schema, each) >= ALIKE for each in evaluation.schemas.values())


def _schema(address: str) -> Schema | None:
    try:
        return connect([address]).schema
    except TurnSQLError:
        return None
