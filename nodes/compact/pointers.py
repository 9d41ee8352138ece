"""What the pointers of one turn point at: tables, columns and candidate literals."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from nodes.compact.grammar import LITERALS, WORDS, Pointer, PointerKind, Symbol
from nodes.plan import ColumnTerm
from nodes.plan.constraints import Scalar
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
        index = self._tables.get(name.lower())
        if index is None:
            raise Inexpressible(f"unknown table {name!r}")
        return Pointer("table", index)

    def column(self, term: ColumnTerm) -> Pointer:
        """Return the pointer to a column."""
        index = self._columns.get((term.table.lower(), term.column.lower()))
        if index is None:
            raise Inexpressible(f"unknown column {term.table}.{term.column}")
        return Pointer("column", index)

    def value(self, value: Scalar) -> Symbol:
        """Return the pointer to a candidate, or the word of a small integer."""
        for index, candidate in enumerate(self.values):
            if same_literal(candidate, value):
                return Pointer("value", index)
        word = f"'{value}'"
        if word in LITERALS:
            return word
        raise Inexpressible("literal not among the candidates")

    @cached_property
    def counts(self) -> dict[PointerKind, int]:
        """How many there are of each kind, in the order of their ids."""
        return {"table": len(self.schema.tables), "column": len(self.schema.columns), "value": len(self.values)}

    @cached_property
    def _tables(self) -> dict[str, int]:
        return {table.name.lower(): index for index, table in enumerate(self.schema.tables)}

    @cached_property
    def _columns(self) -> dict[tuple[str, str], int]:
        return {column.folded: index for index, column in enumerate(self.schema.columns)}

    @cached_property
    def _offsets(self) -> dict[PointerKind, int]:
        tables, columns, _ = self.counts.values()
        return {"table": len(WORDS), "column": len(WORDS) + tables, "value": len(WORDS) + tables + columns}

    def id_of(self, symbol: Symbol) -> int:
        """Return a symbol's id: the words first, then tables, columns, values."""
        if isinstance(symbol, str):
            return _WORD_IDS[symbol]
        return self._offsets[symbol.kind] + symbol.index

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
