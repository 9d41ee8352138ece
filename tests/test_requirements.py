"""What is installed is pinned, with hashes, and the pins agree: `make lock` writes them."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LISTS = sorted((ROOT / "requirements").glob("*.txt"))
OWN_ENVIRONMENT = {"serve", "train-gpu", "vllm"}
"""Stacks that pin numpy and the like in their own way."""
PIN = re.compile(r"^([\w.-]+)(?:\[[\w,.-]+\])?==(\S+)(?: ;[^\\]*)? \\$")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def pins(path: Path) -> list[tuple[str, str]]:
    return [(found[1], found[2]) for line in path.read_text("utf-8").splitlines() if (found := PIN.match(line))]


def name_of(requirement: str) -> str:
    return re.split(r"[\[<>=! ]", requirement)[0]


def constraints() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    return dict(line.split("==") for line in lines if line and not line.startswith("#"))


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.stem)
def test_every_line_is_a_pin_or_its_hash(path: Path) -> None:
    lines = [line for line in path.read_text("utf-8").splitlines() if not line.startswith("#")]
    hashes = [line for line in lines if re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}(?: \\)?", line)]
    assert hashes and len(hashes) + len(pins(path)) == len(lines), "an address, or a pin without a hash"
    for line, after in zip(lines, [*lines[1:], ""], strict=True):
        assert not PIN.match(line) or "--hash" in after, line


@pytest.mark.parametrize(
    "path", [path for path in LISTS if path.stem not in OWN_ENVIRONMENT], ids=lambda path: path.stem
)
def test_the_pins_are_those_of_the_constraints(path: Path) -> None:
    agreed = constraints()
    assert {name: version for name, version in pins(path) if agreed.get(name, version) != version} == {}


@pytest.mark.parametrize("extra", ["", *PROJECT["optional-dependencies"]])
def test_every_requirement_has_a_pin(extra: str) -> None:
    pinned = {name.lower() for name, _ in pins(ROOT / "requirements" / f"{extra or 'run'}.txt")}
    wanted = [*PROJECT["dependencies"], *(PROJECT["optional-dependencies"][extra] if extra else ())]
    missing = {name_of(each).lower() for each in wanted} - pinned - {"turnsql"}
    assert not missing, "make lock"
