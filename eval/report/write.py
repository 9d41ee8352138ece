"""Write a report: `report.html`, one file that opens from disk, and `report.md`, a summary for a pull request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from eval.records import RunError, write_text
from eval.report.evidence import evidence_tables
from eval.report.pages import DialoguePage, dialogue_pages
from eval.report.table import Table
from eval.report.tables import answer_table, group_tables, node_table, plan_table, stage_table
from eval.report.view import RunView


@dataclass(frozen=True)
class RunSection:
    """What a report says of one run."""

    run: RunView
    tables: tuple[Table, ...]
    """In the order of reading: per node, plans."""
    groups: tuple[Table, ...]
    """The answers taken apart: by gold, cause, turn position, hardness, feature."""
    details: tuple[Table, ...]
    """Shown folded."""
    dialogues: tuple[DialoguePage, ...]


def write_report(runs: Sequence[RunView], folder: Path) -> tuple[Path, Path]:
    """Write `report.html` and `report.md` into a folder, whole or not at all.

    Raises:
        RunError: The folder cannot be written.
    """
    templates = Environment(
        loader=PackageLoader("eval.report"),
        autoescape=select_autoescape(["html.j2"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    facts = {"answers": answer_table(runs), "sections": [_section(run) for run in runs]}
    paths = folder / "report.html", folder / "report.md"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path in paths:
            write_text(path, templates.get_template(f"{path.name}.j2").render(facts))
    except OSError as error:
        raise RunError(f"cannot write the report to {folder}: {error.strerror}; give --out another folder") from error
    return paths


def _section(run: RunView) -> RunSection:
    return RunSection(
        run=run,
        tables=(node_table(run), plan_table(run)),
        groups=(*evidence_tables(run), *group_tables(run)),
        details=(stage_table(run),),
        dialogues=tuple(dialogue_pages(run)),
    )
