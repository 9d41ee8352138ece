"""What value_grounding should find: a label for every literal of gold SQL, with the words that name it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal, get_args

from eval.datasets import Dataset
from eval.gold.outputs import Gold, GoldBook, compared
from nodes.plan import Operator
from nodes.plan.constraints import Scalar
from value_index.database import Database
from value_index.engines.sqlite.reflection import quoted
from value_index.files.atomic_file import atomic_file
from value_index.grounding.aliases import Aliases
from value_index.grounding.spans import mentions
from value_index.models import FrozenModel
from value_index.schema import ColumnRef, Dialect, limited, quoted_text
from value_index.text.folding import fold
from value_index.text.similarity import closest_span
from value_index.text.tokens import tokens

NAMED = 0.8
"""A value is named where a span of the utterance is this much like it."""
LabelKind = Literal["exact", "folded", "fuzzy", "alias", "carried", "via_row", "not_in_question"]


class Label(FrozenModel):
    """One literal of a turn's gold SQL."""

    dialogue: int
    turn: int
    database_id: str
    column: ColumnRef
    value: Scalar
    operator: Operator
    kind: LabelKind
    mention: str = ""
    """The words of the utterance that name it; empty for `carried` and `not_in_question`."""
    start: int = 0
    end: int = 0
    stored: bool
    """Whether the column holds the value."""

    @property
    def reachable(self) -> bool:
        """Whether the value is stored, and named or carried over: what grounding is asked to find."""
        return self.stored and self.kind != "not_in_question"


class Labeller:
    """Labels the turns of a data set."""

    def __init__(self, dataset: Dataset) -> None:
        self._dataset = dataset
        self._book = GoldBook(dataset)
        self._aliases = Aliases()

    def all(self) -> Iterator[Label]:
        """Yield the labels of every turn whose gold is a plan."""
        for dialogue in self._dataset.dialogues:
            for turn in range(len(dialogue.turns)):
                yield from self.turn(dialogue.index, turn)

    def turn(self, dialogue: int, turn: int) -> Iterator[Label]:
        """Yield the labels of one turn, each column and value once."""
        gold = self._book.turn(dialogue, turn)
        if gold is None:
            return
        row = self._dataset.by_index[dialogue]
        before = self._book.turn(dialogue, turn - 1) if turn else None
        carried = {(column, value) for _, column, value in compared(before.plan)} if before else set()
        database = self._dataset.open_database(row.database_id)
        for column, (value, operator) in _literals(gold):
            if value is None:
                continue
            said = value.strip("%") if isinstance(value, str) and operator in ("like", "not like") else value
            kind, start, end = self._named(row.turns[turn].utterance, column, said, database)
            if kind == "not_in_question" and (column, value) in carried:
                kind = "carried"
            yield Label(
                dialogue=dialogue, turn=turn, database_id=row.database_id, column=column, value=value, operator=operator,
                kind=kind, mention=row.turns[turn].utterance[start:end], start=start, end=end,
                stored=_is_stored(database, column, value),
            )  # fmt: skip

    def _named(
        self, utterance: str, column: ColumnRef, value: Scalar, database: Database
    ) -> tuple[LabelKind, int, int]:
        text = str(value)
        words = tokens(utterance)
        if isinstance(value, (int, float)):
            for mention in mentions(utterance, words):
                if mention.kind == "number" and mention.number == value:
                    return ("exact" if mention.text == text else "folded"), mention.start, mention.end
            return "not_in_question", 0, 0
        ratio, start, end = closest_span(utterance, text)
        if ratio >= NAMED:
            span = utterance[start:end]
            kind: LabelKind = "exact" if span == text else "folded" if fold(span) == fold(text) else "fuzzy"
            return kind, start, end
        for mention in mentions(utterance, words):
            if mention.kind != "number" and fold(text) in {
                alias.name for alias in self._aliases.of(mention.text, mention.folded)
            }:
                return "alias", mention.start, mention.end
        for shown in _shown(database, column, text):
            ratio, start, end = closest_span(utterance, shown)
            if ratio >= NAMED and len(fold(shown)) > 1:
                return "via_row", start, end
        return "not_in_question", 0, 0


def write_labels(labels: Iterable[Label], out: Path) -> Counter[str]:
    """Write one JSON object a line, whole or not at all, and return how many there are of each kind."""
    counts: Counter[str] = Counter(dict.fromkeys(get_args(LabelKind), 0))
    with atomic_file(out) as file:
        for label in labels:
            counts[label.kind] += 1
            file.write(f"{label.model_dump_json()}\n".encode())
    return counts


def _literals(gold: Gold) -> list[tuple[ColumnRef, tuple[Scalar, Operator]]]:
    """Return column, value and operator of the literals, each column and value once."""
    found: dict[tuple[ColumnRef, Scalar], Operator] = {}
    for constraint, column, value in compared(gold.plan):
        found.setdefault((column, value), constraint.operator)
    return [(column, (value, operator)) for (column, value), operator in found.items()]


def _is_stored(database: Database, column: ColumnRef, value: Scalar) -> bool:
    sql = f"SELECT 1 FROM {quoted(column.table, database.schema.dialect)} WHERE {quoted(column.column, database.schema.dialect)} = {_literal(value, database.schema.dialect)}"
    return bool(database.execute(limited(sql, 1, database.schema.dialect)).rows)


def _shown(database: Database, column: ColumnRef, value: str) -> list[str]:
    """Return the other texts of the rows whose key, or the key that the column refers to, is a value."""
    targets = [key.target for key in database.schema.foreign_keys if key.source == column]
    shown: list[str] = []
    for key in targets:
        table = database.schema.table(key.table)
        names = (
            [other.name for other in table.columns if other.kind == "text" and other.name != key.column]
            if table
            else []
        )
        if names:
            picked = ", ".join(quoted(name, database.schema.dialect) for name in names)
            sql = f"SELECT {picked} FROM {quoted(key.table, database.schema.dialect)} WHERE {quoted(key.column, database.schema.dialect)} = {_literal(value, database.schema.dialect)}"
            rows = database.execute(limited(sql, 2, database.schema.dialect)).rows
            shown += [cell for cell in rows[0] if isinstance(cell, str)] if len(rows) == 1 else []
    return shown


def _literal(value: Scalar, dialect: Dialect) -> str:
    if isinstance(value, str):
        return quoted_text(value, dialect)
    return str(int(value) if isinstance(value, bool) else value)
