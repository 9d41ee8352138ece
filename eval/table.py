"""ReportTable: one table, for a terminal, Markdown or HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.box import SIMPLE_HEAD
from rich.table import Table as RichTable
from rich.text import Text

from value_index.files.printable import printable


@dataclass(frozen=True)
class ReportTable:
    """A table to show."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    """What the figures mean."""
    words: int = 1
    """How many columns at the left hold words; those after them hold figures."""
    fold: bool = False
    """Whether the words give way on a narrow terminal; else the headings of figures do."""

    def rich(self) -> RichTable:
        """Lay the table out for a terminal: figures are never cut."""
        table = RichTable(
            title=Text(self.title, style="bold"),
            title_justify="left",
            caption=Text(self.note, style="dim") if self.note else None,
            caption_justify="left",
            box=SIMPLE_HEAD,
            show_edge=False,
            padding=(0, 1, 0, 0),
        )
        for position, column in enumerate(self.columns):
            if position < self.words:
                table.add_column(_cell(column), overflow="fold", no_wrap=not self.fold)
            else:
                cells = (column, *(row[position] for row in self.rows))
                longest = max(len(word) for cell in cells for word in cell.split() or [""])
                table.add_column(_cell(column), justify="right", min_width=longest)
        for row in self.rows:
            table.add_row(*map(_cell, row))
        return table

    def markdown(self) -> str:
        """Lay the table out for a pull request."""
        return "\n".join((f"### {self.title}", "", *self.markdown_rows(), *(("", self.note) if self.note else ())))

    def markdown_rows(self) -> tuple[str, ...]:
        """Return the lines of the bare table."""
        rule = tuple("---" if position < self.words else "---:" for position in range(len(self.columns)))
        rows = (tuple(map(_markdown, row)) for row in self.rows)
        return tuple(f"| {' | '.join(row)} |" for row in (self.columns, rule, *rows))


def _cell(text: str) -> Text:
    """Return a cell that is no markup, whatever a run or a table is called."""
    return Text(printable(text))


def _markdown(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")


def figure(value: float | None) -> str:
    """Write a score as the tables of this field do; an absent one is a dash.

    >>> figure(0.5934), figure(1.0), figure(None)
    ('.593', '1.000', '–')
    """
    return "–" if value is None else f"{value:.3f}".removeprefix("0")


def signed(value: float) -> str:
    """Write a difference with its sign.

    >>> signed(0.0304), signed(-0.5)
    ('+.030', '-.500')
    """
    return f"{'-' if value < 0 else '+'}{figure(abs(value))}"


def interval(found: Sequence[float] | None) -> str:
    """Write an interval; an absent one is a dash.

    >>> interval((0.441, 0.639)), interval(None)
    ('.44–.64', '–')
    """
    return "–" if not found else "–".join(f"{end:.2f}".removeprefix("0") for end in found)


def ends(low: float, high: float) -> str:
    """Write the interval of a difference.

    >>> ends(0.2834, -0.0041)
    '+.28…-.00'
    """
    return "…".join(f"{end:+.2f}".replace("0.", ".", 1) for end in (low, high))
