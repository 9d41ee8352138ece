"""A run over a Ray cluster of three nodes on this machine: `make test-ray` (its environment has Ray).

TURNSQL_RAY_DATA is the folder of an unpacked CoSQL, whose dev is asked whole; without it the demonstration data are.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from eval.analysis.identity import identity
from eval.demo.build import build
from eval.records import RunError, read_turns
from eval.runs.experiment import RunOptions
from eval.runs.run import run

pytestmark = pytest.mark.ray

LEXICAL = Path("configs/lexical.toml")
DATA = os.environ.get("TURNSQL_RAY_DATA")
STORE = 80 << 20
"""Bytes of a node's object store: the least that Ray takes; what is sent is small."""


@pytest.fixture
def cluster() -> Iterator[Any]:
    os.environ |= {"RAY_USAGE_STATS_ENABLED": "0", "RAY_worker_niceness": "0"}
    from ray.cluster_utils import Cluster

    node = {"num_cpus": 1, "object_store_memory": STORE, "include_dashboard": False}
    # Its hooks at exit want the main thread, and nodes are added by another.
    found = Cluster(initialize_head=True, shutdown_at_exit=False, head_node_args=node)
    for _ in range(2):
        found.add_node(num_cpus=1, object_store_memory=STORE)
    yield found
    found.shutdown()


def options(out: Path, **changes: Any) -> RunOptions:
    data = Path(DATA) if DATA else build()[0].parents[2]
    return RunOptions(data=data, out=out, config=LEXICAL, alone=False, **changes)


class Killer(Thread):
    """Kills a node of a cluster twice, each time so many turns are written, and adds another."""

    def __init__(self, cluster: Any, out: Path, turns: int, seed: int) -> None:
        super().__init__(daemon=True)
        self.cluster, self.out, self.ended = cluster, out, Event()
        self.moments = sorted(random.Random(seed).sample(range(turns // 8, turns * 3 // 4), 2))
        self.killed: list[int] = []

    def run(self) -> None:
        for moment in self.moments:
            while self._written() < moment and not self.ended.wait(0.02):
                pass
            if self.ended.is_set():
                return
            node = next(iter(self.cluster.worker_nodes))
            self.cluster.remove_node(node, allow_graceful=False)
            self.killed.append(self._written())
            Thread(
                target=self._replace, daemon=True
            ).start()  # the next is killed at its moment, whether this one is there or not

    def _replace(self) -> None:
        with suppress(Exception):  # the run may be over by now, and the cluster with it
            self.cluster.add_node(num_cpus=1, object_store_memory=STORE)

    def _written(self) -> int:
        path = self.out / "turns.jsonl"
        return path.read_bytes().count(b"\n") if path.exists() else 0


@pytest.mark.parametrize("history", ["predicted"])
def test_a_node_killed_twice_costs_no_turn(cluster: Any, tmp_path: Path, history: str) -> None:
    begun = time.perf_counter()
    counts = run(options(tmp_path / "one", history=history))
    alone = time.perf_counter() - begun
    assert counts.not_run == 0
    killer = Killer(cluster, tmp_path / "cluster", counts.answered + counts.no_sql, seed=4)
    killer.start()
    begun = time.perf_counter()
    try:
        given = run(options(tmp_path / "cluster", history=history, ray=cluster.address, workers=3, concurrency=6))
    finally:
        killer.ended.set()
        killer.join()
    assert given == counts and len(killer.killed) == 2
    assert not identity(tmp_path / "one", tmp_path / "cluster").differing
    turns = len(read_turns(tmp_path / "cluster"))
    print(
        f"\n{turns} turns: {alone:.0f} s in one process, {time.perf_counter() - begun:.0f} s on three nodes of this machine, "
        f"a node killed after {killer.killed[0]} and after {killer.killed[1]} turns"
    )


def test_the_run_folder_is_put_under_an_address_too(tmp_path: Path) -> None:
    counts = run(options(tmp_path / "run", copy_to=f"file://{tmp_path}/elsewhere/run"))
    assert not identity(tmp_path / "run", tmp_path / "elsewhere" / "run").differing
    assert counts.not_run == 0 and not (tmp_path / "elsewhere" / "run" / ".lock").exists()


def test_where_no_cluster_is_the_run_says_so(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"no Ray cluster at '127\.0\.0\.1:9'"):
        run(options(tmp_path / "run", ray="127.0.0.1:9"))
    assert not (tmp_path / "run").exists()
