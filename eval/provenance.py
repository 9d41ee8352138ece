"""The provenance of a run's figures: the checkout and the versions that can change a result."""

from __future__ import annotations

import platform
import sqlite3
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from value_index.files.folders import ROOT

BUILT_FROM = "COMMIT"
"""Lies in a wheel and in an sdist; hatch_build.py writes it."""
LIBRARIES = ("turnsql", "langgraph", "openai", "pydantic", "rapidfuzz", "sqlglot", "onnxruntime")


def commit(root: Path = ROOT) -> str:
    """Return the checkout's commit, `-dirty` if tracked files differ from it; of a wheel, the commit it was built from."""
    if (root / BUILT_FROM).is_file():
        return (root / BUILT_FROM).read_text(encoding="utf-8").strip()
    if not (root / ".git").exists():
        return "unknown"
    head = _git(root, "rev-parse", "HEAD")
    if head is None:
        return "unknown"
    return f"{head}-dirty" if _git(root, "status", "--porcelain", "--untracked-files=no") else head


def versions() -> dict[str, str]:
    """Return the versions of Python, SQLite and the libraries that are installed."""
    found = {"python": platform.python_version(), "sqlite": sqlite3.sqlite_version}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _git(root: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
