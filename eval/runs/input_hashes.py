"""Hashes of what decides a run's records beside its rows and configuration: weights and databases."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from eval.datasets import Dataset
from nodes import compact, lexical
from nodes.choice.choose import WEIGHTS as MODEL_CHOICE
from nodes.sql_generation import Candidates
from nodes.state import Stage
from value_index import grounding
from value_index.engines.sqlite.stamp import stamp
from value_index.knowledge.store import Knowledge

_COMPACT = Path(compact.__file__).parent
_WORDS = (
    Path(lexical.__file__).parent / "weights.json",
    Path(grounding.__file__).parent / "weights.json",
)
_CHUNK = 1 << 20
_PLACES: Any = {
    name: {"__all__": {"source", "origin"}} for name in Knowledge.model_fields if name != "match_descriptions"
} | {"joins": {"__all__": {"origin"}}}
"""The files that the knowledge came from: no part of what is known."""


def weights_sha256(of: Mapping[Stage, object]) -> str | None:
    """Return the SHA-256 of the content of every weights file that the nodes read; None if they read none."""
    files = sorted(_weights(of.values()))
    if not files:
        return None
    return hashlib.sha256("".join(_digest(path, stamp(path)) for path in files).encode()).hexdigest()


def database_hashes(dataset: Dataset) -> dict[str, str]:
    """Return the SHA-256 of each database's content by its id, wherever the file lies."""
    return {path.stem: _digest(path, stamp(path)) for path in dataset.database_paths}


def knowledge_sha256(known: Iterable[Knowledge | None]) -> str | None:
    """Return one hash of all that is known about the databases, wherever its files lie; None if nothing is."""
    told = [each.model_dump_json(exclude=_PLACES) for each in known if each]
    return hashlib.sha256("\n".join(told).encode()).hexdigest() if told else None


def changed(before: Mapping[str, str], now: Mapping[str, str]) -> tuple[str, ...]:
    """Name what has another hash than before; nothing for what an earlier version did not hash."""
    return tuple(name for name, digest in sorted(now.items()) if before.get(name, digest) != digest)


def _weights(of: Iterable[object]) -> set[Path]:
    files: set[Path] = set()
    for node in of:
        if type(node).__name__ != "Skip":
            files |= set(_WORDS)
        named = getattr(node, "weights", None)
        if isinstance(named, str):
            files |= {Path(named)} if named else {_COMPACT / "planner.zip", _COMPACT / "ranking" / "choice.json"}
        if getattr(node, "read", 0):
            files.add(Path(getattr(node, "cross_encoder", "") or _COMPACT / "ranking" / "cross_encoder.zip"))
        if isinstance(node, Candidates):
            files.add(MODEL_CHOICE)
    return {path for path in files if path.is_file()}


@lru_cache(maxsize=1024)
def _digest(path: Path, state: tuple[int, ...]) -> str:
    """Hash a file and its write-ahead log, once for each state of them."""
    digest = hashlib.sha256()
    for part in (path, Path(f"{path}-wal")):
        if part == path or part.exists():
            with part.open("rb") as file:
                while chunk := file.read(_CHUNK):
                    digest.update(chunk)
    return digest.hexdigest()
