"""What the HTTP API takes and gives: the models from which its OpenAPI document is made."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from nodes.plan import Plan
from nodes.state import Stage
from value_index.database import Outcome
from value_index.models import FrozenModel
from value_index.schema import Dialect

MAX_QUESTION = 10_000
MAX_SQL = 100_000
Cell = str | int | float | bool | None
"""One cell; a whole number beyond what a browser counts exactly, a blob and an infinity come as text."""


class Asked(FrozenModel):
    """A question."""

    question: Annotated[str, Field(min_length=1, max_length=MAX_QUESTION, pattern=r"\S")]


class EditedPlan(FrozenModel):
    """A plan that a person gives in place of the latest one."""

    plan: Plan


class WithoutFilter(FrozenModel):
    """A filter to take off."""

    filter: Annotated[int, Field(ge=0, le=1000)]
    """Place in the answer's `filters`."""


class TakenReading(FrozenModel):
    """Another reading to take."""

    reading: Annotated[int, Field(ge=0, le=1000)]
    """Place in the answer's `readings`."""


class Statement(FrozenModel):
    """SQL to run; it only reads."""

    sql: Annotated[str, Field(min_length=1, max_length=MAX_SQL)]


class Problem(FrozenModel):
    """Why a request was not answered."""

    error: str
    """One line."""


class ColumnShown(FrozenModel):
    """One column."""

    name: str
    type: str
    primary_key: bool


class TableShown(FrozenModel):
    """One table or view."""

    name: str
    columns: tuple[ColumnShown, ...]


class KeyShown(FrozenModel):
    """A column that refers to another."""

    table: str
    column: str
    to_table: str
    to_column: str


class DatabaseShown(FrozenModel):
    """The database of this server."""

    address: str
    """No password is in it."""
    dialect: Dialect
    tables: tuple[TableShown, ...]
    foreign_keys: tuple[KeyShown, ...]
    knowledge: bool
    """Whether the server was started with knowledge of the database."""
    runs: bool
    """Whether reports of runs stand at `/runs`."""


class ThreadListed(FrozenModel):
    """A conversation in the list."""

    name: str
    turns: int
    first: str
    """Its first question."""
    at: str
    """Time of its last turn, as ISO 8601."""


class Threads(FrozenModel):
    """The conversations over this database, the latest first."""

    threads: tuple[ThreadListed, ...]


class FilterShown(FrozenModel):
    """A filter in force."""

    text: str
    table: str | None
    column: str | None
    operator: str | None
    value: Cell | tuple[Cell, ...]
    """The literal compared with; several for `in` and `between`; null where it is compared with something else."""
    from_turn: int
    """Number of the turn that brought it."""


class ReadingShown(FrozenModel):
    """Another reading of the question, which gives other rows."""

    text: str
    confidence: float | None


class DoubtShown(FrozenModel):
    """A question back, with the likelier reading taken meanwhile."""

    question: str
    readings: tuple[str, ...] = ()
    """What sets each of two apart from the other, of which the first was taken; () where words are asked about."""
    reading: int | None = None
    """Place of the second in the answer's `readings`."""


class StageShown(FrozenModel):
    """What one run of a stage gave."""

    stage: Stage
    variant: str
    ms: float
    text: str
    """Its output in words, several lines."""
    stands: bool = False
    """A change of the answer left this run as it was."""


class Uses(FrozenModel):
    """The parts of the schema that the SQL uses."""

    tables: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    """Names, each as `table.column`."""


class AnswerShown(FrozenModel):
    """A turn. Of a turn before the latest, only the question and the SQL are kept."""

    number: int
    question: str
    sql: str
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] | None = None
    """Null where they were not read: ask for the turn's rows."""
    truncated: bool = False
    message: str = ""
    outcome: str
    """rows, truncated, error, timeout, refused, no_sql or no_question; kept where the SQL did not run again."""
    confidence: float | None = None
    unused: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    doubt: DoubtShown | None = None
    filters: tuple[FilterShown, ...] = ()
    plan: Plan | None = None
    """The plan that the SQL says; null where it says more than a plan holds."""
    plan_text: str = ""
    readings: tuple[ReadingShown, ...] = ()
    chart: dict[str, Any] | None = None
    """A Vega-Lite specification over `{"name": "rows"}`; null where no picture suits the rows."""
    uses: Uses = Uses()
    knowledge: tuple[str, ...] = ()
    stages: tuple[StageShown, ...] = ()


class ThreadShown(FrozenModel):
    """A conversation, without rows."""

    name: str
    turns: tuple[AnswerShown, ...]


class RowsShown(FrozenModel):
    """What a statement gave."""

    outcome: Outcome
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    message: str
    chart: dict[str, Any] | None = None


class Kept(FrozenModel):
    """What is to be kept as right."""

    plan: Plan | None = None
    """The right plan, where the answer's is not."""


class KeptShown(FrozenModel):
    """An answer that was kept."""

    id: str
    at: str
    question: str
    sql: str
    history: tuple[str, ...]
    """The questions before it."""
    edited: bool


class FeedbackShown(FrozenModel):
    """Everything that was kept for this database."""

    kept: tuple[KeptShown, ...]
