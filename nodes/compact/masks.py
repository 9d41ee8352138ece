"""What the grammar allows next, as a mask over symbol ids: the same for training and for decoding."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nodes.compact.grammar import COLUMN, TABLE, VALUE, WORDS, State, Symbol
from nodes.compact.pointers import Inexpressible, Items


class Masks:
    """Masks for the items of one turn."""

    def __init__(self, items: Items) -> None:
        self._items = items
        counts = items.counts
        self._tables = len(WORDS)
        self._columns = self._tables + counts["table"]
        self._values = self._columns + counts["column"]
        self._end = self._values + counts["value"]
        self._known: dict[tuple[frozenset[str], tuple[int, ...]], NDArray[np.bool_]] = {}
        self._homes = np.repeat(np.arange(counts["table"]), [len(table.columns) for table in items.schema.tables])

    def of(self, state: State) -> NDArray[np.bool_]:
        """Return the mask (W + N,) of the symbols that may follow a state; not to be written to."""
        terminals, scope = state.terminals(), state.scopes[-1] if state.scopes else ()
        if (terminals, scope) not in self._known:
            self._known[terminals, scope] = self._mask(terminals, scope)
        return self._known[terminals, scope]

    def _mask(self, terminals: frozenset[str], scope: tuple[int, ...]) -> NDArray[np.bool_]:
        mask = np.zeros(self._end, np.bool_)
        for terminal in terminals:
            if terminal == TABLE:
                mask[self._tables : self._columns] = True
            elif terminal == COLUMN:
                for table in scope:
                    mask[self._columns : self._values] |= self._homes == table
            elif terminal == VALUE:
                mask[self._values :] = True
            else:
                mask[self._items.id_of(terminal)] = True
        return mask


def allowed(symbols: Sequence[Symbol], items: Items, masks: Masks | None = None) -> NDArray[np.bool_]:
    """Return the mask before each symbol of a plan: (T, W + N).

    Args:
        masks: of the same items, where several plans are looked at.

    Raises:
        Inexpressible: The plan names a column of a table that its FROM does not have.
    """
    masks, state = masks or Masks(items), State()
    rows: list[NDArray[np.bool_]] = []
    for symbol in symbols:
        rows.append(masks.of(state))
        if not rows[-1][items.id_of(symbol)]:
            raise Inexpressible("column out of scope")
        state = state.advance(symbol)
    return np.stack(rows)
