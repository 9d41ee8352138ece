"""The wheel's build hook: the packages of the checkout, moved under `turnsql/` with their imports.

A checkout keeps `agent`, `nodes`, `eval`, `training` and `value_index` at its top; a wheel that did so would take those
names from whoever installs it. No module is listed here: what lies in the packages is copied.
"""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NAME = "turnsql"
PACKAGES = ("agent", "eval", "nodes", "training", "value_index")
FOLDERS = (*PACKAGES, "configs")
LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc", "*.sqlite", ".*")
"""What a checkout leaves beside its sources: the demo's databases are built where the wheel is used."""
COMMIT = "COMMIT"
"""Holds the commit of the sources, since neither an sdist nor a wheel has a Git repository."""
ASK_GIT = ("git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*")
START = f'''"""Conversational text-to-SQL: `python -m {NAME} --help`; the packages are {", ".join(PACKAGES)}."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from {NAME}.agent.notebook.answer import Answer
    from {NAME}.agent.notebook.session import OpenedDatabase, Session, open_database

__all__ = ["Answer", "OpenedDatabase", "Session", "main", "open_database"]


def __getattr__(name: str) -> Any:
    """Return a part of the Python API."""
    if name not in __all__:
        raise AttributeError(f"module {{__name__!r}} has no attribute {{name!r}}")
    from {NAME}.agent.notebook import answer, session

    return getattr(answer if name == "Answer" else session, name)


def main() -> None:
    """Run the `{NAME}` command."""
    from {NAME}.__main__ import main

    main()
'''
_MODULE = re.compile(rb"from\s+|import\s+")
_OURS = rf"({'|'.join(PACKAGES)})"
_NAMED = re.compile(rf"{_OURS}(\.\w+)+\Z|.*\b(from|import) {_OURS}\b[. ]", re.DOTALL)


class CustomBuildHook(BuildHookInterface):
    """Fills a work folder with what is shipped, and removes it at the end."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the renamed packages to a wheel, and the commit to an sdist; an editable install is the checkout itself."""
        self.work = Path(tempfile.mkdtemp(prefix=f"{NAME}-"))
        if version == "editable":
            return
        root = Path(self.root)
        if self.target_name == "sdist":
            path = self.work / COMMIT
            path.write_text(commit(root) + "\n", encoding="utf-8")
            build_data["force_include"][str(path)] = COMMIT
        else:
            rename(root, self.work)
            build_data["force_include"][str(self.work)] = NAME

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove the work folder."""
        shutil.rmtree(self.work, ignore_errors=True)


def rename(root: Path, target: Path) -> None:
    """Copy the packages and the configurations of a checkout to a folder that becomes the package `turnsql`."""
    for folder in FOLDERS:
        shutil.copytree(root / folder, target / folder, ignore=LEFT_OUT)
    shutil.copy(root / f"{NAME}.py", target / "__main__.py")
    for path in target.rglob("*.py"):
        path.write_bytes(prefixed(path.read_bytes(), str(path.relative_to(target))))
    (target / "__init__.py").write_text(START, encoding="utf-8")
    (target / "py.typed").touch()
    (target / COMMIT).write_text(commit(root) + "\n", encoding="utf-8")


def prefixed(source: bytes, name: str) -> bytes:
    """Put `turnsql.` before the absolute imports of our packages.

    >>> prefixed(b"from nodes.plan import Plan", "a.py")
    b'from turnsql.nodes.plan import Plan'

    Raises:
        ValueError: an import binds a package's own name, or a text names one of our modules.
    """
    tree = ast.parse(source, name)
    lines = source.splitlines(keepends=True)
    documented = {id(text) for text in _docstrings(tree)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documented:
            if _NAMED.match(node.value):
                raise ValueError(f"{name}:{node.lineno}: {node.value!r} names no module of the wheel: use __package__")
        elif _is_ours(node, name):
            line, column = lines[node.lineno - 1], node.col_offset
            found = _MODULE.match(line, column)
            assert found, f"{name}:{node.lineno}: no import"
            lines[node.lineno - 1] = line[: found.end()] + f"{NAME}.".encode() + line[found.end() :]
    return b"".join(lines)


def _is_ours(node: ast.AST, name: str) -> bool:
    """True if a node imports one of our packages by its full name."""
    if isinstance(node, ast.ImportFrom):
        return node.level == 0 and (node.module or "").split(".")[0] in PACKAGES
    if not isinstance(node, ast.Import) or not any(alias.name.split(".")[0] in PACKAGES for alias in node.names):
        return False
    if len(node.names) > 1 or node.names[0].asname is None:
        raise ValueError(f"{name}:{node.lineno}: write `from ... import ...`, which the wheel can rename")
    return True


def _docstrings(tree: ast.AST) -> Iterator[ast.expr]:
    """Yield the texts that stand as statements: they may name whatever they explain."""
    return (node.value for node in ast.walk(tree) if isinstance(node, ast.Expr))


def commit(root: Path) -> str:
    """Return the commit of the sources: what an sdist was made from, else what Git says; `unknown` if neither does."""
    if (root / COMMIT).is_file():
        return (root / COMMIT).read_text(encoding="utf-8").strip()
    if not (root / ".git").exists():
        return "unknown"
    try:
        return subprocess.run(ASK_GIT, cwd=root, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
