"""place_filters: filters of an interpretation moved to the tables that it uses anyway."""

from __future__ import annotations

from dataclasses import replace

from nodes.lexical.evidence import Evidence
from nodes.lexical.interpretation import Filter, Interpretation


def own_tables(interpretation: Interpretation) -> set[str]:
    """Return the tables of everything but the filters."""
    used = {item.column.table for item in interpretation.select if item.column} | {
        column.table for column in interpretation.group
    }
    return used | (
        {interpretation.sort.item.column.table}
        if interpretation.sort and interpretation.sort.item.column
        else set[str]()
    )


def used_tables(interpretation: Interpretation) -> set[str]:
    """Return the tables that an interpretation needs; the focus too where no column is shown."""
    used = own_tables(interpretation) | {f.column.table for f in interpretation.filters if f.column}
    if interpretation.base == "fresh" or (
        interpretation.select and not any(item.column for item in interpretation.select)
    ):
        used.add(interpretation.focus)
    return used


def place_filters(interpretation: Interpretation, evidence: Evidence) -> Interpretation:
    """Compare a key in a table that is used anyway, rather than join the table that holds the other end of the key."""
    before = evidence.previous_tables if interpretation.base != "fresh" else (interpretation.focus,)
    tables = own_tables(interpretation) | set(before)

    def local(each: Filter) -> Filter:
        if each.column is None or each.column.table in tables:
            return each
        for key in evidence.schema.foreign_keys:
            for near, far in ((key.source, key.target), (key.target, key.source)):
                if far == each.column and near.table in tables:
                    return replace(each, column=near)
        return each

    return replace(interpretation, filters=tuple(local(each) for each in interpretation.filters))
