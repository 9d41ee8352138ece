"""Measured figures: kept as JSON beside the pages of `docs/results`, written into tables under the comments that name them.

`python -m docs.generate.figures RUNS` ends `make figures`: it reads the runs of a folder and writes `answers.json`, `ladder.json` and
`history.json`. A table stands under a comment such as `<!-- figures: answers/headline -->`, in a page or in README.md.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from eval.ablation.attribution import attribute
from eval.ablation.ladder import Ladder
from eval.analysis.history_gap import HistoryGap
from eval.records import read_manifest
from eval.report.run_view import gather
from eval.report.tables import answer_table, node_table, plan_table
from eval.report.topics.history import history_tables
from eval.report.topics.ladder import ladder_tables
from eval.report.wrong_turns import failure_tables
from eval.table import ReportTable
from value_index.files.atomic_file import write_atomically
from value_index.models import FrozenModel

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "docs" / "results"
ANSWERS = ("slice", "slice-predicted", "validation", "validation-predicted")
HEADLINE = ("run", "history", "value", "95 %", "strict", "dialogues", "turns")
"""The columns of the answers that README.md shows."""
HEADLINE_ROWS = 6
_PLACE = re.compile(r"(<!-- figures: ([\w-]+)/([\w -]+) -->\n)((?:\|.*\n)*)")


class FigureTable(FrozenModel):
    """A table of figures as text."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    words: int = 1
    """How many columns at the left hold words."""

    @classmethod
    def of(cls, table: ReportTable) -> FigureTable:
        """Take over a table of a report."""
        return cls(columns=table.columns, rows=table.rows, words=table.words)

    def markdown(self) -> str:
        """Return the rows as Markdown, each with its line end."""
        return "".join(
            f"{line}\n" for line in ReportTable("", self.columns, self.rows, words=self.words).markdown_rows()
        )


class Figures(FrozenModel):
    """The figures of one page, with what they were measured on."""

    commit: str
    """The checkout that gave them."""
    weights_sha256: str
    """SHA-256 of the compact planner's weights; "" if none was loaded."""
    tables: dict[str, FigureTable]


def fill(text: str, figures: Mapping[str, Figures]) -> str:
    r"""Put tables under the comments that name them; a comment whose table is unknown stays as it is.

    >>> known = {"page": Figures(commit="c", weights_sha256="", tables={"a": FigureTable(columns=("x",), rows=(("1",),))})}
    >>> fill("<!-- figures: page/a -->\n| old |\n", known)
    '<!-- figures: page/a -->\n| x |\n| --- |\n| 1 |\n'
    """

    def put(found: re.Match[str]) -> str:
        page = figures.get(found[2])
        table = page.tables.get(found[3]) if page else None
        return found[1] + table.markdown() if table else found[0]

    return _PLACE.sub(put, text)


def places(text: str) -> list[tuple[str, str]]:
    """Return the page and the table of every comment that names one."""
    return [(found[2], found[3]) for found in _PLACE.finditer(text)]


def read_figures(folder: Path = RESULTS) -> dict[str, Figures]:
    """Read every file of figures, each with a table `provenance` that says what it was measured on."""
    found = {path.stem: Figures.model_validate_json(path.read_bytes()) for path in sorted(folder.glob("*.json"))}
    return {name: page.model_copy(update={"tables": page.tables | _provenance(page)}) for name, page in found.items()}


def _provenance(page: Figures) -> dict[str, FigureTable]:
    rows = (("commit", f"`{page.commit}`"), ("weights, SHA-256", f"`{page.weights_sha256 or 'none'}`"))
    return {"provenance": FigureTable(columns=("measured on", ""), rows=rows, words=2)}


def figures_of(runs: Path) -> dict[str, Figures]:
    """Read the figures that the runs of a folder are there for: answers, ladder, history; `make figures` makes them all."""
    found: dict[str, Figures] = {}
    if all((runs / name / "summary.json").is_file() for name in ANSWERS):
        found["answers"] = _page(runs / ANSWERS[0], _answers(runs))
    if (runs / "ladder" / "ladder.json").is_file():
        found["ladder"] = _page(runs / "ladder" / "base", _ladder(runs))
    if (runs / "history" / "history.json").is_file():
        found["history"] = _page(runs / "history" / "gold", _history(runs))
    return found


def _page(run: Path, tables: Iterable[tuple[str, ReportTable]]) -> Figures:
    manifest = read_manifest(run)
    kept = {name: FigureTable.of(table) for name, table in tables}
    return Figures(commit=manifest.commit, weights_sha256=manifest.weights_sha256 or "", tables=kept)


def _answers(runs: Path) -> Iterator[tuple[str, ReportTable]]:
    views = [gather(runs / name) for name in ANSWERS]
    answers = answer_table(views)
    yield from (("answers", answers), ("headline", _headline(answers)))
    yield from (("nodes", node_table(views[0])), ("plans", plan_table(views[0])))


def _headline(answers: ReportTable) -> ReportTable:
    kept = [answers.columns.index(name) for name in HEADLINE]
    rows = tuple(tuple(row[position] for position in kept) for row in answers.rows[:HEADLINE_ROWS])
    return ReportTable(answers.title, HEADLINE, rows, words=2)


def _ladder(runs: Path) -> Iterator[tuple[str, ReportTable]]:
    one, after, *_ = ladder_tables(Ladder.model_validate_json((runs / "ladder" / "ladder.json").read_bytes()))
    stages, modes = failure_tables(attribute(runs / "ladder"))
    yield from (("alone", one), ("after gold", after), ("blame", stages), ("failure modes", modes))


def _history(runs: Path) -> Iterator[tuple[str, ReportTable]]:
    gap = HistoryGap.model_validate_json((runs / "history" / "history.json").read_bytes())
    yield from zip(("modes", "by turn", "derailing", "filters"), history_tables(gap), strict=True)


if __name__ == "__main__":
    for page, figures in figures_of(Path(sys.argv[1])).items():
        write_atomically(RESULTS / f"{page}.json", figures.model_dump_json(indent=1) + "\n")
        print(f"docs/results/{page}.json")
