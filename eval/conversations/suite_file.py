"""The file of a suite: dialogues of turns with what must hold, in YAML that a person reads and writes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, cast

import yaml
from pydantic import BeforeValidator, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails
from yaml.reader import ReaderError

from value_index.errors import TurnSQLError, reason
from value_index.models import FrozenModel
from value_index.text.bounded_file import text_at_most
from value_index.text.yaml_events import DEEPEST, LOADER, events_with_depth
from value_index.text.yaml_lines import line_of

MOST_BYTES = 64 * 2**20
"""Size of a file up to which it is read: some 400,000 turns."""
LONGEST_QUESTION = 10_000
"""Characters of a question; the agent reads no more."""
Cell = int | float | str | bool | None


class SuiteError(TurnSQLError):
    """A suite that cannot be made, read or run."""


def _listed(value: Any) -> Any:
    """Read one text as a list of one."""
    return (value,) if isinstance(value, str) else value


def _as_texts(value: Any) -> Any:
    """Read values as texts: YAML takes an unquoted 2005 for a number and 2024-03-01 for a day."""
    values = cast(list[Any], value) if isinstance(value, list) else [value]
    return [
        str(each) if isinstance(each, int | float | date) and not isinstance(each, bool) else each for each in values
    ]


def _day_as_text(value: Any) -> Any:
    """Read a day as the text that a database holds."""
    return str(value) if isinstance(value, date) else value


def _no_flag(value: Any) -> Any:
    """Refuse the words that YAML takes for true and false, of which one is also 1.

    Raises:
        ValueError: It is one.
    """
    if isinstance(value, bool):
        raise ValueError("it must be a number")
    return value


Texts = Annotated[tuple[str, ...], BeforeValidator(_listed)]
Values = Annotated[tuple[str, ...], BeforeValidator(_as_texts)]
Row = tuple[Annotated[Cell, BeforeValidator(_day_as_text)], ...]


class TurnSpec(FrozenModel):
    """One question, and what must hold of its answer: everything that is given."""

    ask: str = Field(min_length=1, max_length=LONGEST_QUESTION)
    """The question."""
    behaviour: str = ""
    """What the turn is about: rates are given by behaviour."""
    sql: Texts = ()
    """One or several queries; the answer must return the rows of one of them. The first is gold for the turns after it."""
    rows: tuple[Row, ...] | None = None
    """The rows themselves, in any order."""
    columns: Texts = ()
    """Labels of the columns, in order, without case."""
    keeps: Values = ()
    """Values that the answer's SQL must compare with."""
    drops: Values = ()
    """Values that it must not compare with."""
    uses: Texts = ()
    """Tables, or `table.column`, that it must read."""
    count: Annotated[int | None, BeforeValidator(_no_flag)] = Field(default=None, ge=0)
    """How many rows it must return."""
    copies: bool = False
    """Whether the answer must give the expected SQL's rows on mutated copies of the database too."""
    fails: bool = False
    """Whether the question must not be answered: no SQL, or no rows."""

    @model_validator(mode="after")
    def _holds_something(self) -> TurnSpec:
        expected = (self.sql, self.columns, self.keeps, self.drops, self.uses)
        if not any(expected) and self.rows is None and self.count is None and not self.fails:
            raise ValueError("say what must hold: sql, rows, columns, keeps, drops, uses, count or fails")
        if self.fails and (any(expected) or self.rows is not None or self.count is not None):
            raise ValueError("a turn that fails has nothing else that must hold")
        if self.copies and not self.sql:
            raise ValueError("copies: say which SQL must hold on them")
        if not self.ask.strip():
            raise ValueError("ask: a question is empty")
        if len({len(row) for row in self.rows or ()}) > 1:
            raise ValueError("rows: all must have as many cells")
        return self


class DialogueSpec(FrozenModel):
    """One conversation."""

    name: str = ""
    """What reports call it; its number where empty."""
    turns: tuple[TurnSpec, ...] = Field(min_length=1)


