"""Options that several commands take together: a command has one parameter for them, whose type is one of these dataclasses."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields, is_dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar, cast, get_type_hints

from eval.cli.options import Concurrency, ConfigFile, Data, Databases, DatasetName, Dialogues, Nodes, Out, Split

if TYPE_CHECKING:
    from eval.datasets import Dataset
    from eval.runs.experiment import RunOptions

Command = TypeVar("Command", bound=Callable[..., Any])


def grouped(command: Command) -> Command:
    """Put the fields of a group in the place of the parameter that has its type, as typer reads them.

    >>> def count(rows: Rows, json: bool = False) -> None: ...
    >>> list(inspect.signature(grouped(count)).parameters)
    ['data', 'dataset', 'split', 'dialogues', 'json']
    """
    hints = get_type_hints(command, include_extras=True)
    parameters: list[inspect.Parameter] = []
    groups: dict[str, type[Any]] = {}
    for name, parameter in inspect.signature(command).parameters.items():
        kind = hints[name]
        if isinstance(kind, type) and is_dataclass(kind):
            groups[name] = kind
            parameters += _options(kind)
        else:
            parameters.append(parameter.replace(annotation=kind, kind=inspect.Parameter.KEYWORD_ONLY))

    @wraps(command)
    def called(**given: Any) -> Any:
        for name, kind in groups.items():
            given[name] = kind(**{each.name: given.pop(each.name) for each in fields(kind)})
        return command(**given)

    vars(called)["__signature__"] = inspect.Signature(parameters)
    called.__annotations__ = {each.name: each.annotation for each in parameters}
    return cast(Command, called)


def _options(kind: type[Any]) -> list[inspect.Parameter]:
    hints = get_type_hints(kind, include_extras=True)
    return [
        inspect.Parameter(
            each.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if each.default is MISSING else each.default,
            annotation=hints[each.name],
        )
        for each in fields(kind)
    ]


@dataclass(frozen=True)
class Rows:
    """The dialogues of a data set that a command reads."""

    data: Data
    dataset: DatasetName = "cosql"
    split: Split = "dev"
    dialogues: Dialogues = None

    def load(self) -> Dataset:
        """Read them.

        Raises:
            DataError: There are none, or they cannot be read.
        """
        from eval.datasets import load, parse_range

        rows = load(self.dataset, self.data, self.split)
        return rows.select(*parse_range(self.dialogues)) if self.dialogues else rows


@dataclass(frozen=True)
class ListedRows(Rows):
    """The dialogues of a data set about listed databases."""

    databases: Databases = None

    def load(self) -> Dataset:
        """Read them; see Rows."""
        from eval.datasets import listed_databases

        rows = super().load()
        return rows.about(listed_databases(self.databases)) if self.databases else rows


@dataclass(frozen=True)
class SpiderRows(ListedRows):
    """Spider's training questions, unless another data set is named."""

    dataset: DatasetName = "spider"
    split: Split = "train_spider"


@dataclass(frozen=True)
class Answered:
    """The dialogues that a command answers, by whom, and where it writes."""

    data: Data
    out: Out
    dataset: DatasetName = "cosql"
    split: Split = "dev"
    dialogues: Dialogues = None
    config: ConfigFile = None
    node: Nodes = None
    concurrency: Concurrency = 1

    def options(self, **more: Any) -> RunOptions:
        """Return what a run is told."""
        from eval.runs.experiment import RunOptions

        return RunOptions(
            data=self.data, out=self.out, dataset=self.dataset, split=self.split, dialogues=self.dialogues,
            config=self.config, nodes=tuple(self.node or ()), concurrency=self.concurrency, environment=os.environ, **more,
        )  # fmt: skip
