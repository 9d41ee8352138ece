"""What answers knows nothing of the dev databases: no literal is an identifier or value that only they have.

Whole literals are compared, without case. Exempt are strings under four characters and dictionary words; since no word list
can be counted on, the dictionary is every word of the training files (questions, replies, SQL) and of the training schemas,
and Python's own names and those of the libraries in use.
"""

from __future__ import annotations

import ast
import builtins
import json
import keyword
import re
import sqlite3
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from eval.datasets import followed

ROOT = Path(__file__).parent.parent
CODE = ("nodes", "value_index", "agent")
QUESTION_FILES = (
    "cosql_dataset/sql_state_tracking/cosql_{}.json",
    "sparc/{}.json",
    "spider_data/{}.json",
    "spider_data/{}_spider.json",
    "spider_data/{}_others.json",
)
TRAINING_FILES = (
    *(name.format("train") for name in QUESTION_FILES),
    "cosql_dataset/dialogues/cosql_dialogues_train.json",
    "qda_sql/qdasql_train.json",
)
WORD = re.compile(r"[a-z]+")
SHORTEST = 4

pytestmark = pytest.mark.data


def literals() -> dict[str, str]:
    """Every string literal of the packages that answer and of their configs, folded, with a file it stands in."""
    found: dict[str, str] = {}
    for package in CODE:
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    found.setdefault(fold(node.value), str(path.relative_to(ROOT)))
    for path in sorted((ROOT / "configs").rglob("*.toml")):
        for text in strings(tomllib.loads(path.read_text(encoding="utf-8"))):
            found.setdefault(fold(text), str(path.relative_to(ROOT)))
    for package in (*CODE, "configs"):
        for path in sorted((ROOT / package).rglob("*.json")):
            for text in strings(json.loads(path.read_text(encoding="utf-8"))):
                found.setdefault(fold(text), str(path.relative_to(ROOT)))
    return found


def strings(value: Any) -> Iterator[str]:
    """Every string inside parsed TOML or JSON, keys included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from (key, *strings(inner))
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)


def fold(text: str) -> str:
    return " ".join(text.casefold().split())


def questions(data: Path, split: str) -> list[dict[str, Any]]:
    """The rows of every file of a split."""
    paths = [data / name.format(split) for name in QUESTION_FILES]
    return [row for path in paths if path.is_file() for row in json.loads(path.read_text(encoding="utf-8"))]


def databases(rows: Iterable[dict[str, Any]]) -> set[str]:
    return {row.get("db_id") or row["database_id"] for row in rows}


def identifiers(data: Path, ids: set[str]) -> set[str]:
    """Names of databases, tables and columns, original and natural, folded."""
    tables = json.loads(followed(data / "spider_data" / "tables.json").read_text(encoding="utf-8"))
    names = set(ids)
    for entry in tables:
        if entry["db_id"] in ids:
            names |= {*entry["table_names"], *entry["table_names_original"]}
            names |= {column for key in ("column_names", "column_names_original") for _, column in entry[key]}
    return {fold(name) for name in names}


def values(data: Path, ids: set[str]) -> Iterator[str]:
    """Every distinct text value of some databases, folded."""
    for database_id in sorted(ids):
        path = data / "database" / database_id / f"{database_id}.sqlite"
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            connection.text_factory = lambda raw: raw.decode(errors="replace")
            tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            for table in tables:
                for column in [row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')]:
                    query = f'SELECT DISTINCT "{column}" FROM "{table}" WHERE typeof("{column}") = \'text\''
                    yield from (fold(row[0]) for row in connection.execute(query))


def words(data: Path, names: set[str]) -> set[str]:
    """The dictionary: words of the training files and schemas, Python's own names and the libraries'."""
    paths = [data / name for name in TRAINING_FILES]
    texts = [*(path.read_text(encoding="utf-8") for path in paths if path.is_file()), *names]
    found = {word for text in texts for word in WORD.findall(text.casefold())}
    required = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    libraries = (re.split(r"[^\w-]", requirement)[0] for requirement in required)
    return found | {fold(name) for name in (*keyword.kwlist, *dir(builtins), *libraries)}


def dev_only(candidates: Iterable[str], data: Path) -> set[str]:
    """Return the candidates that occur in the dev databases, in no training database, and are no dictionary words."""
    dev, training = questions(data, "dev"), questions(data, "train")
    dev_ids, training_ids = databases(dev), databases(training)
    assert len(dev_ids) == 20
    assert not dev_ids & training_ids
    known = identifiers(data, training_ids)
    suspects = {text for text in candidates if len(text) >= SHORTEST} - known - words(data, known)
    suspects &= identifiers(data, dev_ids) | set(values(data, dev_ids))
    return suspects - set(values(data, training_ids)) if suspects else suspects


def test_no_literal_occurs_only_in_the_dev_databases(data_folder: Path) -> None:
    found = literals()
    assert {text: found[text] for text in dev_only(found, data_folder)} == {}


def test_the_audit_finds_what_it_looks_for(data_folder: Path) -> None:
    """Of a dev table's name, a dev value, and words that training has too, it finds the first two."""
    planted = {"singer_in_concert", "capital plaza museum", "students", "name"}
    assert dev_only(planted, data_folder) == {"singer_in_concert", "capital plaza museum"}
