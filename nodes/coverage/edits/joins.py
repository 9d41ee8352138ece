"""sound_joins: joins along declared keys, by the key that the words speak of."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.coverage.asked.roles import other_keys
from nodes.coverage.demand import Demand
from nodes.coverage.join_paths import fan_traps, sound_plan
from nodes.plan import Plan


def sound_joins(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield a plan joined along keys where its joins fall into a fan trap, and by the other keys between its tables.

    "Which airlines fly to Boston?": `route.origin = airport.iata` becomes `route.destination = airport.iata`.
    """
    if plan.set_operations or len(plan.tables) < 2:
        return
    if fan_traps(plan, demand.schema) and (sound := sound_plan(plan, demand.schema)) is not None:
        yield sound
        yield from other_keys(sound, demand.schema)
    yield from other_keys(plan, demand.schema)
