"""group_of: the rows of a table that a definition says in words: "a customer with at least 4 sales"."""

from __future__ import annotations

import re
from collections.abc import Callable

from nodes.knowledge.defined.bounds import Bound, bound_in
from nodes.knowledge.defined.reader import Figure, Group, Reader, plain, stems
from nodes.sql.errors import SQLError
from nodes.sql.fragments import condition
from value_index.schema import Table, quoted_text

_CUT = re.compile(r"\s*,\s*(?:and\s+)?|\s+and\s+|\s+(?=(?:who|that|which|whose|where)\b)", re.I)
_LEAD = re.compile(
    r"^(?:(?:that|who|which|whose|where|with|having|have|has|had|is|are|was|were|a|an|the|its|their)\s+)+", re.I
)
_ABSENT = re.compile(r"^(?:without|no|not any|lacks?|lacking)\s+(?:a\s+|an\s+|any\s+)?(?P<what>.+)$", re.I)
_NOT_DONE = re.compile(r"^(?:not|never)\s+(?P<what>\w+)$", re.I)
_DATED = re.compile(
    r"^(?P<what>\w+)\s+(?P<said>before|after|since|from|in|until)\s+(?P<when>\d{4}(?:-\d{2}-\d{2})?)(?P<open>\s+or\s+(?:later|after|earlier|before))?$",
    re.I,
)
_DATES = {"before": "<", "after": ">", "since": ">=", "from": ">=", "until": "<="}
_IS = re.compile(r"^(?P<what>.+?)\s+(?:is|are|was|equals)\s+(?P<no>not\s+)?(?P<value>.+)$", re.I)
_ROLE = re.compile(r"^(?P<what>[\w ]+?)\s+of$", re.I)
_DIFFERENT = re.compile(r"^(?:different|distinct|various)\s+", re.I)
_FILLED = re.compile(r"\s+(?:in all|in total|overall|on average)$", re.I)
_CALCULATES = re.compile(
    r"\b(?:divided by|times|plus|minus)\b|^(?:the\s+)?(?:sum|average|number|total|mean)\s+of\b", re.I
)
_LONGEST_NAME = 4
_LONGEST_UNIT = 3
"""Words that may stand behind a number and say what is counted."""
Read = Callable[[str, Table, Reader], "str | None"]


def group_of(words: str, reader: Reader) -> Group | None:
    """Return the table and the condition on its rows; None if words say none that the schema bears out."""
    if _CALCULATES.search(words):
        return None
    parts = plain(words).split()
    for end in range(min(_LONGEST_NAME, len(parts)), 0, -1):
        head, tail = " ".join(parts[:end]), " ".join(parts[end:])
        group = _named(head, reader)
        if group and (table := reader.schema.table(group.table)):
            more = _conditions(tail, table, reader) if tail else []
            if more is None:
                continue
            written = " AND ".join([*([group.condition] if group.condition else []), *more])
            return _checked(Group(group.table, written), reader)
    return _of_measure(words, reader)


def _named(head: str, reader: Reader) -> Group | None:
    if known := reader.meaning(head):
        return group_of(*known)
    table = reader.table(head)
    if table:
        return Group(table.name, "")
    value, _, noun = head.partition(" ")
    kept = reader.table(noun) if noun else None
    column = reader.holder(value, kept) if kept else None
    return Group(kept.name, f"{column} = {quoted_text(value, reader.schema.dialect)}") if kept and column else None


def _of_measure(words: str, reader: Reader) -> Group | None:
    """Read "a delay of more than 60 minutes": rows of the one table that has such a column."""
    bound = bound_in(plain(words))
    if bound is None or not bound.left or not bound.right:
        return None
    said = f"{bound.left.removesuffix(' of')} {bound.right}"
    found = [(table, each) for table in reader.schema.tables if (each := reader.column(said, table))]
    if len(found) != 1:
        return None
    table, column = found[0]
    return _checked(Group(table.name, f"{reader.name(column, table)} {bound.operator} {bound.number}"), reader)


def _checked(group: Group, reader: Reader) -> Group | None:
    try:
        if group.condition:
            condition(group.condition, reader.schema, group.table)
    except SQLError:
        return None
    return group


def _conditions(tail: str, table: Table, reader: Reader) -> list[str] | None:
    """Read every part of what stands behind the noun; None if one of them says nothing that is known."""
    found = [_condition(piece, table, reader) for piece in _CUT.split(tail) if piece.strip()]
    if found and all(found):
        return [each for each in found if each]
    whole = _condition(tail, table, reader)
    return [whole] if whole else None


def _condition(words: str, table: Table, reader: Reader) -> str | None:
    text = _LEAD.sub("", words.strip(" .;"))
    return next((found for read in _FORMS if (found := read(text, table, reader))), None)


def _absent(words: str, table: Table, reader: Reader) -> str | None:
    """Read "without an alliance", "no insurer", "not left": a column that is empty, or rows that nothing refers to."""
    found = _ABSENT.match(words) or _NOT_DONE.match(words)
    if found is None:
        return None
    said = stems(found["what"])
    named = [each for each in table.columns if said and said[0] in stems(each.natural_name)]
    other = reader.table(found["what"])
    if other and (keys := reader.keys(table.name, other.name)):
        return f"{reader.name(keys[0], table)} IS NULL"
    if other and (keys := reader.keys(other.name, table.name)) and (key := reader.key(table)):
        inner = reader.name(keys[0], other)
        return f'{key} NOT IN (SELECT {inner} FROM "{other.name}" WHERE {inner} IS NOT NULL)'
    return f"{reader.name(named[0], table)} IS NULL" if len(named) == 1 else None


