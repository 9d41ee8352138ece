"""Write a report: `report.html`, one file that opens from disk, and `report.md`, a summary for a pull request.

The turns of a large report lie in scripts beside the page, which loads those that are looked at.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from eval.records import RunError
from eval.report.evidence import evidence_tables
from eval.report.explorer.parts import LARGE, write_parts
from eval.report.explorer.turns import explorer_data
from eval.report.inputs import Inputs
from eval.report.run_view import RunView
from eval.report.tables import group_tables, node_table, plan_table, stage_table
from eval.report.topics.all_topics import topics
from eval.report.wrong_turns import all_faults
from eval.table import ReportTable
from value_index.files.atomic_file import write_atomically

HERE = Path(__file__).parent
SCRIPTS = ("vendor/d3.min.js", "vendor/plot.min.js", "templates/charts.js", "templates/explorer.js")
"""The scripts in the order in which the page runs them."""


@dataclass(frozen=True)
class RunSection:
    """What a report says of one run."""

    run: RunView
    tables: tuple[ReportTable, ...]
    """The tables in the order of reading: per node, plans."""
    groups: tuple[ReportTable, ...]
    """The answers taken apart: by gold, cause, turn position, hardness, feature."""
    details: tuple[ReportTable, ...]
    """Shown folded."""


def write_report(inputs: Inputs, folder: Path) -> tuple[Path, Path]:
    """Write `report.html` and `report.md` into a folder, each whole or not at all.

    Raises:
        RunError: The folder cannot be written.
    """
    templates = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=select_autoescape(["html.j2"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    faults = all_faults(inputs.runs)
    facts: dict[str, Any] = {"topics": list(topics(inputs, faults)), "sections": [_section(run) for run in inputs.runs]}
    charts = {f"{topic.id}-{number}": c.data() for topic in facts["topics"] for number, c in enumerate(topic.charts)}
    page = facts | {
        "scripts": [Markup((HERE / name).read_text("utf-8")) for name in SCRIPTS],
    }
    paths = folder / "report.html", folder / "report.md"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        is_large = sum(len(run.turns) for run in inputs.runs) > LARGE
        turns = write_parts(faults, folder) if is_large else explorer_data(faults)
        page |= {"data": _embedded({"charts": charts, **turns}), "is_large": is_large}
        for path, held in zip(paths, (page, facts), strict=True):
            write_atomically(path, templates.get_template(f"{path.name}.j2").render(held))
    except OSError as error:
        raise RunError(f"cannot write the report to {folder}: {error.strerror}; give --out another folder") from error
    return paths


def _section(run: RunView) -> RunSection:
    return RunSection(
        run=run,
        tables=(node_table(run), plan_table(run)),
        groups=(*evidence_tables(run), *group_tables(run)),
        details=(stage_table(run),),
    )


def _embedded(data: Any) -> Markup:
    """Write JSON that no HTML parser can take for the end of its script."""
    return Markup(json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c"))
