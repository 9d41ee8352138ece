"""What the pointers of one turn point at: tables, columns and candidate literals."""

from __future__ import annotations

from dataclasses import dataclass

from nodes.compact.grammar import LITERALS, WORDS, Pointer, PointerKind, Symbol
from nodes.plan import ColumnTerm
from nodes.state import Scalar
from value_index.schema import ColumnRef, Schema

_WORD_IDS = {word: number for number, word in enumerate(WORDS)}


class Inexpressible(ValueError):
    """A plan that the grammar does not cover; the message is the cause."""


@dataclass(frozen=True)
class Items:
    """What pointers of one turn point at."""

    schema: Schema
    values: tuple[Scalar, ...]
    """Candidate literals: grounded values, numbers of the utterance, literals of the previous plan."""

    def table(self, name: str) -> Pointer:
        """Return the pointer to a table."""
        for index, table in enumerate(self.schema.tables):
            if table.name.lower() == name.lower():
                return Pointer("table", index)
        raise Inexpressible(f"unknown table {name!r}")

    def column(self, term: ColumnTerm) -> Pointer:
        """Return the pointer to a column."""
        ref = self.schema.column(term.table, term.column)
        if ref is None:
            raise Inexpressible(f"unknown column {term.table}.{term.column}")
        return Pointer("column", self.schema.columns.index(ref))

    def value(self, value: Scalar) -> Symbol:
        """Return the pointer to a candidate, or the word of a small integer."""
        for index, candidate in enumerate(self.values):
            if same_literal(candidate, value):
                return Pointer("value", index)
        word = f"'{value}'"
        if word in LITERALS:
            return word
        raise Inexpressible("literal not among the candidates")

    @property
    def counts(self) -> dict[PointerKind, int]:
        """How many there are of each kind, in the order of their ids."""
        return {"table": len(self.schema.tables), "column": len(self.schema.columns), "value": len(self.values)}

    def id_of(self, symbol: Symbol) -> int:
        """Return a symbol's id: the words first, then tables, columns, values."""
        if isinstance(symbol, str):
            return _WORD_IDS[symbol]
        offset = len(WORDS)
        for kind, count in self.counts.items():
            if kind == symbol.kind:
                break
            offset += count
        return offset + symbol.index

    def symbol_of(self, number: int) -> Symbol:
        """Return the symbol behind an id."""
        if number < len(WORDS):
            return WORDS[number]
        index = number - len(WORDS)
        for kind, count in self.counts.items():
            if index < count:
                return Pointer(kind, index)
            index -= count
        raise IndexError(f"{number} is the id of no symbol")

    def ref(self, pointer: Pointer) -> ColumnRef:
        """Return the column that a pointer points at."""
        return self.schema.columns[pointer.index]


def same_literal(left: Scalar, right: Scalar) -> bool:
    """Whether two literals select the same rows of a column: '8' and 8 do, 'a' and 'A' do not."""
    return left == right or (left is not None and right is not None and str(left).strip() == str(right).strip())
