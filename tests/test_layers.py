"""The layer rule and the fences hold, and the linter that says so can fail."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("agent", "nodes", "value_index", "eval", "training")


def lint(tree: Path) -> subprocess.CompletedProcess[str]:
    linter = Path(sys.executable).with_name("lint-imports")
    command = [str(linter), "--config", str(tree / "pyproject.toml"), "--no-cache"]
    return subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False, timeout=120)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the packages and of the contracts."""
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__", "*.sqlite"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_contracts_hold(tree: Path) -> None:
    done = lint(tree)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("package", ["nodes", "agent", "value_index"])
@pytest.mark.parametrize("line", ["import eval.gold", "from eval.oracle import Oracle"])
def test_gold_cannot_be_imported_by_what_answers(tree: Path, package: str, line: str) -> None:
    (tree / package / "leak.py").write_text(f"{line}\n", encoding="utf-8")
    (tree / "eval" / "gold.py").touch()
    (tree / "eval" / "oracle.py").touch()
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
    (tree / package / "fence.py").write_text(f"import {library}\n", encoding="utf-8")
    done = lint(tree)
    assert done.returncode == 1
    assert "1 broken" in done.stdout
    assert f"{package} is not allowed to import {library}" in done.stdout
