"""The layer rule and the fences hold, and the linter that says so can fail."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("agent", "nodes", "value_index", "eval", "training")


def lint(tree: Path) -> subprocess.CompletedProcess[str]:
    linter = Path(sys.executable).with_name("lint-imports")
    command = [str(linter), "--config", str(tree / "pyproject.toml"), "--no-cache"]
    return subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False, timeout=120)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the packages and of the contracts; the weights, 32 MB, import nothing."""
    folder = tmp_path_factory.mktemp("tree")
    for package in PACKAGES:
        ignored = shutil.ignore_patterns("__pycache__", "*.sqlite", "*.zip")
        shutil.copytree(ROOT / package, folder / package, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


@contextmanager
def planted(path: Path, line: str) -> Generator[None]:
    """Put a module into the tree for a while."""
    path.write_text(f"{line}\n", encoding="utf-8")
    try:
        yield
    finally:
        path.unlink()


def test_contracts_hold(tree: Path) -> None:
    done = lint(tree)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("package", ["nodes", "agent", "value_index"])
@pytest.mark.parametrize("line", ["import eval.gold", "from eval.runs.oracle import Oracle"])
def test_gold_cannot_be_imported_by_what_answers(tree: Path, package: str, line: str) -> None:
    with planted(tree / package / "leak.py", line):
        done = lint(tree)
    assert done.returncode == 1
    assert "1 broken" in done.stdout
    assert f"{package} is not allowed to import eval" in done.stdout


@pytest.mark.parametrize(
    ("package", "library"),
    [
        ("eval", "langgraph"),
        ("nodes", "aiosqlite"),
        ("agent", "sqlglot"),
        ("nodes", "rapidfuzz"),
        ("nodes", "openai"),
        ("eval", "torch"),
        ("agent", "vllm"),
        ("nodes", "onnxruntime"),
    ],
)
def test_a_library_stays_behind_its_fence(tree: Path, package: str, library: str) -> None:
    with planted(tree / package / "fence.py", f"import {library}"):
        done = lint(tree)
    assert done.returncode == 1
    assert "1 broken" in done.stdout
    assert f"{package} is not allowed to import {library}" in done.stdout


@pytest.mark.parametrize(
    ("room", "line", "told"),
    [
        ("value_index/text", "import value_index.index", "value_index.text is not allowed to import value_index.index"),
        ("nodes/sql", "import nodes.compact.grammar", "nodes.sql is not allowed to import nodes.compact"),
        ("eval/gold", "import eval.report.chart", "eval.gold is not allowed to import eval.report"),
        ("training/data", "import training.sft.config", "training.data is not allowed to import training.sft"),
    ],
)
def test_no_room_imports_upwards(tree: Path, room: str, line: str, told: str) -> None:
    with planted(tree / room / "upwards.py", line):
        done = lint(tree)
    assert done.returncode == 1
    assert told in done.stdout
