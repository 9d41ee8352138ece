"""Chart: marks under a title, drawn in the page by Observable Plot."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Kind = Literal["bars", "waterfall", "ranges", "lines"]
"""Bars from zero; bars that go on where the last one ended; dots on one line a label; lines over labels."""
Form = Literal["share", "count", "number"]


@dataclass(frozen=True)
class Mark:
    """One bar, dot or point."""

    label: str
    """Its place on the axis of labels; a number where lines run over numbers."""
    value: float
    series: str = ""
    """What it belongs to, shown by colour; "" if a chart has one series."""
    low: float | None = None
    high: float | None = None
    """Ends of an interval around the value."""
    start: float | None = None
    """The begin of a waterfall's bar; zero unless given."""
    note: str = ""
    """A line for whoever points at the mark."""


@dataclass(frozen=True)
class Chart:
    """A chart to show. What it says stands in a table too: the page shows one beside it, or makes it of the marks."""

    title: str
    kind: Kind
    marks: tuple[Mark, ...]
    axis: str
    """What the values are, with their unit."""
    form: Form = "number"
    labels: str = ""
    """What the labels are, for the axis of lines."""
    note: str = ""

    def data(self) -> dict[str, Any]:
        """Return what the page draws."""
        return {name: value for name, value in asdict(self).items() if name != "note"}
