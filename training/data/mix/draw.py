"""Which turns a mix takes: weights between the sources, balance within each. Pure: the same seed draws the same turns."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence

from training.data.mix.config import Balance
from training.data.turns import MixTurn


def draw_mix(
    pools: Mapping[str, Sequence[MixTurn]],
    weights: Mapping[str, float],
    *,
    rows: int | None,
    balance: Balance,
    seed: int,
) -> list[MixTurn]:
    """Draw turns, shuffled.

    Args:
        pools: what there is of each source.
        weights: with `rows` the shares of the sources; without, how often a turn of the source is taken.
        rows: how many turns altogether; a source that has too few leaves its share to the others.
    """
    draw = random.Random(seed)
    if rows is None:
        sizes = {name: round(len(pool) * weights[name]) for name, pool in pools.items()}
    else:
        sizes = shares({name: len(pool) for name, pool in pools.items()}, weights, rows)
    mixed = [turn for name, pool in pools.items() for turn in _drawn(pool, sizes[name], balance, draw)]
    draw.shuffle(mixed)
    return mixed


def shares(have: Mapping[str, int], weights: Mapping[str, float], rows: int) -> dict[str, int]:
    """Share out rows by weight, none getting more than it has; what one cannot fill goes to the others.

    >>> shares({"a": 10, "b": 100}, {"a": 1, "b": 1}, 40)
    {'a': 10, 'b': 30}
    """
    given = dict.fromkeys(have, 0)
    while (left := min(rows, sum(have.values())) - sum(given.values())) > 0:
        able = [name for name in have if given[name] < have[name]]
        whole = sum(weights[name] for name in able)
        for name in able:
            more = min(have[name] - given[name], int(left * weights[name] / whole))
            given[name] += more
        if sum(given.values()) == min(rows, sum(have.values())) - left:  # less than one each: the heaviest first
            heaviest = max(able, key=lambda name: weights[name])
            given[heaviest] += 1
    return given


def _drawn(pool: Sequence[MixTurn], size: int, balance: Balance, draw: random.Random) -> list[MixTurn]:
    """Draw from one source; more than it has means that turns repeat, each as often as the others."""
    whole, rest = divmod(size, len(pool)) if pool else (0, 0)
    return [*pool] * whole + _balanced(pool, rest, balance, draw)


def _balanced(pool: Sequence[MixTurn], size: int, balance: Balance, draw: random.Random) -> list[MixTurn]:
    if balance == "none":
        return draw.sample(list(pool), size)
    classes: defaultdict[str, list[MixTurn]] = defaultdict(list)
    for turn in pool:
        classes[turn.hardness if balance == "hardness" else turn.database_id].append(turn)
    sizes = shares({name: len(found) for name, found in classes.items()}, dict.fromkeys(classes, 1.0), size)
    return [turn for name, found in classes.items() for turn in draw.sample(found, sizes[name])]