def _dated(words: str, table: Table, reader: Reader) -> str | None:
    """Read "published before 2015-01-01", "founded in 2000 or later": the column of that verb, or the one date."""
    found = _DATED.match(words)
    if found is None:
        return None
    verb, when = stems(found["what"]), found["when"]
    whole = len(when) > 4
    kind = "time" if whole else "number"
    named = [each for each in table.columns if verb and verb[0] in stems(each.natural_name) and each.kind == kind]
    dates = named or [each for each in table.columns if each.kind == kind]
    if len(dates) != 1:
        return None
    later = (found["open"] or "").strip().lower()
    operator = (
        (">=" if later.endswith(("later", "after")) else "<=") if later else _DATES.get(found["said"].lower(), "=")
    )
    return f"{reader.name(dates[0], table)} {operator} {quoted_text(when, reader.schema.dialect) if whole else when}"


def _bounded(words: str, table: Table, reader: Reader) -> str | None:
    """Read a comparison with a number: of a column, of how many rows refer to this one, or of a figure."""
    bound = bound_in(words)
    if bound is None:
        return None
    if role := _ROLE.match(bound.left):
        return _referring(role["what"], bound, table, reader)
    return _of_figure(bound, table, reader) if bound.left not in ("", "of") else _of_things(bound, table, reader)


def _referring(role: str, bound: Bound, table: Table, reader: Reader) -> str | None:
    """Read "is the origin of at least 6 routes": rows of another table refer to this one by that column."""
    other, key = reader.table(bound.right), reader.key(table)
    column = reader.column(role, other) if other else None
    if other is None or key is None or column is None or column.name not in reader.keys(other.name, table.name):
        return _of_figure(bound._replace(left=role), table, reader)
    inner = reader.name(column, other)
    counted = f'SELECT {inner} FROM "{other.name}" GROUP BY {inner} HAVING COUNT(*) {bound.operator} {bound.number}'
    return f"{key} IN ({counted})"


def _of_figure(bound: Bound, table: Table, reader: Reader) -> str | None:
    from nodes.knowledge.defined.figures import figure_of

    if len(bound.right.split()) > _LONGEST_UNIT:
        return None
    said = re.sub(r"\s+(?:is|are|of)$", "", bound.left, flags=re.I)
    figure = figure_of(said, reader, table)
    return reader.rows_whose(table, figure, f"{bound.operator} {bound.number}") if figure else None


def _of_things(bound: Bound, table: Table, reader: Reader) -> str | None:
    said, comparison = _FILLED.sub("", bound.right), f"{bound.operator} {bound.number}"
    each = _DIFFERENT.sub("", said)
    if counted := _counted(each, different=each != said, table=table, reader=reader):
        return reader.rows_whose(table, counted, comparison)
    own = reader.measure(said, table, (table,))
    column = reader.name(own[1], table) if own else bound.left and _only_measure(said, table, reader)
    if column:
        return f"{column} {comparison}"
    if bound.right.lower().endswith("on average"):
        found = [(t, c) for t in reader.schema.tables if (c := reader.column(said, t))]
        if len(found) == 1:
            figure = Figure(f"AVG({reader.name(found[0][1], found[0][0])})", (found[0][0].name,), aggregated=True)
            return reader.rows_whose(table, figure, comparison)
    return None


def _counted(words: str, *, different: bool, table: Table, reader: Reader) -> Figure | None:
    """Count the rows of another table; those that several of its rows lead to once."""
    if not 0 < len(words.split()) <= _LONGEST_UNIT:
        return None
    group = group_of(words, reader) or group_of(words.split()[0], reader)
    other = reader.schema.table(group.table) if group else None
    if group is None or other is None or other.name == table.name:
        return None
    key = reader.key(other)
    once = different and key is not None
    return Figure(
        f"COUNT(DISTINCT {key})" if once else "COUNT(*)", (other.name,), aggregated=True, where=group.condition
    )


def _only_measure(said: str, table: Table, reader: Reader) -> str | None:
    """Return the one figure of a table whose unit is said in a word that names nothing else: "5 million people"."""
    figures = [each for each in table.columns if each.kind == "number" and each.name not in table.primary_key]
    free = [each for each in figures if not each.name.lower().endswith("id")]
    return reader.name(free[0], table) if len(free) == 1 and len(said.split()) == 1 else None


def _valued(words: str, table: Table, reader: Reader) -> str | None:
    """Read "status is not cancelled", "status is cancelled or no-show"."""
    found = _IS.match(words)
    column = reader.column(found["what"], table) if found else None
    if found is None or column is None:
        return None
    values = [each.strip(" '\"") for each in re.split(r"\s+or\s+|\s*,\s*", found["value"])]
    if any(len(each.split()) > 3 or not each for each in values):
        return None
    written = ", ".join(quoted_text(each, reader.schema.dialect) for each in values)
    if len(values) > 1:
        return f"{reader.name(column, table)} {'NOT IN' if found['no'] else 'IN'} ({written})"
    return f"{reader.name(column, table)} {'<>' if found['no'] else '='} {written}"


_FORMS: tuple[Read, ...] = (_absent, _dated, _bounded, _valued)
"""The readers, in the order in which they are tried."""
