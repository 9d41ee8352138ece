"""Settings of training runs, read from TOML files; the data source they share, and the error of a run."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, Field, ValidationError

from eval.datasets import Dataset, DatasetName, load
from training.data.generated.conversations import load_generated
from training.data.qda import load_qda
from value_index.errors import TurnSQLError, first_problem, reason
from value_index.files.folders import shipped
from value_index.models import FrozenModel

S = TypeVar("S", bound=BaseModel)


class TrainingError(TurnSQLError):
    """A training run that cannot start or go on: bad settings, missing base weights, leaking data."""


class Settings(FrozenModel):
    """Frozen settings of a run; a key that is unknown is refused."""


class Source(Settings):
    """One training split."""

    dataset: DatasetName | Literal["qda", "generated"]
    folder: str
    """The folder under the data folder: cosql_dataset, spider_data, qda_sql ..."""
    split: str
    """generated: the half of the wordings, a or b, or all."""
    archive: str = ""
    """qda alone, which has no databases of its own: the folder that has them."""
    turns: int = Field(default=150, ge=2)
    """generated alone: turns made about each training database, at least."""
    without: tuple[str, ...] = ()
    """Databases to leave out."""

    def load(self, data: Path, kept: Path | None = None) -> Dataset:
        """Read it from the data folder, without the databases to leave out.

        Args:
            kept: A folder where generated conversations are kept, so that they are made once.

        Raises:
            DataError: It is not there.
        """
        return self._load(data, kept).without(self.without)

    def _load(self, data: Path, kept: Path | None) -> Dataset:
        if self.dataset == "generated":
            return load_generated(data / self.folder, self.split, turns=self.turns, kept=kept)
        if self.dataset == "qda":
            return load_qda(data / self.folder / f"qdasql_{self.split}.json", data / self.archive)
        return load(self.dataset, data / self.folder, self.split)


def read_settings(kind: type[S], path: Path, over: Mapping[str, Any] | None = None) -> S:
    """Read a TOML file; `validation_databases` may name a second TOML file beside it.

    Args:
        over: settings over those of the file.

    Raises:
        TrainingError: The file is missing, malformed or has an unknown key.
    """
    values = _toml(path)
    databases = values.get("validation_databases")
    if isinstance(databases, str):
        values["validation_databases"] = _toml(path.parent / databases).get("databases", [])
    try:
        return kind.model_validate({**values, **(over or {})})
    except ValidationError as error:
        raise TrainingError(f"{path}: {first_problem(error)}") from error


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(shipped(path).read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise TrainingError(f"cannot read {path}: {reason(error)}") from error
