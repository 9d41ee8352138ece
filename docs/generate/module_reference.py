"""The reference of modules: the first docstring line of every module, folder by folder."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

PACKAGES = ("value_index", "nodes", "agent", "eval", "training")
"""The packages in the order in which one may import the one before it."""

HEAD = """# Modules

What every module is for, folder by folder, in the order of the layer rule: a package imports only the packages above
it on this page. [Architecture](../explanation/architecture.md) says why.

This page is generated from the modules' docstrings by `make docs`: do not edit it.
"""


def module_reference(root: Path) -> str:
    """Return the page: a section for each folder, a line for each module."""
    folders = [folder for package in PACKAGES for folder in _folders(root / package)]
    return HEAD + "".join(_section(root, folder) for folder in folders)


def first_line(module: Path) -> str:
    """Return the first line of a module's docstring; "" if it has none."""
    told = ast.get_docstring(ast.parse(module.read_text("utf-8")))
    return told.splitlines()[0] if told else ""


def modules_of(root: Path) -> Iterator[Path]:
    """Yield every module of the packages, `turnsql.py` first."""
    yield root / "turnsql.py"
    for package in PACKAGES:
        for folder in _folders(root / package):
            yield from sorted(folder.glob("*.py"))


def _folders(package: Path) -> Iterable[Path]:
    return sorted({module.parent for module in package.rglob("*.py")})


def _section(root: Path, folder: Path) -> str:
    name = folder.relative_to(root).as_posix()
    init = folder / "__init__.py"
    told = first_line(init) if init.is_file() else ""
    lines = [f"| `{module.name}` | {first_line(module)} |" for module in sorted(folder.glob("*.py")) if module != init]
    level = "#" * min(2 + name.count("/"), 4)
    table = "\n".join(("| module | what it is for |", "| --- | --- |", *lines))
    return f"\n{level} {name}/\n\n{told}\n\n{table}\n" if lines else f"\n{level} {name}/\n\n{told}\n"
