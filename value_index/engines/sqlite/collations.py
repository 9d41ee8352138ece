"""Collations of another program: a file that needs one can be read with a stand-in."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import pairwise

from value_index.errors import FILE_FAULTS
from value_index.schema import quoted

Compare = Callable[[str, str], int]

SAMPLE = 2_000
"""Entries of an index that are looked at to see which order it keeps."""
_BUILT_IN = frozenset({"binary", "nocase", "rtrim"})
_NAMED = re.compile(r"""\bCOLLATE\s+(?:"((?:[^"]|"")+)"|\[([^\]]+)\]|`([^`]+)`|(\w+))""", re.IGNORECASE)


def without_case(left: str, right: str) -> int:
    """Compare two texts without case: what the collations of most programs do."""
    return _compare(left.casefold(), right.casefold())


def exactly(left: str, right: str) -> int:
    """Compare two texts letter by letter."""
    return _compare(left, right)


def _compare(left: str, right: str) -> int:
    return (left > right) - (left < right)


def stand_in(connection: sqlite3.Connection) -> tuple[str, ...]:
    """Register a stand-in for each collation that the schema names and SQLite lacks; one line about each.

    An index is searched in the order that its program kept, so the stand-in is the first that agrees with the indexes.
    """
    notes: list[str] = []
    for name in _unknown(connection):
        for compare in (without_case, exactly, without_case):
            connection.create_collation(name, compare)
            fits = all(_keeps(entries, compare) for entries in _entries(connection, name))
            if fits:
                break
        else:
            notes.append(f"the collation {name!r} is not here and no stand-in keeps its order: rows may be missed")
            continue
        how = "without case" if compare is without_case else "letter by letter"
        notes.append(f"the collation {name!r} is not here: its texts are compared {how}, order and case may differ")
    return tuple(notes)


def _unknown(connection: sqlite3.Connection) -> tuple[str, ...]:
    names = {name.lower(): name for _, name in connection.execute("PRAGMA collation_list")}
    for (sql,) in connection.execute("SELECT sql FROM sqlite_master WHERE type = 'view' AND sql LIKE '%collate%'"):
        for found in _NAMED.finditer(sql):
            name = next(filter(None, found.groups())).replace('""', '"')
            names.setdefault(name.lower(), name)
    return tuple(name for folded, name in sorted(names.items()) if folded not in _BUILT_IN)


def _entries(connection: sqlite3.Connection, collation: str) -> Iterator[list[str]]:
    """Yield the first texts of each index that is sorted by a collation, in the order that the index keeps."""
    for table, index, column, descending in _sorted_by(connection, collation):
        with suppress(*FILE_FAULTS):  # a partial index cannot be asked for by name
            sql = f"SELECT {quoted(column)} FROM {quoted(table)} INDEXED BY {quoted(index)} LIMIT {SAMPLE}"
            texts = [text for (text,) in connection.execute(sql) if isinstance(text, str)]
            yield texts[::-1] if descending else texts


def _keeps(texts: list[str], compare: Compare) -> bool:
    return all(compare(left, right) <= 0 for left, right in pairwise(texts))


def _sorted_by(connection: sqlite3.Connection, collation: str) -> Iterator[tuple[str, str, str, bool]]:
    """Yield table, index, column and direction of each index whose first column has a collation."""
    for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        for _, index, *_ in connection.execute(f"PRAGMA index_list({quoted(table)})").fetchall():
            for first, _, column, descending, name, _ in connection.execute(f"PRAGMA index_xinfo({quoted(index)})"):
                if first == 0 and column is not None and name.lower() == collation.lower():
                    yield table, index, column, bool(descending)
