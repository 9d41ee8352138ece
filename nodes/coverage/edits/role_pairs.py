"""role_pairs: one table joined by each of its keys where the words name both roles."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from nodes.coverage.demand import Demand
from nodes.lexical.evidence import display_columns
from nodes.lexical.utterance import name_words, stem
from nodes.plan import ColumnTerm, Join, Plan, Predicate, TableSource, Term
from nodes.plan.sources import folded_sources
from value_index.schema import ColumnRef

_IDLE = frozenset(map(stem, ("id", "code", "key", "no", "number", "fk")))


def role_pairs(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield a plan that shows what two keys of one table refer to, one beside the other.

    "names of the home team and the away team of every game": `game JOIN team ON home_id JOIN team ON away_id`.
    """
    for (source, target), keys in _pairs(demand).items():
        sources = folded_sources(plan)
        if len(keys) != 2 or not {source.lower(), target.table.lower()} & sources or plan.where or plan.group_by:
            continue
        table = demand.schema.table(target.table)
        assert table is not None
        select: tuple[Term, ...] = tuple(
            ColumnTerm(table=ref.table, column=ref.column, occurrence=n)
            for n in (0, 1)
            for ref in display_columns(table)
        )
        joins = tuple(_join(key, target, n) for n, key in enumerate(keys))
        tables = (TableSource(table=source), TableSource(table=table.name), TableSource(table=table.name))
        yield Plan(select=select, tables=tables, joins=joins, order_by=(), limit=None)


def _pairs(demand: Demand) -> dict[tuple[str, ColumnRef], list[ColumnRef]]:
    """Return the keys whose roles the words name, by their tables, in the order of the words."""
    found: defaultdict[tuple[str, ColumnRef], list[tuple[int, ColumnRef]]] = defaultdict(list)
    for key in demand.schema.foreign_keys:
        own = [word for word in map(stem, name_words(key.source.column)) if word not in _IDLE]
        named = demand.inquiry.named_roles.get(key.source.folded)
        at = next((place for place, word in enumerate(demand.inquiry.stems) if word in own), None)
        at = at if named is None else named
        if at is not None:
            found[key.source.table, key.target].append((at, key.source))
    return {tables: [ref for _, ref in sorted(keys, key=lambda pair: pair[0])] for tables, keys in found.items()
            if len({at for at, _ in keys}) > 1}  # fmt: skip


def _join(key: ColumnRef, target: ColumnRef, occurrence: int) -> Join:
    right = ColumnTerm(table=target.table, column=target.column, occurrence=occurrence)
    return Join(on=Predicate(left=ColumnTerm.of(key), operator="=", right=(right,)))
