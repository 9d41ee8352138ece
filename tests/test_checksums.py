"""What nobody can read by eye, weights and other people's scripts, is what `SHA256SUMS` says (`sha256sum -c SHA256SUMS`)."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[1]
OPAQUE = ("*.zip", "*.min.js")


def test_every_opaque_file_has_its_checksum() -> None:
    listed = dict(reversed(line.split("  ")) for line in (ROOT / "SHA256SUMS").read_text().splitlines())
    paths = subprocess.run(
        ["git", "ls-files", "--", *OPAQUE], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    found = {path: hashlib.sha256((ROOT / path).read_bytes()).hexdigest() for path in paths}
    assert found == listed, f"after a change: sha256sum {' '.join(sorted(paths))} > SHA256SUMS"
