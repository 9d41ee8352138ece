"""localised: filters of a reading moved to the tables that it uses anyway."""

from __future__ import annotations

from dataclasses import replace

from nodes.lexical.evidence import Evidence
from nodes.lexical.interpretation import Filter, Reading


def own_tables(reading: Reading) -> set[str]:
    """Return the tables of everything but the filters."""
    used = {item.column.table for item in reading.select if item.column} | {column.table for column in reading.group}
    return used | ({reading.sort.item.column.table} if reading.sort and reading.sort.item.column else set[str]())


def used_tables(reading: Reading) -> set[str]:
    """Return the tables that a reading needs; the focus too where no column is shown."""
    used = own_tables(reading) | {f.column.table for f in reading.filters if f.column}
    if reading.base == "fresh" or (reading.select and not any(item.column for item in reading.select)):
        used.add(reading.focus)
    return used


def localised(reading: Reading, evidence: Evidence) -> Reading:
    """Compare a key in a table that is used anyway, rather than join the table that holds the other end of the key."""
    before = evidence.previous_tables if reading.base != "fresh" else (reading.focus,)
    tables = own_tables(reading) | set(before)

    def local(each: Filter) -> Filter:
        if each.column is None or each.column.table in tables:
            return each
        for key in evidence.schema.foreign_keys:
            for near, far in ((key.source, key.target), (key.target, key.source)):
                if far == each.column and near.table in tables:
                    return replace(each, column=near)
        return each

    return replace(reading, filters=tuple(local(each) for each in reading.filters))
