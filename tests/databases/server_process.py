"""What database servers of the tests share: a free port, a user who is not root, and the wait until one answers."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

START_SECONDS = 60.0


def as_nobody(words: Sequence[str]) -> list[str]:
    """Return a command as the server takes it: not by root."""
    drop = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
    return [*(drop if os.geteuid() == 0 else []), *words]


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def started(words: Sequence[str], folder: Path, connect: Callable[[], Any]) -> subprocess.Popen[bytes]:
    """Start a server, wait until it answers, and return its process.

    Raises:
        RuntimeError: It ended, or does not answer in time; with the end of its log.
    """
    log = (folder / "log").open("ab")
    process = subprocess.Popen(as_nobody(words), stdout=log, stderr=log, cwd=folder)
    end = time.monotonic() + START_SECONDS
    while True:
        try:
            connect().close()
            return process
        except Exception as error:
            if process.poll() is not None or time.monotonic() > end:
                process.kill()
                raise RuntimeError((folder / "log").read_text()[-2000:]) from error
            time.sleep(0.05)
