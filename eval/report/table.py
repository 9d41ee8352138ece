"""Table: rows of text under a title, the same for a terminal, Markdown and HTML."""

from __future__ import annotations

from dataclasses import dataclass, replace

from rich.table import Table as RichTable


@dataclass(frozen=True)
class Table:
    """A table to show. The first column is text, the others are figures unless said otherwise."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    """A sentence under the title: what the figures mean."""
    prose: bool = False
    """Whether the cells hold words (left-aligned) rather than figures."""

    def transposed(self) -> Table:
        """Swap rows and columns: many figures of few things fit a terminal that way."""
        head, *figures = zip(self.columns, *self.rows, strict=True)
        return replace(self, columns=head, rows=tuple(figures))

    def rich(self) -> RichTable:
        """Lay the table out for a terminal."""
        table = RichTable(title=self.title, title_justify="left", caption=self.note or None, caption_justify="left")
        for position, column in enumerate(self.columns):
            table.add_column(column, justify="left" if self.prose or position == 0 else "right", overflow="fold")
        for row in self.rows:
            table.add_row(*row)
        return table


def figure(value: float | None) -> str:
    """Write a score as the tables of this field do; an absent one is a dash.

    >>> figure(0.5934), figure(1.0), figure(None)
    ('.593', '1.000', '–')
    """
    return "–" if value is None else f"{value:.3f}".removeprefix("0")
