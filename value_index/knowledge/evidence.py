"""read_evidence: BIRD's evidence of one question as knowledge: "blue eyes refers to colour = 'Blue'; race refers to race.race"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from value_index.database import Database
from value_index.knowledge.store import Definition, Knowledge, NamedPart, NamedValue
from value_index.knowledge.stored_codes import stored_codes
from value_index.schema import ColumnRef, Schema

SOURCE = "evidence"
_PARTS = re.compile(r";(?=(?:[^']*'[^']*')*[^']*$)")
"""A semicolon outside quotes."""
_SAYS = re.compile(
    r"^\s*(?:the\s+)?(.+?)\s+(?:refers?\s+to|means?|stands?\s+for|is\s+represented\s+by)\s+(.+?)\s*$", re.I | re.S
)
_NAME = r"[`\"\[]?([A-Za-z_][\w ]*?)[`\"\]]?"
_COLUMN = re.compile(rf"^(?:the\s+)?(?:{_NAME}\.)?{_NAME}$")
_EQUALS = re.compile(
    rf"^(?:the\s+)?(?:{_NAME}\.)?{_NAME}\s*=\s*(?:'([^']*)'|\"([^\"]*)\"|([\w.+-]+))(?:\s+(?:where|and)\s.*)?$",
    re.I | re.S,
)


def read_evidence(text: str, database: Database) -> Knowledge:
    """Read what one question's evidence says; what is no column and no stored value is kept as a definition, in its own words.

    A value that the evidence names is taken only if its column holds it, and a column only if one table has it, or if its
    table is named.
    """
    parts: list[NamedPart] = []
    values: list[NamedValue] = []
    told: list[Definition] = []
    for piece in filter(str.strip, _PARTS.split(text)):
        said = _SAYS.match(piece)
        words, what = (said[1].strip(" '\""), said[2]) if said else ("", piece)
        if said and (column := _column(what, database.schema)):
            parts.append(NamedPart(part=column, synonyms=(words,), source=SOURCE))
        elif said and (found := list(_values(words, what, database))):
            values += found
        else:
            told.append(Definition(name=words or piece.strip(), text=" ".join(piece.split()), source=SOURCE))
    return Knowledge(parts=tuple(parts), values=tuple(values), definitions=tuple(told))


def _column(text: str, schema: Schema) -> ColumnRef | None:
    match = _COLUMN.match(text)
    found = _refs(match[1], match[2], schema) if match else []
    return found[0] if len(found) == 1 else None


def _values(words: str, text: str, database: Database) -> Iterator[NamedValue]:
    match = _EQUALS.match(text)
    if match is None:
        return
    written = next(part for part in match.groups()[2:] if part is not None)
    for column in _refs(match[1], match[2], database.schema):
        codes = stored_codes(column, database)
        if written.casefold() in codes:
            yield NamedValue(column=column, value=codes[written.casefold()], words=words, source=SOURCE)


def _refs(table: str | None, column: str, schema: Schema) -> list[ColumnRef]:
    """Return the columns of a name, all of them where no table is named."""
    if table:
        found = schema.column(table, column)
        return [found] if found else []
    return [found for each in schema.tables if (found := schema.column(each.name, column))]
