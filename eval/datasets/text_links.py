"""followed: what a link stands for where an archive was copied with its links as small text files."""

from __future__ import annotations

from codecs import BOM_UTF8
from pathlib import Path

from eval.datasets.json_file import DataError

_LONGEST_LINK = 4096


def followed(path: Path) -> Path:
    """Return what a link stands for where an archive was copied with its links as small text files.

    Some copies (git on systems without links, some archivers) keep `database -> ../database` as a file that holds
    `../database`. Anything else is returned as it is.

    Raises:
        DataError: It leads further away than one folder up.
    """
    if not path.is_file() or path.stat().st_size > _LONGEST_LINK:
        return path
    text = path.read_bytes().removeprefix(BOM_UTF8).strip()
    if not text or b"\n" in text or b"\0" in text or text[:1] in b"[{":
        return path
    link = Path(text.decode(errors="replace"))
    try:
        if not (path.parent / link).exists():
            return path
    except OSError:  # too long for a name, so it is none
        return path
    if not _lies_near(link):
        raise DataError(f"{path} is a link out of the data folder ({str(link)!r}): put what it names in its place")
    return path.parent / link


def _lies_near(link: Path) -> bool:
    """Whether a path leads one folder up at most, as the links of the archives do.

    >>> [_lies_near(Path(link)) for link in ("a/b", "../a", "../../a", "a/../../../b", "/a")]
    [True, True, False, False, False]
    """
    return not link.is_absolute() and ".." not in link.parts[1:]
