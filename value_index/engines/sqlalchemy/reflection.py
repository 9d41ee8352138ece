"""A Schema read by SQLAlchemy's inspector."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from value_index.engines.sqlalchemy.driver import load_driver
from value_index.models import FrozenModel
from value_index.schema import Column, ColumnKind, ColumnRef, Dialect, ForeignKey, OmittedTable, Schema, Table
from value_index.text.natural_names import split_identifier

if TYPE_CHECKING:
    from sqlalchemy import Connection

Key = tuple[str | None, str]
_SPELT_ALIKE: dict[str, Dialect] = {
    "postgresql": "postgres", "cockroachdb": "postgres", "mysql": "mysql", "mariadb": "mysql",
}  # fmt: skip
"""SQLAlchemy's dialects whose SQL is written as one of ours is; all others as the standard has it."""


_KINDS: tuple[tuple[str, ColumnKind], ...] = (
    ("Interval", "other"), ("JSON", "other"), ("ARRAY", "other"), ("Boolean", "boolean"), ("Date", "time"),
    ("DateTime", "time"), ("Time", "time"), ("Enum", "text"), ("String", "text"), ("Uuid", "text"),
    ("Integer", "number"), ("Numeric", "number"), ("Float", "number"),
)  # fmt: skip


class Reflected(FrozenModel):
    """What SQLAlchemy finds."""

    tables: Schema
    notes: tuple[str, ...]
    """What cannot be read; one line each."""


def reflect(connection: Connection, database_id: str) -> Reflected:
    """Read the tables and views of the default schema, their columns, keys and comments."""
    driver = load_driver()
    inspector = driver.inspect(connection)
    kinds = driver.engine.reflection.ObjectKind
    views = set(_tried(inspector.get_view_names))
    told: dict[str, dict[Key, Any]] = {
        name: dict(_tried(lambda name=name: getattr(inspector, f"get_multi_{name}")(kind=kinds.ANY), {}))
        for name in ("pk_constraint", "foreign_keys", "table_comment")
    }
    columns, notes = _columns(inspector, [*inspector.get_table_names(), *sorted(views)])
    spelt = connection.dialect.denormalize_name if connection.dialect.requires_name_normalize else str
    tables = tuple(
        Table(
            name=spelt(name),
            natural_name=split_identifier(name),
            columns=tuple(_column(each, spelt(each["name"])) for each in found),
            primary_key=tuple(
                map(spelt, (told["pk_constraint"].get((None, name)) or {}).get("constrained_columns", ()))
            ),
            is_view=name in views,
            comment=(told["table_comment"].get((None, name)) or {}).get("text") or "",
        )
        for name, found in columns.items()
        if found
    )
    schema = Schema(
        database_id=database_id,
        tables=tables,
        dialect=_SPELT_ALIKE.get(connection.dialect.name.partition(".")[0], "ansi"),
        omitted=tuple(OmittedTable(name=spelt(name), reason=why) for name, why in notes.items()),
    )
    keys = _foreign_keys(schema, told["foreign_keys"], spelt)
    return Reflected(
        tables=schema.model_copy(update={"foreign_keys": keys}),
        notes=tuple(f"{spelt(name)!r} cannot be read: {why}" for name, why in notes.items()),
    )


def column_kind(found: Any) -> ColumnKind:
    """Say what a type of SQLAlchemy means; arrays, JSON, intervals, blobs and what it does not know are `other`."""
    types = load_driver().types
    for name, kind in _KINDS:
        if isinstance(found, getattr(types, name)):
            return kind
    return "other"


def _columns(inspector: Any, names: Iterable[str]) -> tuple[dict[str, list[Mapping[str, Any]]], dict[str, str]]:
    """Return the columns of each table, and why those of others cannot be read."""
    driver = load_driver()
    kinds = driver.engine.reflection.ObjectKind
    found = {name: each for (_, name), each in _tried(lambda: inspector.get_multi_columns(kind=kinds.ANY), {}).items()}
    columns: dict[str, list[Mapping[str, Any]]] = {}
    faults: dict[str, str] = {}
    for name in dict.fromkeys(names):
        try:
            columns[name] = found[name] if name in found else inspector.get_columns(name)
        except driver.exc.SQLAlchemyError as error:
            faults[name] = " ".join(str(getattr(error, "orig", None) or error).split())[:200]
    return columns, faults


def _tried(ask: Any, otherwise: Any = ()) -> Any:
    """Return what a dialect says, or something else where it does not implement the question."""
    try:
        return ask()
    except (NotImplementedError, load_driver().exc.SQLAlchemyError):
        return otherwise


def _column(found: Mapping[str, Any], name: str) -> Column:
    declared = str(found["type"])
    return Column(
        name=name, natural_name=split_identifier(found["name"]), declared_type="" if declared == "NULL" else declared,
        kind=column_kind(found["type"]), not_null=not found.get("nullable", True), comment=found.get("comment") or "",
    )  # fmt: skip


def _foreign_keys(schema: Schema, told: Mapping[Key, Any], spelt: Any) -> tuple[ForeignKey, ...]:
    found: dict[tuple[ColumnRef, ColumnRef], None] = {}
    for (_, table), keys in told.items():
        for key in keys:
            for source, target in zip(key["constrained_columns"], key["referred_columns"], strict=False):
                one = schema.column(spelt(table), spelt(source))
                other = schema.column(spelt(key["referred_table"]), spelt(target))
                if one and other and one != other and not key.get("referred_schema"):
                    found[one, other] = None
    return tuple(ForeignKey(source=one, target=other) for one, other in found)
