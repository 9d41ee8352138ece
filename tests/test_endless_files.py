"""A file without end is no longer read than a long one, whichever command it is given to."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import turnsql
from eval.demo.build import DEMO_DATA, build
from value_index.text.bounded_file import read_at_most

AIR = DEMO_DATA / "database" / "air_network" / "air_network.sqlite"


def test_what_is_longer_than_the_most_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"x" * (1 << 20))
    assert len(read_at_most(path, 1 << 20)) == 1 << 20
    path.write_bytes(b"x" * ((1 << 20) + 1))
    with pytest.raises(OSError, match="more than 1 MiB"):
        read_at_most(path, 1 << 20)


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="there is no /dev/zero")
@pytest.mark.parametrize(
    "words",
    [f"ask --db {AIR} --knowledge endless.yaml many", f"ask --db {AIR} --history endless many", f"ask --db {AIR} --config endless many",
     f"suite run endless --db {AIR} --out out", f"eval import --predictions endless --data {DEMO_DATA} --out out",
     f"eval no-question --data {DEMO_DATA} --utterances endless"],
    ids=lambda words: " ".join(words.split()[:2]),
)  # fmt: skip
def test_no_command_reads_on(tmp_path: Path, words: str) -> None:
    build()
    for name in ("endless", "endless.yaml"):
        (tmp_path / name).symlink_to("/dev/zero")
    command = [sys.executable, turnsql.__file__, *shlex.split(words)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 2 and "MiB" in done.stderr and "Traceback" not in done.stderr, done.stderr
