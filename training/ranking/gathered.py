# pyright: basic
"""gathered: the judged candidates of every source, kept as long as network, guide, code and data are the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from nodes.compact.network import Network
from nodes.compact.turn_encoding import Planner
from training.ranking.candidates import Judge, JudgedCandidate, JudgedTurn
from training.ranking.conversations import HeldOut
from training.ranking.kept import content_key, kept
from value_index.linear_model import Weights


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
    settings = [sorted(guide.items()), sorted(held_out.databases), held_out.size, held_out.seed]
    key = content_key(settings, [network])
    turns: list[JudgedTurn] = []
    for name in names:
        found = kept(folder / f"{name.replace(' ', '-')}-{key}.json.gz", sources[name], _turn)
        reach = sum(any(each.right for each in turn.candidates) for turn in found)
        say(f"{name}: {len(found)} turns, the right plan among the candidates of {reach}")
        turns += found
    return turns


def _turn(row: Mapping[str, Any]) -> JudgedTurn:
    return JudgedTurn(**{**row, "candidates": tuple(JudgedCandidate(**each) for each in row["candidates"])})
