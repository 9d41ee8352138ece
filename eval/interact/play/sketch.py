"""sketch: a SQLite database made of what the benchmark shows of one: its CREATE TABLE text and the first rows of each table.

The agent plans over it in place of the real database, which it may not see but through tools that cost coins.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from value_index.schema import quoted

_CREATE = re.compile(r'CREATE TABLE\s+(?:IF NOT EXISTS\s+)?("[^"]+"|`[^`]+`|[\w.]+)\s*\(', re.I)
_KEY = re.compile(r"^(?:CONSTRAINT\s+\S+\s+)?PRIMARY KEY\s*\((.*)\)", re.I | re.S)
_FOREIGN = re.compile(
    r'^(?:CONSTRAINT\s+\S+\s+)?FOREIGN KEY\s*\((.*?)\)\s*REFERENCES\s+("[^"]+"|`[^`]+`|[\w.]+)\s*(?:\((.*?)\))?',
    re.I | re.S,
)
_INLINE = re.compile(r'\bREFERENCES\s+("[^"]+"|`[^`]+`|[\w.]+)\s*(?:\((.*?)\))?', re.I)
_COLUMN = re.compile(r'^("[^"]+"|`[^`]+`|\[[^\]]+\]|\w+)\s*(.*)$', re.S)
_NO_COLUMN = ("unique", "check", "constraint", "exclude", "index", "key")
_TYPE_END = re.compile(r"\b(?:NOT|NULL|DEFAULT|PRIMARY|REFERENCES|UNIQUE|CHECK|COLLATE|GENERATED|CONSTRAINT)\b", re.I)
_RULE = re.compile(r"^[-\s]*-{2,}[-\s]*$")
_NUMBER = re.compile(r"int|numeric|decimal|real|double|float|serial|money", re.I)
_NOTHING = ("", "None", "NULL", "nan", "NaN")


@dataclass(frozen=True)
class SketchedTable:
    """One table of a schema text."""

    name: str
    columns: tuple[tuple[str, str], ...]
    """Name and type of each."""
    primary: tuple[str, ...]
    foreign: tuple[tuple[tuple[str, ...], str, tuple[str, ...]], ...]
    """Columns, the table they lead to, and its columns; () if the text names none."""
    rows: tuple[tuple[str | int | float | None, ...], ...]


def sketch(text: str, path: Path) -> Path:
    """Write the database of a schema text to a new file, and return it; a table that is cut off in the text is left out."""
    tables = list(read_schema_text(text))
    names = {table.name.lower() for table in tables}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as connection:
        for table in tables:
            connection.execute(_ddl(table, names))
            marks = ", ".join("?" * len(table.columns))
            connection.executemany(f"INSERT OR IGNORE INTO {quoted(table.name)} VALUES ({marks})", table.rows)
        connection.commit()
    return path


def read_schema_text(text: str) -> Iterator[SketchedTable]:
    """Yield the tables of a schema text with the rows behind each."""
    found = list(_CREATE.finditer(text))
    for match, after in zip(found, [*found[1:], None], strict=True):
        body, end = _in_brackets(text, match.end())
        if body is None:
            continue
        yield _table(_bare(match[1].split(".")[-1]), body, text[end : after.start() if after else len(text)])


def _table(name: str, body: str, behind: str) -> SketchedTable:
    columns: dict[str, str] = {}
    primary: tuple[str, ...] = ()
    foreign: list[tuple[tuple[str, ...], str, tuple[str, ...]]] = []
    for part in _parts(body):
        if key := _KEY.match(part):
            primary = _names(key[1])
        elif link := _FOREIGN.match(part):
            foreign.append((_names(link[1]), _bare(link[2].split(".")[-1]), _names(link[3] or "")))
        elif (column := _COLUMN.match(part)) and column[1].lower() not in _NO_COLUMN:
            own, rest = _bare(column[1]), column[2]
            columns[own] = _type(rest)
            primary = (own,) if re.search(r"\bPRIMARY\s+KEY\b", rest, re.I) else primary
            if link := _INLINE.search(rest):
                foreign.append(((own,), _bare(link[1].split(".")[-1]), _names(link[2] or "")))
    return SketchedTable(name, tuple(columns.items()), primary, tuple(foreign), tuple(_rows(behind, columns)))


def _ddl(table: SketchedTable, known: set[str]) -> str:
    parts = [f"{quoted(name)} {kind}" for name, kind in table.columns]
    if table.primary:
        parts.append(f"PRIMARY KEY ({_list(table.primary)})")
    for columns, target, theirs in table.foreign:
        if target.lower() in known:
            parts.append(
                f"FOREIGN KEY ({_list(columns)}) REFERENCES {quoted(target)}"
                + (f" ({_list(theirs)})" if theirs else "")
            )
    return f"CREATE TABLE {quoted(table.name)} ({', '.join(parts)})"


def _rows(text: str, columns: dict[str, str]) -> Iterator[tuple[str | int | float | None, ...]]:
    """Yield the rows of a table printed with a rule of dashes under its heads."""
    lines = text.splitlines()
    rule = next((at for at, line in enumerate(lines) if at and _RULE.match(line)), None)
    if rule is None:
        return
    places = [match.span() for match in re.finditer(r"-+", lines[rule])]
    heads = [lines[rule - 1][start:end].strip().lower() for start, end in places]
    kinds = {name.lower(): kind for name, kind in columns.items()}
    if heads != list(kinds):
        return
    for line in lines[rule + 1 :]:
        if not line.strip() or line.startswith("...") or _CREATE.match(line):
            return
        ends = [start for start, _ in places[1:]] + [len(line) + 1]
        cells = [line[start:end].strip() for (start, _), end in zip(places, ends, strict=True)]
        yield tuple(_cell(cell, kinds[head]) for cell, head in zip(cells, heads, strict=True))


def _cell(text: str, kind: str) -> str | int | float | None:
    if text in _NOTHING:
        return None
    if _NUMBER.search(kind):
        try:
            return int(text) if re.fullmatch(r"[-+]?\d+", text) else float(text)
        except ValueError:
            return text
    return text


def _in_brackets(text: str, start: int) -> tuple[str | None, int]:
    """Return what stands between a bracket that is open and its end, and where that is; None if the text ends before."""
    depth, quote = 1, ""
    for at in range(start, len(text)):
        letter = text[at]
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"`":
            quote = letter
        elif letter == "(":
            depth += 1
        elif letter == ")" and (depth := depth - 1) == 0:
            return text[start:at], at + 1
    return None, len(text)


def _parts(body: str) -> Iterator[str]:
    """Cut at the commas outside brackets and quotes."""
    depth, quote, start = 0, "", 0
    for at, letter in enumerate(body):
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"`":
            quote = letter
        elif letter in "()":
            depth += 1 if letter == "(" else -1
        elif letter == "," and depth == 0:
            yield body[start:at].strip()
            start = at + 1
    yield body[start:].strip()


def _type(rest: str) -> str:
    end = _TYPE_END.search(rest)
    words = re.sub(r"[^\w\s(),]", "", rest[: end.start()] if end else rest)
    return " ".join(words.replace("USERDEFINED", "text").split())


def _names(text: str) -> tuple[str, ...]:
    return tuple(_bare(name) for name in text.split(",") if name.strip())


def _bare(name: str) -> str:
    return name.strip().strip('"`[]')


def _list(names: tuple[str, ...]) -> str:
    return ", ".join(map(quoted, names))
