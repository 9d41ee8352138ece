"""The four pages for newcomers: what each says is done to a copy of the checkout, one file and one line, and works."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from docs.generate.pages import ROOT
from docs.generate.shown_outputs import blocks
from eval.demo.build import build

PACKAGES = ("agent", "configs", "eval", "nodes", "value_index", "training")
_EDIT = re.compile(
    r"^(?:Create `(?P<new>[^`]+)`|In `(?P<old>[^`]+)`, (?P<where>[^\n]+)):\n\n```python\n(?P<code>.*?)```", re.M | re.S
)


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The code of the checkout, its heavy files as links."""
    folder = tmp_path_factory.mktemp("checkout")
    build()
    for package in PACKAGES:
        shutil.copytree(ROOT / package, folder / package, copy_function=_copy)
    shutil.copy(ROOT / "turnsql.py", folder)
    return folder


@pytest.fixture
def checkout(pristine: Path, tmp_path: Path) -> Path:
    """A copy to change."""
    return Path(shutil.copytree(pristine, tmp_path / "checkout", symlinks=True))


def test_a_variant(checkout: Path) -> None:
    assert follow("add-a-variant", checkout) == (0, ["nodes/dialogue_state_tracking.py", "nodes/registry.py"])
    (shown,) = shown_outputs("add-a-variant")
    assert run(checkout, *shown[0]) == shown[1]


def test_a_validator_rule(checkout: Path) -> None:
    assert follow("add-a-validator-rule", checkout) == (1, ["nodes/sql/validation/rules/__init__.py"])
    (shown,) = shown_outputs("add-a-validator-rule")
    assert run(checkout, *shown[0]) == shown[1]


def test_a_data_set(checkout: Path) -> None:
    assert follow("add-a-data-set", checkout) == (1, ["eval/datasets/registry.py"])
    (checkout / "questions").mkdir()
    (checkout / "questions" / "database").symlink_to(checkout / "eval" / "demo" / "database")
    with (checkout / "questions" / "dev.tsv").open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines, delimiter="\t")
        writer.writerows(
            (("database", "question", "sql"), ("bookshop", "How many books?", "SELECT count(*) FROM book"))
        )
    (shown,) = shown_outputs("add-a-data-set")
    assert run(checkout, *shown[0]) == shown[1]


def test_a_score(checkout: Path) -> None:
    assert follow("add-a-score", checkout) == (1, ["eval/scoring/registry.py"])
    words = ("--data", "eval/demo", "--dialogues", "0:1", "--config", "configs/lexical.toml", "--out", "runs/scored")
    run(checkout, "eval", "run", *words)
    summary = json.loads(run(checkout, "eval", "score", "runs/scored", "--json"))
    for place in ("in_graph", "alone"):
        assert 0 < summary["means"]["stages"]["schema_linking"][place]["table_precision"] <= 1


def follow(page: str, checkout: Path) -> tuple[int, list[str]]:
    """Do what a page says; return how many files it creates, and which it edits.

    In a file that is edited beside a new one, one line is added.
    """
    edits = list(_EDIT.finditer((ROOT / "docs" / "how-to" / f"{page}.md").read_text("utf-8")))
    for edit in edits:
        if edit["new"]:
            assert not (checkout / edit["new"]).exists()
            (checkout / edit["new"]).write_text(edit["code"], "utf-8")
        else:
            insert(checkout / edit["old"], edit["where"], edit["code"])
    assert len(edits) == 2 and edits[1]["code"].count("\n") == 1, "one file, one line"
    return sum(bool(edit["new"]) for edit in edits), [edit["old"] for edit in edits if edit["old"]]


def insert(path: Path, where: str, code: str) -> None:
    """Put code at the end of a file, or before the one line that begins with some text."""
    text = path.read_text("utf-8")
    if where == "at the end":
        path.write_text(text + code, "utf-8")
        return
    anchor = re.fullmatch(r"before `(.+)`", where)
    assert anchor and text.count(f"\n{anchor[1]}") == 1, where
    space = "\n\n" if code.startswith("class ") else ""
    path.write_text(text.replace(f"\n{anchor[1]}", f"\n{code}{space}{anchor[1]}"), "utf-8")


def shown_outputs(page: str) -> list[tuple[tuple[str, ...], str]]:
    """Return the commands of a page that show an output, without `turnsql`."""
    text = (ROOT / "docs" / "how-to" / f"{page}.md").read_text("utf-8")
    return [(block.commands[0].words[1:], block.output) for block in blocks(text) if block.output is not None]


def run(checkout: Path, *words: str) -> str:
    """Run the copy's `turnsql` and return what it prints."""
    environment = {**os.environ, "XDG_CACHE_HOME": str(checkout / "cache"), "COLUMNS": "100"}
    done = subprocess.run(
        [sys.executable, "turnsql.py", *words],
        cwd=checkout,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _copy(source: str, target: str) -> str:
    """Copy a source file, link a heavy one."""
    if Path(source).suffix in (".zip", ".sqlite"):
        os.symlink(source, target)
        return target
    return shutil.copy2(source, target)
