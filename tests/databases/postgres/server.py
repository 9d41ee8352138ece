"""A PostgreSQL server of its own: in a temporary folder, on a free port, stopped at the end."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from tests.databases.server_process import as_nobody, free_port, started

OWNER, PASSWORD = "postgres", "owner's password"


def server_programs() -> Path | None:
    """Return the folder of the newest server's programs; None where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("postgres")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


@dataclass
class Server:
    """A server that runs."""

    programs: Path
    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    def address(self, database: str, user: str = OWNER, password: str = PASSWORD) -> str:
        """Return the address of a database."""
        return f"postgresql://{user}:{quote(password, safe='')}@127.0.0.1:{self.port}/{database}"

    def connect(self, database: str = "postgres"):
        """Open a connection of its owner's, for making what the tests ask."""
        import psycopg

        return psycopg.connect(
            host="127.0.0.1", port=self.port, user=OWNER, password=PASSWORD, dbname=database, autocommit=True
        )

    def start(self) -> None:
        """Start it, and wait until it answers."""
        words = [str(self.programs / "postgres"), "-D", str(self.folder / "data"), "-p", str(self.port)]
        self.process = started(words, self.folder, self.connect)

    def stop(self, *, at_once: bool = False) -> None:
        """Stop it; at once, as a crash would."""
        if self.process is not None:
            self.process.send_signal(signal.SIGQUIT if at_once else signal.SIGINT)
            self.process.wait(30)
            self.process = None


@contextmanager
def running_server(programs: Path) -> Generator[Server]:
    """Make a cluster, run its server, and remove both."""
    folder = Path(tempfile.mkdtemp(prefix="turnsql-postgres-"))
    try:
        (folder / "password").write_text(PASSWORD)
        if os.geteuid() == 0:
            shutil.chown(folder, "nobody", "nogroup")
            shutil.chown(folder / "password", "nobody", "nogroup")
        make = [str(programs / "initdb"), "-D", str(folder / "data"), "-U", OWNER, "-A", "scram-sha-256"]
        make += [f"--pwfile={folder / 'password'}", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        subprocess.run(as_nobody(make), check=True, capture_output=True, cwd=folder)
        with (folder / "data" / "postgresql.conf").open("a") as settings:
            settings.write(f"unix_socket_directories = '{folder}'\nlisten_addresses = '127.0.0.1'\nfsync = off\n")
            settings.write(
                "full_page_writes = off\nsynchronous_commit = off\ncheckpoint_timeout = 1h\nmax_wal_size = 4GB\n"
            )
        server = Server(programs, folder, free_port())
        server.start()
        try:
            yield server
        finally:
            server.stop(at_once=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
