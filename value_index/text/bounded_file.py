"""read_at_most: the bytes of a file that somebody gave us, up to what such a file may hold."""

from __future__ import annotations

import errno
from pathlib import Path


def read_at_most(path: Path, most: int) -> bytes:
    """Return the bytes of a file; one without end (`/dev/zero`, a stream) is no longer read than a long one.

    Raises:
        OSError: it cannot be read, or has more bytes than `most`.
    """
    with path.open("rb") as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise OSError(errno.EFBIG, f"more than {most >> 20} MiB", str(path))
    return content


def text_at_most(path: Path, most: int) -> str:
    """Return the same as text; a byte-order mark is no part of it.

    Raises:
        OSError: it cannot be read, or has more bytes than `most`.
        UnicodeDecodeError: it is not UTF-8.
    """
    return read_at_most(path, most).decode("utf-8-sig")