class SuiteFile(FrozenModel):
    """A suite over one database."""

    database: str = ""
    """Name of the database that it was written for; any where empty."""
    seed: int | None = None
    """The seed of the generator; None for a suite written by hand."""
    templates: Literal["all", "a", "b"] | None = None
    """Which half of the generator's words it uses."""
    thresholds: dict[str, float] = Field(default_factory=dict[str, float])
    """Least share of right turns, by behaviour; `all` for all of them. Below one, `suite run` exits with 1."""
    dialogues: tuple[DialogueSpec, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_differ(self) -> SuiteFile:
        seen = set[str]()
        for name in (dialogue.name for dialogue in self.dialogues if dialogue.name):
            if name in seen:
                raise ValueError(f"two dialogues have the name {name!r}")
            seen.add(name)
        return self

    @model_validator(mode="after")
    def _thresholds_fit(self) -> SuiteFile:
        known = {turn.behaviour for dialogue in self.dialogues for turn in dialogue.turns} | {"all"}
        for name, least in self.thresholds.items():
            if name not in known:
                raise ValueError(f"thresholds: no turn has the behaviour {name!r}")
            if not 0 <= least <= 1:
                raise ValueError(f"thresholds: {name}: {least} is no share between 0 and 1")
        return self


_KEYS = frozenset(name for model in (SuiteFile, DialogueSpec, TurnSpec) for name in model.model_fields)


def read_suite(path: Path) -> SuiteFile:
    """Read a suite.

    Raises:
        SuiteError: The file is missing, no YAML, or has a part that does not fit; the line is named.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise SuiteError(
                f"{path}: {path.stat().st_size / 2**20:.0f} MB are more than a suite may have ({MOST_BYTES >> 20})"
            )
        text = text_at_most(path, MOST_BYTES)
    except (OSError, UnicodeDecodeError) as error:
        raise SuiteError(f"cannot read {path}: {reason(error)}") from error
    try:
        _check_form(text, path)
        node = yaml.compose(text, Loader=LOADER)
        _check_keys(node, path)
        content = yaml.load(text, Loader=LOADER)
    except ValueError as error:  # a date without such a day, a number without end
        raise SuiteError(f"{path}: {error}") from error
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise SuiteError(f"{path}:{line}: a character that no text has") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}:{mark.line + 1}" if mark else str(path)
        raise SuiteError(f"{where}: {getattr(error, 'problem', None) or 'no YAML'}") from error
    if not isinstance(content, dict):
        raise SuiteError(f"{path}:1: a suite has `dialogues:`, a list of dialogues with `turns:`")
    try:
        return SuiteFile.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise SuiteError(f"{path}:{line_of(node, first['loc'])}: {_said(first)}") from None


_MESSAGES = {
    "tuple_type": "it must be a list",
    "string_type": "it must be a text; quote it",
    "too_short": "it is empty",
    "missing": "it is not there",
    "model_type": "it must have keys and values",
}


def _said(error: ErrorDetails) -> str:
    """Return what is wrong with a part of a suite, behind the key that it is at."""
    place = error["loc"]
    of_whole_part = error["type"] == "value_error" and not (place and isinstance(place[-1], str))
    key = "" if of_whole_part else next((str(part) for part in reversed(place) if part in _KEYS), "")
    if error["type"] == "extra_forbidden":
        return f"unknown key {str(error['loc'][-1])!r}"
    message = _MESSAGES.get(error["type"], error["msg"].removeprefix("Value error, "))
    return f"{key}: {message}" if key else message


def _check_form(text: str, path: Path) -> None:
    """Refuse what a few lines of YAML can swell to: aliases of aliases, and lists in lists in lists.

    Raises:
        SuiteError: The line is named.
    """
    for event, depth in events_with_depth(text):
        if isinstance(event, yaml.AliasEvent):
            raise SuiteError(
                f"{path}:{event.start_mark.line + 1}: an alias (*{event.anchor}) is not read: write it out"
            )
        if depth > DEEPEST:
            raise SuiteError(f"{path}:{event.start_mark.line + 1}: nested too deep to be a suite")


def _check_keys(node: yaml.Node | None, path: Path) -> None:
    """Refuse a key that stands twice: YAML would silently take the last.

    Raises:
        SuiteError: The line is named.
    """
    for mapping in _mappings(node):
        seen = set[str]()
        for key, _ in mapping.value:
            if key.value in seen:
                raise SuiteError(f"{path}:{key.start_mark.line + 1}: {key.value!r} stands twice")
            seen.add(key.value) if isinstance(key, yaml.ScalarNode) else None


def _mappings(node: yaml.Node | None) -> Iterator[yaml.MappingNode]:
    if isinstance(node, yaml.MappingNode):
        yield node
        for _, value in node.value:
            yield from _mappings(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _mappings(value)


def write_suite(suite: SuiteFile, path: Path) -> None:
    """Write a suite for people: parts that hold nothing are left out.

    Raises:
        SuiteError: The file cannot be written.
    """
    content = suite.model_dump(mode="json", exclude_defaults=True)
    for dialogue in content["dialogues"]:
        for turn in dialogue["turns"]:
            if len(turn.get("sql", ())) == 1:
                (turn["sql"],) = turn["sql"]
    text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=120)
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise SuiteError(f"cannot write {path}: {error.strerror}") from error
