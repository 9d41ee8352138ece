"""The wheel in an empty environment, beside a project that has an `eval` and an `agent` of its own (`make test-wheel`)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from eval.demo.build import build
from eval.provenance import commit

pytestmark = pytest.mark.wheel

ROOT = Path(__file__).resolve().parent.parent
OWN = {
    "eval.py": "NAME = 'mine'\n",
    "agent/__init__.py": "NAME = 'mine'\n",
    "nodes.py": "raise SystemExit('not ours')\n",
}
"""The project that installs the wheel."""


@dataclass(frozen=True)
class Installed:
    """An environment that holds the wheel and what it needs, and a project outside the checkout."""

    bin: Path
    project: Path
    cache: Path

    def run(self, *words: object, lines: str = "") -> str:
        """Run a program of the environment in the project's folder; return what it says."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        environment |= {"XDG_CACHE_HOME": str(self.cache), "XDG_DATA_HOME": str(self.cache), "COLUMNS": "120"}
        command = [str(self.bin / str(words[0])), *map(str, words[1:])]
        done = subprocess.run(
            command, cwd=self.project, env=environment, input=lines, capture_output=True, text=True, timeout=300
        )
        assert done.returncode == 0, f"{words}: {done.stdout}\n{done.stderr}"
        return done.stdout

    @property
    def site(self) -> Path:
        """Where the wheel lies."""
        return Path(self.run("python", "-c", "import turnsql; print(turnsql.__file__)").strip()).parent


@pytest.fixture(scope="module")
def wheel() -> Path:
    """What `make wheel` built."""
    (found,) = (ROOT / "dist").glob("turnsql-*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    """The wheel installed by pip's own rules into an environment that holds nothing else."""
    folder = tmp_path_factory.mktemp("elsewhere")
    venv.create(folder / "venv", with_pip=False)
    scripts = folder / "venv" / ("Scripts" if sys.platform == "win32" else "bin")
    install(scripts / "python", [str(wheel), "-c", str(ROOT / "constraints.txt")])
    for name, text in OWN.items():
        path = folder / "project" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    yield Installed(scripts, folder / "project", folder / "cache")


def install(python: Path, what: Sequence[str]) -> None:
    """Install with uv if this environment has it, else with its pip."""
    uv = Path(sys.executable).with_name("uv")
    if uv.exists():
        command = [str(uv), "pip", "install", "-q", "--compile-bytecode", "--python", str(python), *what]
    else:
        command = [sys.executable, "-m", "pip", "--python", str(python), "install", "-q", *what]
    subprocess.run(command, check=True, timeout=600)


def shipped_files(site: Path) -> set[Path]:
    return {path for path in site.rglob("*") if path.is_file() and "__pycache__" not in path.parts}


def test_nothing_but_turnsql_lands_at_the_top(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        assert archive.read("turnsql/COMMIT").decode().strip() == commit()
    top = {name.split("/")[0] for name in names}
    assert {name.split("-")[0] for name in top} == {"turnsql"} and len(top) == 2, top
    assert "turnsql/py.typed" in names and "turnsql/configs/default.toml" in names
    assert not [name for name in names if name.endswith((".sqlite", ".pyc"))]


@pytest.fixture(scope="module")
def database(installed: Installed) -> Path:
    """A database of the demo, which was run outside the checkout and wrote nothing into the package."""
    before = shipped_files(installed.site)
    assert "Report: " in installed.run("turnsql", "demo", "--out", "run")
    assert shipped_files(installed.site) == before
    return installed.cache / "turnsql" / "demo" / "database" / "bookshop" / "bookshop.sqlite"


def test_the_demo_s_run_says_what_it_was_made_with(installed: Installed, database: Path) -> None:
    assert database.is_file()
    manifest = json.loads((installed.project / "run" / "manifest.json").read_text("utf-8"))
    assert manifest["commit"] == commit() and manifest["versions"]["turnsql"]


def test_a_question_is_answered_and_the_project_s_own_names_stay_its_own(installed: Installed, database: Path) -> None:
    asked = ("ask", "How many books are there?", "--db", database, "--json")
    assert json.loads(installed.run("turnsql", *asked))["rows"] == [[54]]
    assert json.loads(installed.run("python", "-m", "turnsql", *asked, "--config", "configs/lexical.toml"))["rows"] == [
        [54]
    ]
    own = installed.run("python", "-c", "import turnsql.agent.answer, agent, eval; print(agent.NAME, eval.NAME)")
    assert own.split() == ["mine", "mine"]


def test_a_process_of_its_own_is_found_by_the_wheel_s_name(installed: Installed) -> None:
    """`bench` starts its loopback server by `python -m` and the package's name."""
    script = "from turnsql.eval.bench.loopback_server import loopback\nwith loopback(0) as url: print(url)"
    assert installed.run("python", "-c", script).startswith("http://127.0.0.1:")


def test_a_thread_of_the_checkout_goes_on_in_the_wheel_and_back(installed: Installed, tmp_path: Path) -> None:
    database = next(path for path in build() if path.stem == "bookshop")
    chat = ("chat", "--db", database, "--store", tmp_path / "threads.sqlite", "--thread", "both")

    def checkout(lines: str) -> str:
        command = [sys.executable, str(ROOT / "turnsql.py"), *map(str, chat)]
        done = subprocess.run(command, cwd=tmp_path, input=lines, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "0 turns so far" in checkout("How many books are there?\n")
    assert "1 turns so far" in installed.run("turnsql", *chat, lines="How many authors are there?\n")
    assert "2 turns so far" in checkout("")
