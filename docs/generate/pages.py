"""The pages of the documentation: which there are, and which are made from the code."""

from __future__ import annotations

from pathlib import Path

from docs.generate.cli_reference import cli_reference
from docs.generate.config_reference import config_reference, suite_reference
from docs.generate.figures import fill, read_figures
from docs.generate.module_reference import module_reference
from turnsql import app

ROOT = Path(__file__).resolve().parents[2]
REFERENCES = ("cli.md", "config.md", "modules.md", "suite-file.md")
"""Pages of `docs/reference` that nobody writes by hand."""


def prose(root: Path) -> list[Path]:
    """Return the pages that people write: README.md and those of `docs/`."""
    made = {root / "docs" / "reference" / name for name in REFERENCES}
    return [root / "README.md", *(path for path in sorted((root / "docs").rglob("*.md")) if path not in made)]


def runnable(root: Path) -> list[Path]:
    """Return the pages whose shown commands run as the checkout is; the others change it first (`tests/docs/test_newcomer.py`)."""
    return [path for path in prose(root) if not path.name.startswith("add-a-")]


def generated(root: Path) -> dict[Path, str]:
    """Return every page that code has a part in, with the text that it should have."""
    references = (cli_reference(app), config_reference(), module_reference(root), suite_reference())
    made = {root / "docs" / "reference" / name: text for name, text in zip(REFERENCES, references, strict=True)}
    figures = read_figures(root / "docs" / "results")
    return made | {path: fill(path.read_text("utf-8"), figures) for path in prose(root)}
