"""The table of cases names every case once, and tests that are there."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

from docs.generate.pages import ROOT

PAGE = ROOT / "docs" / "results" / "cases.md"
CASES = [
    *(f"H{n}" for n in range(1, 40)),
    *(f"R{n}" for n in range(1, 11)),
    *(f"M{n}" for n in range(1, 16)),
    *(f"L{n}" for n in range(1, 12)),
]
_ROW = re.compile(r"^\| ([HRML]\d+) \|.*\|$", re.M)
_TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


@cache
def functions_of(path: Path) -> frozenset[str]:
    """Return the names of the tests in a file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(each.name for each in tree.body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef))


def test_every_case_has_a_row() -> None:
    assert _ROW.findall(PAGE.read_text(encoding="utf-8")) == CASES


def test_every_named_test_exists() -> None:
    for row in _ROW.finditer(PAGE.read_text(encoding="utf-8")):
        named = _TEST.findall(row.group())
        assert named, row.group()
        assert [(path, name) for path, name in named if name not in functions_of(ROOT / path)] == [], row.group(1)
