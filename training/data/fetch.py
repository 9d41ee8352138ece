"""Download the official files of a data set; an interrupted download goes on where it stopped."""

from __future__ import annotations

import hashlib
import http.client
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from eval.datasets import DataError
from training.data.catalogue import DataSet, Download

CHUNK = 1 << 20
TIMEOUT = 30.0
"""Seconds without a byte after which a download is given up, to be continued later."""
PARTIAL = ".partial"


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
            download(item, path, page=known.page)
            say(f"{path}: {path.stat().st_size:,} bytes, sha256 {sha256(path)} (computed here, not compared)")
        if item.unpack:
            say(f"{path}: {unpack(path, data, known.folder)} files unpacked into {folder}")


def download(item: Download, path: Path, *, page: str) -> None:
    """Download one file, from where an earlier attempt stopped.

    Raises:
        DataError: It did not come whole; `FILE.partial` keeps what did.
    """
    partial = path.with_name(path.name + PARTIAL)
    advice = f"run the command again to continue, or get it by hand from {page} into {path.parent}"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        have = partial.stat().st_size if partial.is_file() else 0
        request = urllib.request.Request(item.url, headers={"Range": f"bytes={have}-"} if have else {})
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
            if answer.headers.get_content_type() == "text/html":
                raise DataError(f"{item.url} answers with a web page, not the file: get it by hand from {page}")
            continued = answer.status == 206
            whole = _length(answer, have if continued else 0)
            with partial.open("ab" if continued else "wb") as out:
                while chunk := answer.read(CHUNK):
                    out.write(chunk)
        if whole is not None and partial.stat().st_size != whole:
            raise DataError(f"{path.name}: {partial.stat().st_size:,} of {whole:,} bytes came: {advice}")
        partial.rename(path)
    except urllib.error.HTTPError as error:
        if error.code == 416 and partial.is_file():  # nothing is left to send: the earlier attempt had it all
            partial.rename(path)
            return
        raise DataError(f"{item.url}: the server says {error.code} {error.reason}: {advice}") from error
    except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError) as error:
        cause = getattr(error, "reason", None) or error
        where = urlsplit(item.url).hostname
        raise DataError(f"{path.name} did not come whole from {where} ({cause}): {advice}") from error
    except OSError as error:
        raise DataError(f"cannot write {path}: {error.strerror}: make room, then run the command again") from error


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


def _length(answer: http.client.HTTPResponse, have: int) -> int | None:
    """Return how long the whole file is; None if the server does not say."""
    length = answer.headers.get("Content-Length")
    return have + int(length) if length is not None else None
