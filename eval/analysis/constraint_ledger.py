"""ConstraintLedger: which constraints each turn kept, added and dropped, by gold and by us."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from eval.datasets import Dataset
from eval.gold.outputs import GoldBook
from eval.gold.plan_difference import Filter, filters
from eval.records import TurnRecord, read_manifest, read_turns
from eval.scoring.score import open_rows
from nodes.plan import Plan
from nodes.plan.render import constraint_text
from value_index.models import FrozenModel


class Carry(FrozenModel):
    """What a turn did with the constraints of the gold plan before it."""

    kept: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()


class LedgerEntry(FrozenModel):
    """One turn after the first of a dialogue."""

    dialogue: int
    turn: int
    gold: Carry
    ours: Carry
    """The constraints of the final SQL."""
    forgotten: tuple[str, ...]
    """Kept by gold, and not by us: filter amnesia."""
    stale: tuple[str, ...]
    """Dropped by gold, and kept by us."""


class ConstraintLedger(FrozenModel):
    """The turns of a run that have a turn before them, and gold plans for both."""

    entries: tuple[LedgerEntry, ...]
    carried: int
    """Constraints that gold kept."""
    forgotten: int
    """How many of them we lost."""
    dropped: int
    """Constraints that gold dropped."""
    stale: int
    """How many of them we kept."""
    amnesiac_turns: int
    """Turns that lost a constraint."""
    stale_turns: int
    """Turns that kept one too long."""


def read_ledger(run: Path, data: Path | None = None) -> ConstraintLedger:
    """Keep the ledger of a run.

    Raises:
        TurnSQLError: no run, or other data than it was made from.
    """
    dataset = open_rows(read_manifest(run), data)
    try:
        return constraint_ledger(read_turns(run), dataset)
    finally:
        dataset.close()


def constraint_ledger(records: Iterable[TurnRecord], dataset: Dataset) -> ConstraintLedger:
    """Compare each turn's final SQL with its gold, both against the gold of the turn before."""
    book = GoldBook(dataset)
    entries = [entry for record in records if record.outcome != "not_run" and (entry := _entry(record, book))]
    return ConstraintLedger(
        entries=tuple(entries),
        carried=sum(len(entry.gold.kept) for entry in entries),
        forgotten=sum(len(entry.forgotten) for entry in entries),
        dropped=sum(len(entry.gold.dropped) for entry in entries),
        stale=sum(len(entry.stale) for entry in entries),
        amnesiac_turns=sum(bool(entry.forgotten) for entry in entries),
        stale_turns=sum(bool(entry.stale) for entry in entries),
    )


def _entry(record: TurnRecord, book: GoldBook) -> LedgerEntry | None:
    gold = book.plan(*record.key)
    before = book.plan(record.dialogue, record.turn - 1) if record.turn else None
    if gold is None or before is None:
        return None
    plan = book.plan_of(record.database_id, record.sql)
    earlier, theirs, ours = filters(before), filters(gold), filters(plan)
    kept, dropped = earlier.keys() & theirs.keys(), earlier.keys() - theirs.keys()
    return LedgerEntry(
        dialogue=record.dialogue,
        turn=record.turn,
        gold=_carry(before, gold),
        ours=_carry(before, plan),
        forgotten=_texts([key for key in earlier if key in kept - ours.keys()], before),
        stale=_texts([key for key in earlier if key in dropped & ours.keys()], before),
    )


def _carry(before: Plan, plan: Plan | None) -> Carry:
    earlier, now = filters(before), filters(plan)
    return Carry(
        kept=_texts([key for key in earlier if key in now], before),
        added=_texts([key for key in now if key not in earlier], plan),
        dropped=_texts([key for key in earlier if key not in now], before),
    )


def _texts(keys: Sequence[Filter], plan: Plan | None) -> tuple[str, ...]:
    found = filters(plan)
    return tuple(constraint_text(found[key]) for key in keys)
