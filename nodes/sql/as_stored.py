"""A model's SQL spelled as the database has it: names and operators, where only their spelling differs.

    SELECT count(*) FROM pets WHERE pet_type ILIKE 'cat'    over a column PetType of SQLite becomes
    SELECT count(*) FROM pets WHERE PetType LIKE 'cat'

A model that was tuned on another engine writes names as that engine's schemas do, and its operators.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from sqlglot import exp
from sqlglot.tokenizer_core import TokenType

from nodes.sql.errors import SQLError
from nodes.sql.parsing.find_scopes import scopes
from nodes.sql.parsing.parse import DIALECTS, parse, repair
from nodes.sql.parsing.scopes import Scope
from nodes.sql.writing.quoting import identifier
from value_index.schema import Dialect, Schema

LIKE_OF_ANY_CASE: frozenset[Dialect] = frozenset({"sqlite", "mysql"})
"""Engines without ILIKE, whose LIKE means it."""

Change = tuple[int, int, str]
"""The places where a text begins and ends that gives way, and what takes its place."""


def as_stored(sql: str, schema: Schema) -> str:
    """Return the SQL with columns spelled as stored and ILIKE as the engine says it; as it is if it does not parse.

    A column is put right that nothing in scope has, where letters and digits of one column of the sources are its own.
    """
    try:
        tree, text = parse(sql, schema), repair(sql).strip().rstrip(";")
    except SQLError:
        return sql
    changes = [change for scope in scopes(tree, schema) for change in _names(scope, schema.dialect)]
    if schema.dialect in LIKE_OF_ANY_CASE and tree.find(exp.ILike):
        tokens = DIALECTS[schema.dialect]().tokenize(text)
        changes += [(token.start, token.end + 1, "LIKE") for token in tokens if token.token_type == TokenType.ILIKE]
    if not changes:
        return sql
    for start, end, word in sorted(set(changes), reverse=True):
        text = text[:start] + word + text[end:]
    return text


def _names(scope: Scope, dialect: Dialect) -> Iterator[Change]:
    """Yield the columns of one SELECT that are stored under another spelling."""
    for column in scope.columns:
        if scope.find(column.name, column.table) or scope.is_alias(column):
            continue
        stored: defaultdict[str, set[str]] = defaultdict(set)
        for source in scope.sources:
            if not column.table or source.name.lower() == column.table.lower():
                for name in source.columns or ():
                    stored[_letters(name)].add(name)
        found, written = stored.get(_letters(column.name), set()), column.this.meta
        if len(found) == 1 and "start" in written:
            yield written["start"], written["end"] + 1, identifier(next(iter(found)), dialect)


def _letters(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())
