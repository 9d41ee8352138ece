# pyright: basic
"""gathered: the judged candidates of every source, kept as long as network, guide, code and data are the same."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path

from nodes.compact.network import Network
from nodes.compact.turn_encoding import Planner
from training.ranking.candidates import Judge, JudgedCandidate, JudgedTurn
from training.ranking.conversations import HeldOut
from value_index.atomic_file import write_atomically
from value_index.folders import ROOT
from value_index.linear_model import Weights

CODE = ("nodes", "value_index", "training/ranking", "eval/conversations")
"""Folders whose code decides what the candidates and their features are."""


def gathered(
    held_out: HeldOut,
    names: Iterable[str],
    network: Path,
    guide: Weights,
    folder: Path,
    say: Callable[[str], None] = print,
) -> list[JudgedTurn]:
    """Return the turns of some sources with their candidates.

    Args:
        names: of the sources.
        network: the weights of the planner.
        guide: says whose edits are looked at, and the own answers of a history.
        folder: where each source is kept once gathered.
        say: is told of each source.
    """
    judge = Judge(Planner(Network(network)), guide)
    sources: dict[str, Callable[[], Iterable[JudgedTurn]]] = {
        "dialogues": lambda: judge.turns(held_out.dialogues()),
        "own history": lambda: judge.own_history(held_out.dialogues()),
        "questions": lambda: judge.turns(held_out.questions()),
        "renamed": lambda: judge.turns(held_out.renamed()),
        "generated": lambda: judge.turns(held_out.generated()),
    }
    key = _key(network, guide, held_out)
    folder.mkdir(parents=True, exist_ok=True)
    turns: list[JudgedTurn] = []
    for name in names:
        path = folder / f"{name.replace(' ', '-')}-{key}.json.gz"
        if not path.exists():
            _write(path, sources[name]())
        found = _read(path)
        reach = sum(any(each.right for each in turn.candidates) for turn in found)
        say(f"{name}: {len(found)} turns, the right plan among the candidates of {reach}")
        turns += found
    return turns


def _key(network: Path, guide: Weights, held_out: HeldOut) -> str:
    """Return what the candidates depend on, as a short hash."""
    found = hashlib.sha256(network.read_bytes())
    found.update(json.dumps([sorted(guide.items()), sorted(held_out.databases), held_out.size, held_out.seed]).encode())
    for folder in CODE:
        for file in sorted((ROOT / folder).rglob("*.py")):
            found.update(file.read_bytes())
    return found.hexdigest()[:12]


def _write(path: Path, turns: Iterable[JudgedTurn]) -> None:
    lines = "".join(json.dumps(asdict(turn)) + "\n" for turn in turns)
    write_atomically(path, gzip.compress(lines.encode(), 5, mtime=0))


def _read(path: Path) -> list[JudgedTurn]:
    lines = gzip.decompress(path.read_bytes()).decode().splitlines()
    rows = (json.loads(line) for line in lines)
    return [
        JudgedTurn(**{**row, "candidates": tuple(JudgedCandidate(**each) for each in row["candidates"])})
        for row in rows
    ]
