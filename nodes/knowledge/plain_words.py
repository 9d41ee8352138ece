"""condition_of, expression_of and column_of: a condition or a calculation said in words, as SQL over one table.

"delay minutes more than 60 and status is not cancelled" over flights is `delay_minutes > 60 AND status <> 'cancelled'`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from nodes.lexical.utterance import name_words, stem
from value_index.schema import Column, ColumnRef, Schema, Table, quoted, quoted_text
from value_index.text.comparison_words import COMPARISONS

_COMPARED = (
    ("is none of", "NOT IN"), ("is one of", "IN"), ("is not known", "IS NULL"), ("is unknown", "IS NULL"), ("is known", "IS NOT NULL"),
    ("is not", "<>"), *COMPARISONS.items(), ("equals", "="), ("is", "="), ("are", "="),
)  # fmt: skip
"""Words of a comparison with its operator, the longer before what they begin with."""
_COMPARISON = re.compile(
    rf"^(?:the\s+|those\s+(?:whose|where|with)\s+|whose\s+|with\s+)?(.+?)\s+(?:(?:is|are)\s+)?({'|'.join(words for words, _ in _COMPARED)})\b\s*(.*)$",
    re.I,
)  # fmt: skip
_BETWEEN = re.compile(r"^(.+?)\s+(?:is\s+)?between\s+(\S+)\s+and\s+(\S+)$", re.I)
_JOINED = re.compile(r"\s+(and|or)\s+(?!\S+$(?<=\d))", re.I)
_NUMBER = re.compile(r"^-?\d+(?:\.\d+)?$")
_SIGNS = ((r"\btimes\b", "*"), (r"\bdivided by\b", "/"), (r"\bover\b", "/"), (r"\bplus\b", "+"), (r"\bminus\b", "-"))
_PARTS = re.compile(r"(\s[-+*/]\s)")


def condition_of(words: str, schema: Schema, tables: Sequence[Table] = ()) -> tuple[str, str] | None:
    """Return the table and the condition on its rows that words say; None if no one table has all the columns.

    Args:
        tables: the only ones that count, unless empty.
    """
    for table in tables or schema.tables:
        found = _condition(words.strip(" ."), table, schema)
        if found:
            return table.name, found
    return None


def column_of(words: str, schema: Schema) -> ColumnRef | None:
    """Return the one column that words call by its name; None if they call none so, or several."""
    found = [
        ColumnRef(table=table.name, column=column.name) for table in schema.tables if (column := _column(words, table))
    ]
    return found[0] if len(found) == 1 else None


def expression_of(words: str, schema: Schema) -> str | None:
    """Return the calculation over columns of one table that words say; None if they say none."""
    text = words.strip(" .")
    for said, sign in _SIGNS:
        text = re.sub(said, sign, text, flags=re.I)
    pieces = _PARTS.split(text)
    if len(pieces) < 3:
        return None
    for table in schema.tables:
        parts = [piece if at % 2 else _operand(piece, table, schema) for at, piece in enumerate(pieces)]
        if all(parts):
            return "".join(map(str, parts))
    return None


def _condition(words: str, table: Table, schema: Schema) -> str | None:
    if match := _BETWEEN.match(words):
        column = _column(match[1], table)
        return (
            f"{quoted(column.name, schema.dialect)} BETWEEN {_value(match[2], schema)} AND {_value(match[3], schema)}"
            if column
            else None
        )
    written: list[str] = []
    for at, piece in enumerate(_JOINED.split(words)):
        part = piece.upper() if at % 2 else _comparison(piece, table, schema)
        if part is None:
            return None
        written.append(part)
    return " ".join(written)


def _comparison(words: str, table: Table, schema: Schema) -> str | None:
    match = _COMPARISON.match(words.strip())
    column = _column(match[1], table) if match else None
    if match is None or column is None:
        return None
    operator, value = dict(_COMPARED)[match[2].lower()], match[3].strip(" '\"")
    name = f"{quoted(table.name, schema.dialect)}.{quoted(column.name, schema.dialect)}"
    if "NULL" in operator:
        return f"{name} {operator}"
    if not value or len(value.split()) > 5:
        return None
    if "IN" in operator:
        listed = [each for each in re.split(r"\s*,\s*|\s+or\s+|\s+and\s+|\s+", value) if each]
        return f"{name} {operator} ({', '.join(_value(each, schema) for each in listed)})"
    return f"{name} {operator} {_value(value, schema)}"


def _operand(words: str, table: Table, schema: Schema) -> str | None:
    said = words.strip(" ()")
    column = _column(said, table)
    if column is None:
        return said if _NUMBER.match(said) else None
    return f"{quoted(table.name, schema.dialect)}.{quoted(column.name, schema.dialect)}"


def _column(words: str, table: Table) -> Column | None:
    """Return the column that words call by its name, endings aside; "its", "the" and the table's name may stand before."""
    said = [stem(word) for word in name_words(re.sub(r"^(?:its|their|the|a|an)\s+", "", words.strip(), flags=re.I))]
    named = [column for column in table.columns if said in list(_names(column, table))]
    return named[0] if len(named) == 1 else None


def _names(column: Column, table: Table) -> Iterator[list[str]]:
    for name in (column.natural_name, column.name):
        stems = [stem(word) for word in name_words(name)]
        yield stems
        yield [*(stem(word) for word in name_words(table.natural_name)), *stems]


def _value(words: str, schema: Schema) -> str:
    text = words.strip(" '\"")
    return text if _NUMBER.match(text) else quoted_text(text, schema.dialect)
