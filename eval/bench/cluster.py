"""cluster_cost: what a Ray cluster costs before the first turn and beside each."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time

from agent.config import Config
from eval.datasets import load
from eval.runs.cluster import Answerer, connected
from eval.runs.experiment import Experiment
from eval.runs.units import Unit
from eval.runs.workers import Order

CALLS = 200


@dataclass(frozen=True)
class ClusterCost:
    """Seconds and milliseconds of a cluster."""

    joining: float
    """Seconds until the driver is in the cluster; `local` starts one."""
    starting: float
    """Seconds until the first actor is ready to answer."""
    call_ms: float
    """Median milliseconds from a unit that holds no turn to its answer, one after the other."""
    driver_ms: float
    """Processor time of the driver for each unit, many at once."""


def cluster_cost(address: str, data: Path, config: Path, environment: Mapping[str, str]) -> ClusterCost:
    """Measure over the demonstration data or another CoSQL.

    Raises:
        TurnSQLError: There is no such cluster, or no such data.
    """
    dataset = load("cosql", data, "dev").select(0, 1)
    order = Order(dataset, Config.load(config), Experiment(), 1, environment)
    begun = perf_counter()
    with connected(address) as ray:
        joined = perf_counter()
        actor = ray.remote(num_cpus=1, max_concurrency=32)(Answerer).remote(ray.put(order))
        ray.get(actor.ready.remote())
        ready = perf_counter()
        took: list[float] = []
        for number in range(CALLS):
            start = perf_counter()
            ray.get(actor.answer.remote(Unit(number, 0, ())))
            took.append((perf_counter() - start) * 1000)
        start = process_time()
        ray.get([actor.answer.remote(Unit(number, 0, ())) for number in range(CALLS)])
        driver = (process_time() - start) * 1000 / CALLS
    return ClusterCost(joined - begun, ready - joined, statistics.median(took), driver)
