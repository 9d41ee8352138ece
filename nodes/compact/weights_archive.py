"""The archive that trained weights lie in: parts, and a manifest that says what they are and holds the hash of each."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from value_index.errors import TurnSQLError
from value_index.files.atomic_file import atomic_file

MAX_BYTES = 1 << 30
"""The most bytes of all parts of a weights file, unpacked."""
MANIFEST = "manifest.json"
HASHES = "parts"
"""The manifest's key of the SHA-256 of each part; files of earlier versions have none."""

About = dict[str, Any]


class WeightsError(TurnSQLError):
    """Weights that cannot be used: missing, torn, or made by another version."""


@contextmanager
def weights_archive(path: Path, made_by: str) -> Generator[tuple[About, Callable[[str], bytes]]]:
    """Open a weights file: its manifest, and what reads a part by name. Whatever goes wrong in the block is one line.

    Args:
        made_by: the command that makes such a file.

    Raises:
        WeightsError: the file is missing, torn, swells, or a part is not what its manifest says.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            if (unpacked := sum(entry.file_size for entry in archive.infolist())) > MAX_BYTES:
                raise ValueError(f"it would unpack to {unpacked >> 20} MB")
            about: About = json.loads(archive.read(MANIFEST))
            hashes: dict[str, str] = about.get(HASHES, {})

            def part(name: str) -> bytes:
                content = archive.read(name)
                if hashes and hashes.get(name) != hashlib.sha256(content).hexdigest():
                    raise ValueError(f"{name} is not what the manifest says")
                return content

            yield about, part
    # onnxruntime and tokenizers raise classes of their own, and tokenizers' is Exception itself.
    except Exception as error:
        said = " ".join(str(error).split())[:200]
        raise WeightsError(f"cannot read the weights {str(path)!r} ({said}): make them by {made_by}") from error


def write_weights(path: Path, parts: Mapping[str, bytes], about: About, *, packed: bool = False) -> None:
    """Write a weights file whole or not at all; `packed` makes it smaller and slower to open."""
    hashes = {name: hashlib.sha256(part).hexdigest() for name, part in parts.items()}
    kind = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    with atomic_file(path) as file, zipfile.ZipFile(file, "w", kind) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
        archive.writestr(MANIFEST, json.dumps({**about, HASHES: hashes}, indent=2))
