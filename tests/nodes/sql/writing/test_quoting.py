"""Names and constants that need care: reserved, spaced, quoted, non-ASCII."""

from __future__ import annotations

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodes.plan import ColumnTerm, Join, LiteralTerm, Plan, Predicate, TableSource
from nodes.sql.from_plan import from_plan
from nodes.sql.to_plan import to_plan
from nodes.sql.writing.quoting import identifier, literal
from value_index.engines.sqlite.reflection import reflect
from value_index.schema import Schema

NAMES = (
    "select", "order", "interval", "Date", "key", "naïve", "число", "東京", "home town", "a.b", "a-b", "1st", 'say "x"',
    "it's", "[x]", "`x`", "100%", "--", "/* x */", ";", "a\nb", "current_date", "T1", "c1", "rowid", "true", "count",
)  # fmt: skip


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def odd_schema() -> tuple[sqlite3.Connection, Schema]:
    """A table with every name as a column, and a table of every name."""
    connection = sqlite3.connect(":memory:")
    connection.execute(f"CREATE TABLE wide ({', '.join(quoted(name) for name in NAMES)})")
    connection.execute(f"INSERT INTO wide VALUES ({', '.join('?' * len(NAMES))})", NAMES)
    for name in NAMES:
        connection.execute(f"CREATE TABLE {quoted(name)} (x)")
    return connection, reflect(connection, "odd")


@pytest.mark.parametrize("name", NAMES)
def test_any_name_serves_as_a_column(name: str) -> None:
    connection, schema = odd_schema()
    column = ColumnTerm(table="wide", column=name)
    where = Predicate(left=column, operator="=", right=(LiteralTerm(value=name),))
    for tables in ((TableSource(table="wide"),), (TableSource(table="wide"), TableSource(table="key"))):
        joins = tuple(Join(kind="cross") for _ in tables[1:])
        plan = Plan(select=(column,), tables=tables, joins=joins, where=where, group_by=(column,))
        sql = from_plan(plan, schema)
        assert to_plan(sql, schema) == plan
        assert connection.execute(sql).fetchall() == ([(name,)] if len(tables) == 1 else [])


@pytest.mark.parametrize("name", NAMES)
def test_any_name_serves_as_a_table(name: str) -> None:
    connection, schema = odd_schema()
    plan = Plan(select=(ColumnTerm(table=name, column="x"),), tables=(TableSource(table=name),), joins=())
    assert to_plan(from_plan(plan, schema), schema) == plan
    assert connection.execute(from_plan(plan, schema)).fetchall() == []


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])) | st.integers(-(2**63), 2**63 - 1)
       | st.floats(allow_nan=False, allow_infinity=False) | st.none())  # fmt: skip
def test_sqlite_reads_back_any_constant(value: str | float | None) -> None:
    (read,) = sqlite3.connect(":memory:").execute(f"SELECT {literal(LiteralTerm(value=value))}").fetchone()
    assert read == value


def test_plain_names_stay_bare() -> None:
    assert [identifier(name) for name in ("name", "Year", "t_1", "_x")] == ["name", "Year", "t_1", "_x"]
