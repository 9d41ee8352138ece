"""docs/how-to/bird-interact.md, followed on the project's own world: every command but those that need a PostgreSQL server.

The benchmark's mini release is our world in its layout, its services are ours, the endpoint answers from this process, and the
traces are the published ones where the official data sets are on disk.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from docs.generate.pages import ROOT
from docs.generate.shown_outputs import blocks
from eval.demo.build import build
from eval.interact.world.write import write_world
from tests.eval.interact.survive import Play
from tests.fake_endpoint import fake_endpoint, said
from turnsql import app
from value_index.options import spread

PAGE = (ROOT / "docs" / "how-to" / "bird-interact.md").read_text("utf-8")
COMMANDS = [each.words[1:] for block in blocks(PAGE) for each in block.commands if each.words[0] == "turnsql"]
TASKS = 2
OF_POSTGRES = "tests/databases/postgres/test_interact_sandbox.py"
"""Where `--server` is tried."""
CONFIG = """
[nodes]
sql_generation = {{ variant = "llm" }}

[endpoint]
base_url = "{url}"
model = "m"
"""


def test_every_command_of_the_page_is_of_a_kind_that_is_followed() -> None:
    kinds = [words[1] for words in COMMANDS if words[0] == "interact"]
    assert set(kinds) == {
        "world",
        "run",
        "score",
        "oracle",
        "compare",
        "agent",
        "serve-world",
        "export",
        "import",
        "replay",
    }
    assert [words for words in COMMANDS if words[0] == "eval"] == [
        ("eval", "score", "runs/c"),
        ("eval", "report", "runs/c"),
    ]
    assert sum("--server" in words for words in COMMANDS) == 3 and (ROOT / OF_POSTGRES).is_file()


def test_the_page_is_followed_on_our_own_world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build()
    monkeypatch.chdir(tmp_path)
    write_world(tmp_path / "mini-interact", mini=True)
    play = Play(Path("world"), Path("world/gold.jsonl"), "a")
    with fake_endpoint(lambda body: said("SELECT 1")) as endpoint:
        for name in {word for words in COMMANDS for word in words if word.endswith(".toml")}:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(CONFIG.format(url=endpoint.base_url))
        for words in _here(play):
            more = _few(Path(words[words.index("--data") + 1])) if words[:2] == ("interact", "run") else ()
            done = CliRunner().invoke(app, [*spread(words), *more])
            assert done.exit_code == 0, (words, done.output, done.exception)
        assert endpoint.requests
    assert (tmp_path / "runs" / "small.jsonl").is_file() and (tmp_path / "batch" / "step_01.jsonl").is_file()


def _here(play: Play) -> Iterator[tuple[str, ...]]:
    """Yield the commands in their order, with the addresses of services that are served while they run."""
    told: list[str] = []
    for words in COMMANDS:
        if words[1] in ("serve-world", "agent") or "--server" in words:
            continue
        if words[1] == "replay":
            if traces := _traces(words):
                yield (*words[:2], *traces)
        elif "--environment" in words:
            with play.served(0.3, 0, told) as served:
                _serve_agent(served[1], served[3])
                ours = [word for word in words if not word.startswith("http") and word not in served]
                yield (*ours, *served)
        else:
            yield words
    assert told and "faults" in told[0]


def _serve_agent(environment: str, user: str) -> None:
    """Serve the agent as the page says, and ask how it is."""
    command = next(words for words in COMMANDS if words[1] == "agent")
    assert command[2::2] == ("--environment", "--user", "--port")
    given = ["--environment", environment, "--user", user, "--port", "0"]
    call = [sys.executable, str(ROOT / "turnsql.py"), "interact", "agent", *given]
    with subprocess.Popen(call, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        address = process.stdout.readline().split()[-1]
        with urllib.request.urlopen(f"{address}/health") as answer:
            assert json.load(answer)["status"] in ("ok", "healthy")
        process.terminate()


def _few(data: Path) -> tuple[str, ...]:
    """Return the words for the first tasks that only read."""
    file = next(path for name in ("bird_interact_data.jsonl", "mini_interact.jsonl") if (path := data / name).is_file())
    ids = [json.loads(line)["instance_id"] for line in file.read_text("utf-8").splitlines()]
    return tuple(word for name in [one for one in ids if "_M_" not in one][:TASKS] for word in ("--task", name))


def _traces(words: tuple[str, ...]) -> list[str]:
    """Return the files of the published traces; none where they are not on disk."""
    folder = Path(os.environ.get("TURNSQL_DATA", "")) / "bird_interact"
    found = [str(folder / word) for word in words[2:]]
    return found if all(Path(path).is_file() for path in found) else []
