"""How two tables of a schema can be joined: by foreign keys, by what these imply, or by the names of columns."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from value_index.schema import ColumnRef, Schema, Table

Pairs = tuple[tuple[str, str], ...]
"""Columns that must be equal: one of the first table, one of the second."""
_Joins = defaultdict[tuple[str, str], list[tuple[str, str]]]
"""Column pairs by (table, other table)."""

# What follows from two keys is dearer than one of them, cheaper than both; names count only where no keys lead.
_KEY_COST, _GRANDPARENT_COST, _SIBLING_COST, _NAME_COST, _NOUN_COST, _SHARED_COST = 4, 5, 7, 1_000, 1_200, 1_500
CROSS_COST = 1_000_000
_WIDELY_SHARED = 20
"""A key that more columns than this share says nothing about which of their tables belong together."""
_GENERIC = frozenset({"id", "code", "key", "name", "number"})
"""Names that a key shares with those of unrelated tables."""
_PREFIX = re.compile(r"^(?:tbl|tab|t|dim|fact)_")
_KEY_LIKE = re.compile(r".*(id|code|key|no|num|number)", re.IGNORECASE)


@dataclass(frozen=True)
class Link:
    """The ways to join one table to another."""

    cost: int
    alternatives: tuple[Pairs, ...]
    """Several where several keys lead to the same columns (a home team and an away team)."""


@lru_cache(maxsize=256)
def links(schema: Schema) -> Mapping[str, Mapping[str, Link]]:
    """Return, for each table, the tables it can be joined to; names as the schema spells them."""
    found: dict[str, dict[str, Link]] = {table.name: {} for table in schema.tables}
    order = {ref: place for place, ref in enumerate(schema.columns)}
    grandparents, siblings = _implied(schema)
    kinds = {_KEY_COST: _keys(schema), _GRANDPARENT_COST: grandparents, _SIBLING_COST: siblings,
             _NAME_COST: _key_names(schema), _NOUN_COST: _nouns(schema), _SHARED_COST: _shared_names(schema)}  # fmt: skip
    for cost, joins in kinds.items():
        for (one, other), pairs in joins.items():
            ranked = sorted(set(pairs), key=lambda pair: _rank(pair, one, order))
            alternatives = _alternatives(ranked, schema.table(other))
            found[one].setdefault(other, Link(cost, alternatives))
            found[other].setdefault(one, Link(cost, tuple(tuple((b, a) for a, b in pairs) for pairs in alternatives)))
    return found


def _rank(pair: tuple[str, str], table: str, order: Mapping[ColumnRef, int]) -> tuple[bool, int]:
    """Rank columns of the same name first, then by the schema's order."""
    left, right = pair
    return left.lower() != right.lower(), order[ColumnRef(table=table, column=left)]


def _alternatives(pairs: list[tuple[str, str]], target: Table | None) -> tuple[Pairs, ...]:
    """Read pairs that meet in distinct columns of the primary key as one composite key, any others as keys to choose from."""
    sides = len({left for left, _ in pairs}), len({right for _, right in pairs})
    whole = target is not None and all(right in target.primary_key for _, right in pairs)
    return (tuple(pairs),) if whole and sides == (len(pairs), len(pairs)) else tuple((pair,) for pair in pairs)


def _keys(schema: Schema) -> _Joins:
    """Return the foreign keys."""
    found = _Joins(list)
    for key in schema.foreign_keys:
        found[key.source.table, key.target.table].append((key.source.column, key.target.column))
    return found


def _implied(schema: Schema) -> tuple[_Joins, _Joins]:
    """Return the pairs that follow from keys: what a key's target refers to, and two columns that refer to the same one."""
    parents: defaultdict[ColumnRef, list[ColumnRef]] = defaultdict(list)
    for key in schema.foreign_keys:
        parents[key.source].append(key.target)
    grandparents, siblings = _Joins(list), _Joins(list)
    groups: defaultdict[ColumnRef, list[ColumnRef]] = defaultdict(list)
    for column in list(parents):
        for ancestor in _ancestors(column, parents):
            groups[ancestor].append(column)
            if ancestor.table != column.table:
                grandparents[column.table, ancestor.table].append((column.column, ancestor.column))
    for columns in groups.values():
        for left, right in _two_of(columns):
            siblings[left.table, right.table].append((left.column, right.column))
    return grandparents, siblings


def _ancestors(column: ColumnRef, parents: Mapping[ColumnRef, list[ColumnRef]]) -> list[ColumnRef]:
    found: dict[ColumnRef, None] = {}
    pending = [column]
    while pending:
        for parent in parents.get(pending.pop(), ()):
            if parent not in found and parent != column:
                found[parent] = None
                pending.append(parent)
    return list(found)


def _two_of(columns: list[ColumnRef]) -> Iterator[tuple[ColumnRef, ColumnRef]]:
    if len(columns) <= _WIDELY_SHARED:
        for place, left in enumerate(columns):
            yield from ((left, right) for right in columns[place + 1 :] if right.table != left.table)


def _key_names(schema: Schema) -> _Joins:
    """Return the columns called like another table's key: `album_id`, or `first_album_id`, for the `id` of `album`."""
    holders = _by_ending(schema)
    found = _Joins(list)
    for table in schema.tables:
        for key in table.primary_key:
            names = {key.lower(), f"{table.name}_{key}".lower(), f"{table.name}{key}".lower()} - _GENERIC
            for name in sorted(names):
                refs = [ref for ref in holders[name] if ref.table != table.name]
                for ref in refs if len(refs) <= _WIDELY_SHARED else ():
                    found[ref.table, table.name].append((ref.column, key))
    return found


def _nouns(schema: Schema) -> _Joins:
    """Return the columns called like a table without a declared key: `customer` for the `cust_id` of `tbl_customers`."""
    holders: defaultdict[str, list[ColumnRef]] = defaultdict(list)
    for ref in schema.columns:
        holders[ref.column.lower()].append(ref)
    found = _Joins(list)
    for table in schema.tables:
        key = table.columns[0].name if table.columns else ""
        if table.primary_key or not _KEY_LIKE.fullmatch(key):
            continue
        noun = _PREFIX.sub("", table.name.lower())
        for name in {form + end for form in (noun, _singular(noun)) for end in ("", "_id", "id", "_no", "_code")}:
            for ref in holders[name]:
                if ref.table != table.name:
                    found[ref.table, table.name].append((ref.column, key))
    return found


def _singular(noun: str) -> str:
    for ending, instead in (("ies", "y"), ("sses", "ss"), ("s", "")):
        if noun.endswith(ending):
            return noun.removesuffix(ending) + instead
    return noun


def _by_ending(schema: Schema) -> defaultdict[str, list[ColumnRef]]:
    """Return the columns by folded name, and by what follows each underscore in it."""
    found: defaultdict[str, list[ColumnRef]] = defaultdict(list)
    for ref in schema.columns:
        words = ref.column.lower().split("_")
        for start in range(len(words)):
            found["_".join(words[start:])].append(ref)
    return found


def _shared_names(schema: Schema) -> _Joins:
    """Return the columns of the same name that look like keys."""
    holders: defaultdict[str, list[ColumnRef]] = defaultdict(list)
    for ref in schema.columns:
        if ref.column.lower() not in _GENERIC and _KEY_LIKE.fullmatch(ref.column):
            holders[ref.column.lower()].append(ref)
    found = _Joins(list)
    for columns in holders.values():
        for left, right in _two_of(columns):
            found[left.table, right.table].append((left.column, right.column))
    return found
