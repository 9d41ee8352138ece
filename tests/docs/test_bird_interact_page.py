"""docs/how-to/bird-interact.md, followed on the project's own world: every command that needs neither the benchmark nor a server."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from docs.generate.pages import ROOT
from docs.generate.shown_outputs import blocks
from eval.demo.build import build
from turnsql import app
from value_index.options import spread

PAGE = (ROOT / "docs" / "how-to" / "bird-interact.md").read_text("utf-8")
ELSEWHERE = (
    "mini-interact",
    "bird-interact-lite",
    "127.0.0.1",
    "_samples.json",
    "serve-world",
    "agent",
    "runs/mini",
    "runs/faulty",
)
"""Words of the commands that need what a test does not have: the benchmark, its server, services that run beside it."""


def test_the_page_is_followed_on_our_own_world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build()
    monkeypatch.chdir(tmp_path)
    commands = [each.words[1:] for block in blocks(PAGE) for each in block.commands]
    here = [words for words in commands if not any(part in word for word in words for part in ELSEWHERE)]
    assert len(here) == 9
    tasks: tuple[str, ...] = ()
    for words in here:
        more = tasks if words[:2] == ("interact", "run") else ()
        done = CliRunner().invoke(app, [*spread(words), *more])
        assert done.exit_code == 0, (words, done.output, done.exception)
        if words[:2] == ("interact", "world"):
            lines = (tmp_path / "world" / "bird_interact_data.jsonl").read_text("utf-8").splitlines()
            ids = [json.loads(line)["instance_id"] for line in lines]
            tasks = tuple(word for name in [one for one in ids if "_M_" not in one][:3] for word in ("--task", name))
