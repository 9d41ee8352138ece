"""Answer: a turn, or a statement, as Python and a notebook see it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Any

from rich.console import Console

from agent.answer import Answer as AgentAnswer
from agent.clarify import Doubt
from agent.present import show_answer
from agent.revision.filters import FilterInForce
from nodes.plan import Plan
from nodes.state import GraphState
from value_index.database import Row
from value_index.files.printable import printable
from value_index.render import json_cell

SHOWN_ROWS = 50
WIDTH = 120


@dataclass(frozen=True, repr=False)
class Answer:
    """The answer to a question: iterate over it for its rows; a notebook shows it as a table with its SQL."""

    turn: AgentAnswer
    """The turn with every stage's output, its result and its notes."""
    plan: Plan | None
    """The plan that the SQL says; None if it says more than a plan holds, or there is no SQL."""
    filters: tuple[FilterInForce, ...]
    """What the rows are filtered by, each with the number of the question that brought it."""
    asked_back: Doubt | None = None
    """The question back that was worth asking; the likelier reading was taken if nobody answered."""

    @property
    def question(self) -> str:
        """What was asked."""
        return self.state.utterance

    @property
    def state(self) -> GraphState:
        """What every stage gave."""
        return self.turn.state

    @property
    def sql(self) -> str:
        """The SQL; empty if none was written."""
        return self.turn.state.sql or ""

    @property
    def ok(self) -> bool:
        """Whether there is SQL and it ran."""
        return self.turn.ok

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the result."""
        return self.turn.result.columns if self.turn.result else ()

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows, at most as many as the configuration allows."""
        return self.turn.result.rows if self.turn.result else ()

    @property
    def message(self) -> str:
        """Why there are no rows, or not all; empty otherwise."""
        told = self.state.no_question
        return told.message if told else self.turn.result.message if self.turn.result else ""

    @property
    def confidence(self) -> float | None:
        """Calibrated probability that the SQL is right; None if a person gave its plan."""
        return self.turn.confidence

    @property
    def not_used(self) -> tuple[str, ...]:
        """Words of the question that the SQL does not use."""
        return self.turn.unused

    def records(self) -> list[dict[str, Any]]:
        """Return the rows by the names of their columns, as `pandas.DataFrame` takes them."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __bool__(self) -> bool:
        return self.ok

    def __repr__(self) -> str:
        text = io.StringIO()
        show_answer(Console(file=text, width=WIDTH, no_color=True, force_jupyter=False), self.turn)
        return text.getvalue().rstrip()

    def _repr_html_(self) -> str:
        """Return the answer for a notebook: everything from the database is text there, never markup."""
        notes = [f"not sure of this: {self.confidence:.0%}"] if self._is_doubtful else []
        notes += [f"not used: {', '.join(self.not_used)}"] if self.not_used else []
        notes += [f"filter: {each.text} (question {each.from_turn})" for each in self.filters]
        notes += [violation.message for violation in self.turn.violations]
        body = [f"<pre>{_text(self.sql)}</pre>"] if self.sql else []
        body += [_table(self.columns, self.rows)] if self.ok else []
        body += [f"<p>{_text(line)}</p>" for line in (self.message, *notes) if line]
        return "<div>" + "".join(body) + "</div>"

    @property
    def _is_doubtful(self) -> bool:
        return self.confidence is not None and self.confidence < 0.5


def _table(columns: tuple[str, ...], rows: tuple[Row, ...]) -> str:
    head = "".join(f"<th>{_text(name)}</th>" for name in columns)
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows[:SHOWN_ROWS])
    more = f", the first {SHOWN_ROWS} shown" if len(rows) > SHOWN_ROWS else ""
    counted = "1 row" if len(rows) == 1 else f"{len(rows):,} rows"
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table><p>{counted}{more}</p>"


def _cell(cell: Any) -> str:
    return "<td><i>NULL</i></td>" if cell is None else f"<td>{_text(str(json_cell(cell)))}</td>"


def _text(text: str) -> str:
    return escape(printable(text))
