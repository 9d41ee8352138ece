"""Ask every question of the field cases through `turnsql ask`, of this version or another, and say how many are right.

python -m tests.field.ask_all
python -m tests.field.ask_all --program "/old/.venv/bin/python /old/turnsql.py"
"""

from __future__ import annotations

import argparse
import json
import shlex
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.field.cases import CASES, DATABASES, Case, matches

OURS = f"{shlex.quote(sys.executable)} turnsql.py"
SECONDS = 120


def main() -> None:
    """Print each question with whether its rows are right, and the share."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=OURS, help="the command that is asked (default: this version's)")
    program = shlex.split(parser.parse_args().program)
    with tempfile.TemporaryDirectory() as folder:
        right = [_ask(program, case, Path(folder)) for case in CASES]
    print(f"{sum(right)} of {len(right)} right ({sum(right) / len(right):.3f})")


def _ask(program: list[str], case: Case, folder: Path) -> bool:
    """Ask one question and print what came of it."""
    asked = [*program, "ask", "--json", "--db", str(_database(case.database, folder)), case.question]
    done = subprocess.run(asked, capture_output=True, text=True, timeout=SECONDS, check=False)
    given: dict[str, Any] = json.loads(done.stdout) if done.stdout.strip().startswith("{") else {}
    right = given.get("rows") is not None and matches([tuple(row) for row in given["rows"]], case)
    print(f"{'right' if right else 'WRONG'}  {case.database}: {case.question}  {given.get('sql', '')}", flush=True)
    return right


def _database(name: str, folder: Path) -> Path:
    """Return one of the databases, built at the first question about it."""
    path = folder / f"{name}.sqlite"
    if not path.exists():
        with closing(sqlite3.connect(path)) as connection:
            connection.executescript((DATABASES / f"{name}.sql").read_text(encoding="utf-8"))
    return path


if __name__ == "__main__":
    main()
