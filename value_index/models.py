"""FrozenModel: the root of every Pydantic model whose fields are all ours; ForeignModel: of those read from other people's files."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class FrozenModel(BaseModel):
    """A value that never changes; a key that is no field is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ForeignModel(BaseModel):
    """A value that never changes, read from somebody's file; a key that is no field is ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")
