"""download: one file, from where an earlier attempt stopped, if the server still has the file that was begun."""

from __future__ import annotations

import base64
import binascii
import hashlib
import http.client
import re
import urllib.error
import urllib.request
from email.message import Message
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import ValidationError

from eval.datasets import DataError
from training.data.catalogue import Download
from value_index.files.atomic_file import write_atomically
from value_index.models import ForeignModel

CHUNK = 1 << 20
TIMEOUT = 30.0
"""Seconds without a byte after which a download is given up, to be continued later."""
PARTIAL = ".partial"
_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")
_DIGEST = re.compile(r"sha-256=:?([0-9A-Za-z+/=]+)", re.IGNORECASE)
_MD5 = re.compile(r"md5=([0-9A-Za-z+/=]+)")


Published = tuple[Literal["sha256", "md5"], str]
"""A hash, in hexadecimal; "" if none is published."""


class Begun(ForeignModel):
    """What a server said of a file when its download began; kept beside the part that came."""

    validator: str = ""
    """Its strong entity tag, or when it was last changed; "" if it told neither."""
    size: int | None = None
    """Bytes of the whole file; None if it did not tell."""


def download(item: Download, path: Path, *, page: str) -> bool:
    """Download one file; return whether it has the hash that was published of it, by the catalogue or the server.

    Raises:
        DataError: It did not come whole, or is not what was published; `FILE.partial` keeps what came, if it is of use.
    """
    partial = path.with_name(path.name + PARTIAL)
    advice = f"run the command again to continue, or get it by hand from {page} into {path.parent}"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        published = _continue(item, partial, page) or _receive(item, partial, page, None)
    except urllib.error.HTTPError as error:
        raise DataError(f"{item.url}: the server says {error.code} {error.reason}: {advice}") from error
    except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError) as error:
        cause = getattr(error, "reason", None) or error
        where = urlsplit(item.url).hostname
        raise DataError(f"{path.name} did not come whole from {where} ({cause}): {advice}") from error
    except OSError as error:
        raise DataError(f"cannot write {path}: {error.strerror}: make room, then run the command again") from error
    if published is None:
        raise DataError(f"{item.url}: the server sends a part of the file that nobody asked for: {advice}")
    whole = _begun(partial).size
    if whole is not None and partial.stat().st_size != whole:
        raise DataError(f"{path.name}: {partial.stat().st_size:,} of {whole:,} bytes came: {advice}")
    if item.sha256:
        published = ("sha256", item.sha256)
    if published[1] and _hash(partial, published[0]) != published[1]:
        _forget(partial)
        raise DataError(f"{path.name} is not the file whose {published[0]} is published: {advice}")
    partial.rename(path)
    _forget(partial)
    return bool(published[1])


def _continue(item: Download, partial: Path, page: str) -> Published | None:
    """Ask for the rest of a part; None if it has to be begun anew: the server has another file, or cannot tell."""
    begun, have = _begun(partial), partial.stat().st_size if partial.is_file() else 0
    if not have or begun == Begun():
        return None
    try:
        return _receive(item, partial, page, begun)
    except urllib.error.HTTPError as error:
        if error.code != 416:
            raise
        whole = _size(error.headers.get("Content-Range", "").removeprefix("bytes */"))
        same = _validator(error.headers) in ("", begun.validator) and whole in (None, have)
        return ("sha256", "") if begun.size == have and same else None


def _receive(item: Download, partial: Path, page: str, begun: Begun | None) -> Published | None:
    """Write what the server sends; None if it sends the rest of another file than the one that was begun."""
    have = partial.stat().st_size if begun else 0
    asked = {"Range": f"bytes={have}-", **({"If-Range": begun.validator} if begun.validator else {})} if begun else {}
    with urllib.request.urlopen(urllib.request.Request(item.url, headers=asked), timeout=TIMEOUT) as answer:
        if answer.headers.get_content_type() == "text/html":
            raise DataError(f"{item.url} answers with a web page, not the file: get it by hand from {page}")
        continued = answer.status == 206
        if continued and not (begun and _is_rest(answer.headers, begun, have)):
            return None
        with partial.open("ab" if continued else "wb") as out:
            if not continued:  # only now, when nothing of another file is left
                told = Begun(validator=_validator(answer.headers), size=_size(answer.headers.get("Content-Length")))
                write_atomically(_beside(partial), told.model_dump_json())
            while chunk := answer.read(CHUNK):
                out.write(chunk)
        return _published(answer.headers, whole=not continued)


def _is_rest(headers: Message, begun: Begun, have: int) -> bool:
    """Whether the answer goes on where the part ends, in the file that was begun."""
    if begun.validator and _validator(headers) not in ("", begun.validator):
        return False
    told = _RANGE.fullmatch(headers.get("Content-Range", ""))
    length = _size(headers.get("Content-Length"))
    total = _size(told[2]) if told else None if length is None else have + length
    return (not told or int(told[1]) == have) and (None in (total, begun.size) or total == begun.size)


def _validator(headers: Message) -> str:
    """Return what tells one version of a file from another: a weak tag tells too little."""
    tag = headers.get("ETag", "")
    return tag if tag and not tag.startswith("W/") else headers.get("Last-Modified", "")


def _published(headers: Message, *, whole: bool) -> Published:
    """Return the hash of the whole file that the server tells of."""
    if found := _DIGEST.search(headers.get("Repr-Digest", "")):
        return "sha256", _hexadecimal(found[1])
    if found := _MD5.search(headers.get("x-goog-hash", "")):
        return "md5", _hexadecimal(found[1])
    return "md5", _hexadecimal(headers.get("Content-MD5", "")) if whole else ""


def _hexadecimal(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).hex()
    except (binascii.Error, ValueError):
        return ""


def _size(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 20 else None


def _begun(partial: Path) -> Begun:
    try:
        return Begun.model_validate_json(_beside(partial).read_bytes())
    except (OSError, ValidationError):
        return Begun()


def _beside(partial: Path) -> Path:
    return partial.with_name(partial.name + ".json")


def _forget(partial: Path) -> None:
    for path in (partial, _beside(partial)):
        path.unlink(missing_ok=True)


def _hash(path: Path, algorithm: str) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, algorithm).hexdigest()
