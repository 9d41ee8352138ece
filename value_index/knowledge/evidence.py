"""read_evidence: BIRD's evidence of one question as knowledge: "blue eyes refers to colour = 'Blue'; race refers to race.race"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from value_index.database import Database
from value_index.knowledge.store import Definition, JoinRole, Knowledge, NamedPart, NamedValue
from value_index.matches import StoredValue
from value_index.schema import ColumnRef, Schema, limited, quoted, quoted_text

SOURCE = "evidence"
_PARTS = re.compile(r"(?:;|\.\s)(?=(?:[^']*'[^']*')*[^']*$)")
"""A semicolon, or the end of a sentence, outside quotes."""
_SAYS = re.compile(
    r"^\s*(?:the\s+)?(.+?)\s+(?:(?:refers?\s+to|means?|stands?\s+for|is\s+represented\s+by)\s+)+(.+?)\s*$", re.I | re.S
)
_IS_THE = re.compile(r"^\s*(.+?)\s+(?:is|are)\s+(?:the|a|an)\s+(.+?)\s*$", re.I | re.S)
_NAME = r"[`\"\[]?([A-Za-z_][\w ]*?)[`\"\]]?"
_COLUMN = re.compile(rf"^(?:the\s+)?(?:{_NAME}\.)?{_NAME}(?:\s+where\s.*)?$", re.I | re.S)
_EQUALS = re.compile(
    r"(?:[`\"\[]?([A-Za-z_]\w*)[`\"\]]?\.)?[`\"\[]?([A-Za-z_]\w*)[`\"\]]?\s*=\s*(?:'([^']*)'|\"([^\"]*)\")"
)
_EXTREME = re.compile(rf"\b(?:MAX|MIN)\((?:{_NAME}\.)?{_NAME}\)", re.I)
_JOINED = re.compile(r"(?:\w+\.)?(\w+)\s*=\s*(?:\w+\.)?(\w+)\b(?!\s*\()")


def read_evidence(text: str, database: Database) -> Knowledge:
    """Read what one question's evidence says; what is no column and no stored value is kept as a definition, in its own words.

    A value that the evidence names is taken only if its column holds it, and a column only if one table has it, or if its
    table is named.
    """
    found = Knowledge()
    for piece in filter(str.strip, _PARTS.split(text)):
        found = found.with_more(_piece(piece.strip(), database))
    return found


def _piece(piece: str, database: Database) -> Knowledge:
    schema, said, named = database.schema, _SAYS.match(piece), _IS_THE.match(piece)
    if said:
        words, what = said[1].strip(" '\""), said[2].strip(" .")
        values, joins = tuple(_values(words, what, database)), tuple(_roles(words, what, schema))
        column = _column(_COLUMN, what, schema) or _column(_EXTREME, what, schema)
        parts = (NamedPart(part=column, synonyms=(words,), source=SOURCE),) if column else ()
        if values or joins or parts:
            return Knowledge(parts=parts, values=values, joins=joins)
    elif named and (column := _column(_COLUMN, named[2].strip(" ."), schema)):
        value = _stored(column, named[1], database)
        if value is not None:
            return Knowledge(values=(NamedValue(column=column, value=value, words=named[1], source=SOURCE),))
    name = said[1].strip(" '\"") if said else piece
    return Knowledge(definitions=(Definition(name=name, text=" ".join(piece.split()), source=SOURCE),))


def _column(pattern: re.Pattern[str], text: str, schema: Schema) -> ColumnRef | None:
    match = pattern.search(text)
    found = _refs(match[1], match[2], schema) if match else []
    return found[0] if len(found) == 1 else None


def _values(words: str, text: str, database: Database) -> Iterator[NamedValue]:
    for table, name, single, double in _EQUALS.findall(text):
        for column in _refs(table, name, database.schema):
            value = _stored(column, single or double, database)
            if value is not None:
                yield NamedValue(column=column, value=value, words=words, source=SOURCE)


def _roles(words: str, text: str, schema: Schema) -> Iterator[JoinRole]:
    """Find the key that a condition between columns joins by: "eye_colour_id = colour.id"."""
    names = {name.lower() for pair in _JOINED.findall(text) for name in pair}
    keys = [key for key in schema.foreign_keys if key.source.column.lower() in names]
    if len(keys) == 1:
        yield JoinRole(source=keys[0].source, target=keys[0].target, names=(words,), origin=SOURCE)


def _stored(column: ColumnRef, written: str, database: Database) -> StoredValue | None:
    """Return a text as its column stores it, case aside; None if it does not."""
    dialect = database.schema.dialect
    name, text = quoted(column.column, dialect), quoted_text(written.strip().lower(), dialect)
    query = limited(f"SELECT {name} FROM {quoted(column.table, dialect)} WHERE lower({name}) = {text}", 1, dialect)
    found = database.execute(query, deadline=1.0, max_rows=1).rows
    value = found[0][0] if found else None
    return value if isinstance(value, str | int | float) else None


def _refs(table: str | None, column: str, schema: Schema) -> list[ColumnRef]:
    """Return the columns of a name, all of them where no table is named."""
    if table and schema.table(table):
        found = schema.column(table, column)
        return [found] if found else []
    return [found for each in schema.tables if (found := schema.column(each.name, column))]
