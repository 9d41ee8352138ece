"""Download and unpack the official files of a data set."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable
from pathlib import Path

from eval.datasets import DataError
from training.data.catalogue import DataSet
from training.data.download import download


def fetch(known: DataSet, data: Path, say: Callable[[str], None]) -> None:
    """Download and unpack what is not there yet.

    Args:
        known: what to get.
        data: the folder under which its own folder lies.
        say: told of each file, and of the hash that was computed from what came.

    Raises:
        DataError: The network, the server or the disk stands in the way; what came so far is kept.
    """
    folder = data / known.folder
    for item in known.downloads:
        path = folder / item.file
        if not path.is_file():
            compared = download(item, path, page=known.page)
            how = "as published" if compared else "computed here, not compared: none is published"
            say(f"{path}: {path.stat().st_size:,} bytes, sha256 {sha256(path)} ({how})")
        if item.unpack:
            say(f"{path}: {unpack(path, data, known.folder)} files unpacked into {folder}")


MOST_UNPACKED = 1 << 30
MOST_SWELLING = 30
"""How many times its size an archive may unpack to, if that is more than a gigabyte."""


def unpack(archive: Path, data: Path, folder: str) -> int:
    """Unpack an archive so that its files lie in `data/folder`; return how many there are.

    Raises:
        DataError: It is no ZIP file, is damaged, or names files outside its folder.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            names = [name for name in opened.namelist() if not name.startswith("__MACOSX")]
            inside = {Path(name).parts[:1] for name in names} == {(folder,)}
            target = data if inside else data / folder
            if any(Path(name).is_absolute() or ".." in Path(name).parts for name in names):
                raise DataError(f"{archive} names files outside its folder: it is not the official archive")
            unpacked = sum(opened.getinfo(name).file_size for name in names)
            if unpacked > max(MOST_UNPACKED, archive.stat().st_size * MOST_SWELLING):
                raise DataError(f"{archive} would unpack to {unpacked >> 20:,} MB: it is not the official archive")
            opened.extractall(target, names)
    except (NotImplementedError, RuntimeError) as error:  # encrypted, or packed in a way that Python does not know
        raise DataError(f"{archive} cannot be unpacked ({error}): it is not the official archive") from error
    except zipfile.BadZipFile as error:
        raise DataError(f"{archive} is no whole ZIP file ({error}): delete it and run the command again") from error
    except OSError as error:
        raise DataError(f"cannot unpack {archive}: {error.strerror}: make room, then run the command again") from error
    return len(names)


def sha256(path: Path) -> str:
    """Return the hash of a file."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
