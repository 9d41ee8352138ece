"""MixManifest: what a mix was made of."""

from __future__ import annotations

from training.data.catalogue import Role, data_set, split_of
from training.data.leak_guard import LeakAudit
from training.data.lengths import Lengths
from training.data.mix.config import MixConfig
from training.data.turns import TurnSource
from value_index.models import FrozenModel


class SourceEntry(FrozenModel):
    """The origin of some rows of a mix."""

    name: str
    role: Role
    licence: str
    dialect: str
    page: str
    rows_sha256: str
    turns: int
    """The turns of the split."""
    usable: int
    """How many of those looked at are no duplicate and no artefact, and have a gold that runs."""


class MixManifest(FrozenModel):
    """What a mix was made of."""

    fingerprint: str
    """The fingerprint of settings, agent, sources and code: the same mix again has the same."""
    settings: MixConfig
    agent_sha256: str
    prompts_sha256: str | None
    sources: tuple[SourceEntry, ...]
    left_out: dict[str, int]
    """Turns by cause."""
    rows: dict[str, dict[str, int]]
    """The rows by split and stage."""
    oracle_rows: int
    """Rows whose prompt holds gold of its own turn: 0 in an honest mix."""
    audit: LeakAudit
    lengths: dict[str, Lengths]
    """The lengths of the training rows, by stage."""
    hashes: dict[str, tuple[str, ...]]
    """The hashes by split, sorted: 16 hex digits of the SHA-256 of each turn's database, question and SQL, folded."""
    commit: str
    versions: dict[str, str]


def source_entry(source: TurnSource, usable: int) -> SourceEntry:
    """Describe a source by its catalogue entry, with how many of its turns are usable."""
    name, _, split = source.name.partition("/")
    known = data_set(name)
    return SourceEntry(
        name=source.name,
        role=split_of(name, split).role,
        licence=known.licence,
        dialect=known.dialect,
        page=known.page,
        rows_sha256=source.dataset.rows_sha256,
        turns=source.dataset.turns,
        usable=usable,
    )
