"""The keys of a database, declared or seen from names and values, and the roles that they name."""

from __future__ import annotations

import re
from collections.abc import Iterable

from eval.conversations.making.facts import is_key, rows_of
from eval.conversations.making.words.nouns import in_full, singular
from value_index.database import Database
from value_index.engines.sqlite.reflection import quoted
from value_index.schema import ColumnRef, ForeignKey, Schema


def role_of(key: ForeignKey, keys: list[ForeignKey], one: str) -> str:
    """Return what a key makes of the row it refers to: the thing's name, or the key's own where there are several.

    "home team" and "away team" where a game has home_team_id and away_team_id.

    Args:
        keys: those of the same table.
        one: what one row of the table referred to is called.
    """
    if sum(other.target.table == key.target.table for other in keys) < 2:
        return _played(key.source.column.lower(), one) or one
    words = [word for word in re.split(r"[_\W]+", key.source.column.lower()) if word and not is_key(word)]
    if words and words[-1] != one and words[-1].endswith(one):
        words[-1:] = [words[-1].removesuffix(one), one]
    if len(words) == 1 and words[0] != one and words[0].startswith(one):
        return ""
    name = in_full(" ".join(words))
    return name if not words or words[-1] == one else f"{name} {one}"


def _played(column: str, one: str) -> str | None:
    """Return the role that a key names which does not name the thing that it refers to.

    >>> _played("manager_id", "employee"), _played("head", "physician"), _played("emp_id", "employee")
    ('manager', 'head', None)
    """
    word = re.sub(r"[_\W]*(id|code|key|no|num|number)$", "", column)
    alike = any(word[:3] in part or part[:3] in word for part in one.split())
    return word if re.fullmatch(r"[a-z]{4,}", word) and not alike and in_full(word) == word else None


def keys_of(database: Database) -> tuple[ForeignKey, ...]:
    """Return the keys that refer to one row: declared, and those that only names and values show.

    Half of a key of two columns refers to several rows: a join by it alone would repeat and invent some.
    """
    schema = database.schema
    declared = tuple(key for key in schema.foreign_keys if _is_unique(database, key.target))
    return (*declared, *_undeclared(database, schema))


def _is_unique(database: Database, ref: ColumnRef) -> bool:
    table = database.schema.table(ref.table)
    if table is not None and [name.lower() for name in table.primary_key] == [ref.column.lower()]:
        return True  # declared, so nothing has to be read
    column = quoted(ref.column, database.schema.dialect)
    found = rows_of(
        database, f"SELECT count({column}), count(DISTINCT {column}) FROM {quoted(ref.table, database.schema.dialect)}"
    )
    return bool(found) and found[0][0] == found[0][1]


def _undeclared(database: Database, schema: Schema) -> Iterable[ForeignKey]:
    """Yield columns named as another table or its only key, all of whose values stand in that key."""
    declared = {key.source.folded for key in schema.foreign_keys}
    keyed = [table for table in schema.tables if len(table.primary_key) == 1]
    targets = {name: t for t in keyed for name in (singular(t.name.lower()), t.primary_key[0].lower())}
    for table in schema.tables:
        for column in table.columns:
            target = targets.get(column.name.lower())
            ref = ColumnRef(table=table.name, column=column.name)
            if target is None or target.name == table.name or ref.folded in declared or column.name.lower() == "id":
                continue
            key = target.primary_key[0]
            sql = (
                f"SELECT count(*) FROM {quoted(table.name, database.schema.dialect)} WHERE {quoted(column.name, database.schema.dialect)} NOT IN"
                f" (SELECT {quoted(key, database.schema.dialect)} FROM {quoted(target.name, database.schema.dialect)})"
            )
            if rows_of(database, sql) == ((0,),) and [n.lower() for n in table.primary_key] != [column.name.lower()]:
                yield ForeignKey(source=ref, target=ColumnRef(table=target.name, column=key))
