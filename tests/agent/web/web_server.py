"""`turnsql web` as a process of its own, that a test may kill and start again."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from types import TracebackType

ROOT = Path(__file__).parents[3]


class WebServer:
    """One server over one database. `with WebServer(database, folder) as server: server.address`."""

    def __init__(self, database: str, folder: Path, *options: str) -> None:
        self._database = database
        self._options = options
        self._folder = folder
        self.port = 0
        self.start()

    def __enter__(self) -> WebServer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    @property
    def address(self) -> str:
        """Where its page is."""
        return f"http://127.0.0.1:{self.port}/"

    def start(self) -> None:
        """Start it, on the same port as before, over the same store."""
        store = str(self._folder / "conversations.sqlite")
        command = ["web", "--db", self._database, "--store", store, "--port", str(self.port), "--workers", "2"]
        command += self._options
        self._process = subprocess.Popen(
            [sys.executable, str(ROOT / "turnsql.py"), *command],
            cwd=ROOT,
            env={**os.environ, "XDG_DATA_HOME": str(self._folder), "HOME": str(self._folder)},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout
        line = self._process.stdout.readline()
        found = re.match(r"http://127\.0\.0\.1:(\d+)/", line)
        assert found, line
        self.port = int(found[1])

    def kill(self) -> None:
        """End it at once, as a machine that loses its power does."""
        self._process.kill()
        self._process.wait(10)
        if self._process.stdout:
            self._process.stdout.close()
