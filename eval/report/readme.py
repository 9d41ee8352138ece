"""Fill the tables of README.md from runs: `python -m eval.report.readme README.md FOLDER`, which `make figures` ends with.

A table stands under a comment that names it (`<!-- figures: ladder -->`); what its runs are not there for stays as it is.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from eval.ablation.attribution import attribute
from eval.ablation.ladder import Ladder
from eval.analysis.history_gap import HistoryGap
from eval.records import write_text
from eval.report.history import history_tables
from eval.report.ladder import ladder_tables
from eval.report.run_view import gather
from eval.report.tables import answer_table, node_table, plan_table
from eval.report.wrong_turns import failure_tables
from eval.table import Table

ANSWERS = ("slice", "slice-predicted", "validation", "validation-predicted")
_TABLE = re.compile(r"(<!-- figures: ([\w ]+) -->\n)((?:\|.*\n)*)")


def fill(text: str, tables: Mapping[str, Table]) -> str:
    """Put tables under the comments that name them.

    >>> print(fill("<!-- figures: a -->\\n| old |\\n\\nwords", {"a": Table("A", ("x",), (("1",),))}))
    <!-- figures: a -->
    | x |
    | --- |
    | 1 |
    <BLANKLINE>
    words
    """

    def put(found: re.Match[str]) -> str:
        table = tables.get(found[2])
        return found[1] + "\n".join(table.markdown_rows()) + "\n" if table else found[0]

    return _TABLE.sub(put, text)


def names(text: str) -> list[str]:
    """Return the tables that a text has a place for."""
    return [found[2] for found in _TABLE.finditer(text)]


def read_tables(folder: Path) -> Iterator[tuple[str, Table]]:
    """Yield the tables that the runs of a folder are there for, by name."""
    if all((folder / name / "summary.json").is_file() for name in ANSWERS):
        runs = [gather(folder / name) for name in ANSWERS]
        yield from (("answers", answer_table(runs)), ("nodes", node_table(runs[0])), ("plans", plan_table(runs[0])))
    if (folder / "ladder" / "ladder.json").is_file():
        one, after, *_ = ladder_tables(Ladder.model_validate_json((folder / "ladder" / "ladder.json").read_bytes()))
        yield from (("ladder", one), ("ladder after gold", after))
        stages, modes = failure_tables(attribute(folder / "ladder"))
        yield from (("blame", stages), ("failure modes", modes))
    if (folder / "history" / "history.json").is_file():
        gap = HistoryGap.model_validate_json((folder / "history" / "history.json").read_bytes())
        yield from zip(("history", "history by turn", "derailing", "filters"), history_tables(gap), strict=True)


if __name__ == "__main__":
    readme, runs_folder = map(Path, sys.argv[1:])
    write_text(readme, fill(readme.read_text("utf-8"), dict(read_tables(runs_folder))))
