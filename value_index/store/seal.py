"""Seals: what proves that the files of an index are still as they were written."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

from value_index.models import FrozenModel

_CHUNK = 1 << 20


class SealedFile(FrozenModel):
    """One file as it was written."""

    size: int
    blake2b: str
    """The hash of its content; hexadecimal."""
    state: tuple[int, int, int]
    """Inode and times in ns (of content, of anything) when it was written: while they stand, nothing is read again."""


def sealed(folder: Path) -> dict[str, SealedFile]:
    """Seal every array file of a folder, on the disk to stay."""
    found: dict[str, SealedFile] = {}
    for name, path in _arrays(folder).items():
        with path.open("rb") as file:
            os.fsync(file.fileno())
        found[name] = SealedFile(size=path.stat().st_size, blake2b=_digest(path), state=_state(path))
    for parent in {path.parent for path in _arrays(folder).values()} | {folder}:
        sync_folder(parent)
    return found


def intact(folder: Path, files: Mapping[str, SealedFile]) -> bool:
    """Whether a folder holds just the files that were sealed, unchanged."""
    arrays = _arrays(folder)
    return arrays.keys() == files.keys() and all(_is_intact(arrays[name], file) for name, file in files.items())


def sync_folder(folder: Path) -> None:
    """Bring the entries of a folder onto the disk, where the system can."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:  # Windows opens no folder
        return
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _is_intact(path: Path, file: SealedFile) -> bool:
    if path.stat().st_size != file.size:
        return False
    return _state(path) == file.state or _digest(path) == file.blake2b


def _arrays(folder: Path) -> dict[str, Path]:
    return {str(path.relative_to(folder)): path for path in sorted(folder.rglob("*.npy"))}


def _state(path: Path) -> tuple[int, int, int]:
    found = path.stat()
    return found.st_ino, found.st_mtime_ns, found.st_ctime_ns


def _digest(path: Path) -> str:
    digest = hashlib.blake2b(digest_size=16)
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
