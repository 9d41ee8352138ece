"""A MariaDB or MySQL server of its own: in a temporary folder, on a free port, stopped at the end."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.databases.server_process import as_nobody, free_port, started

OWNER, PASSWORD = "owner", "owner's password"
_SYSTEM_PATHS = ("/usr/sbin", "/usr/local/sbin", "/usr/libexec")


def server_programs() -> tuple[str, ...] | None:
    """Return the server and, of MariaDB, what makes its folder; None where no server is installed."""
    path = os.pathsep.join((os.environ.get("PATH", ""), *_SYSTEM_PATHS))
    maria, make = shutil.which("mariadbd", path=path), shutil.which("mariadb-install-db", path=path)
    if maria and make:
        return maria, make
    plain = shutil.which("mysqld", path=path)
    return (plain,) if plain else None


@dataclass
class Server:
    """A server that runs."""

    program: str
    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    def address(self, database: str, user: str = OWNER, password: str = PASSWORD) -> str:
        """Return the address of a database."""
        return f"mysql://{user}:{quote(password, safe='')}@127.0.0.1:{self.port}/{database}"

    def connect(self, database: str | None = None) -> Any:
        """Open a connection of its owner's, for making what the tests ask."""
        import pymysql

        return pymysql.connect(
            host="127.0.0.1", port=self.port, user=OWNER, password=PASSWORD, database=database, autocommit=True,
            charset="utf8mb4",
        )  # fmt: skip

    def run(self, *statements: str, database: str | None = None) -> list[Any]:
        """Run statements of the owner's, and return the rows of the last."""
        connection = self.connect(database)
        try:
            with connection.cursor() as cursor:
                for statement in statements:
                    cursor.execute(statement)
                return list(cursor.fetchall())
        finally:
            connection.close()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        words = [
            self.program, "--no-defaults", f"--datadir={self.folder / 'data'}", f"--port={self.port}",
            f"--socket={self.folder / 'socket'}", "--bind-address=127.0.0.1", f"--pid-file={self.folder / 'pid'}",
            f"--init-file={self.folder / 'init.sql'}", "--innodb-flush-log-at-trx-commit=0", "--secure-file-priv=",
        ]  # fmt: skip
        self.process = started(words, self.folder, self.connect)

    def stop(self, *, at_once: bool = False) -> None:
        """Stop it; at once, as a crash would."""
        if self.process is not None:
            self.process.kill() if at_once else self.process.terminate()
            self.process.wait(30)
            self.process = None


@contextmanager
def running_server(programs: tuple[str, ...]) -> Generator[Server]:
    """Make a data folder, run a server on it, and remove both."""
    folder = Path(tempfile.mkdtemp(prefix="turnsql-mysql-"))
    server: Server | None = None
    try:
        (folder / "init.sql").write_text(
            f"CREATE USER IF NOT EXISTS '{OWNER}'@'127.0.0.1' IDENTIFIED BY '{PASSWORD.replace(chr(39), chr(39) * 2)}';\n"
            f"GRANT ALL ON *.* TO '{OWNER}'@'127.0.0.1' WITH GRANT OPTION;\n"
        )
        if os.geteuid() == 0:
            shutil.chown(folder, "nobody", "nogroup")
            shutil.chown(folder / "init.sql", "nobody", "nogroup")
        data = f"--datadir={folder / 'data'}"
        program, *makers = programs
        make = [program, "--no-defaults", "--initialize-insecure", data]
        if makers:
            make = [makers[0], "--no-defaults", data, "--auth-root-authentication-method=normal", "--skip-test-db"]
        subprocess.run(as_nobody(make), check=True, capture_output=True, cwd=folder)
        server = Server(program, folder, free_port())
        server.start()
        yield server
    finally:
        if server is not None:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)
